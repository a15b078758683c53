"""A process that starts takes the directory from a file, as long as the file is of its database, and whole."""

from __future__ import annotations

import threading

import pytest

from app import clock
from app.audit import services as audit
from app.db import db
from app.directory import live, reading, snapshot_files
from app.directory.live import Live
from app.organizations.models import Organization, ProfileState

pytestmark = pytest.mark.one_database("sqlite")


@pytest.fixture
def started(app, world, tmp_path, monkeypatch):
    """A process that has read three organizations and written them down, and how another one is started."""
    monkeypatch.setattr(live, "INDEXED_AT_ONCE", 0)
    monkeypatch.setattr(live, "FEW", 0)
    made = [world.organization(name=name, summary=f"{name} works") for name in ("Alpha", "Beta", "Gamma")]
    with app.app_context():
        audit.record("organization.read", ("organization", made[0].id))
        db.session.commit()

        def start() -> Live:
            return Live(db.engine, app.app_context, tmp_path / snapshot_files.NAME)

        start().wake()
        for thread in threading.enumerate():
            if thread.name == "directory":
                thread.join()
        yield start, made


def found_in(one: Live) -> list[str]:
    snapshot = one.snapshot()
    return [snapshot.names[slot] for slot in snapshot.order]


def test_the_next_process_begins_with_the_file_and_reads_only_what_changed_since(
    started, world, monkeypatch
) -> None:
    start, (alpha, beta, _gamma) = started
    before = start().snapshot()
    monkeypatch.setattr(reading, "entries", None)
    row = db.session.get(Organization, beta.id)
    row.state, row.profile_changed_at = ProfileState.MERGED, clock.now()
    db.session.commit()
    world.organization(name="Delta", summary="Delta works")
    snapshot = (begun := start()).snapshot()
    assert found_in(begun) == ["alpha", "delta", "gamma"]
    assert snapshot.texts.is_indexed
    assert list(snapshot.ids[snapshot.word_mask("alpha")]) == [alpha.id]
    assert snapshot.word_mask("works").sum() == 3
    assert before.labels["kind"].counts(before.alive) == snapshot.labels["kind"].counts(snapshot.alive)


@pytest.mark.parametrize("why", ["of another database", "of other rules", "of another day", "cut short"])
def test_a_file_that_is_not_ours_is_passed_over(started, tmp_path, monkeypatch, why) -> None:
    start, _made = started
    file = tmp_path / snapshot_files.NAME
    if why == "of another database":
        monkeypatch.setattr(reading, "seal_of", lambda _session, _event: "0" * 64)
    elif why == "of other rules":
        monkeypatch.setattr(snapshot_files, "_rules", lambda: "others")
    elif why == "of another day":
        monkeypatch.setattr(snapshot_files, "MOST_SECONDS", 0)
    else:
        file.write_bytes(file.read_bytes()[:1000])
    assert snapshot_files.read(file, lambda event: reading.seal_of(db.session, event)) is None
    assert found_in(start()) == ["alpha", "beta", "gamma"]


def test_where_nothing_can_be_written_a_process_reads_as_ever(started, app, tmp_path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way of a folder")
    one = Live(db.engine, app.app_context, blocked / snapshot_files.NAME)
    one.wake()
    for thread in threading.enumerate():
        if thread.name == "directory":
            thread.join()
    assert one.is_read
    assert found_in(one) == ["alpha", "beta", "gamma"]
    assert one.snapshot().texts.is_indexed
