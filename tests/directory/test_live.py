"""The snapshot of a process: it follows every change, a few at a time, and is whole for whoever reads it."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from sqlalchemy.orm import Session

from app import clock
from app.audit import services as audit
from app.db import db
from app.directory import live, reading
from app.directory.live import Live
from app.directory.snapshot import Entry, Snapshot
from app.organizations.models import Organization, ProfileState


@pytest.fixture
def followed(app, world, monkeypatch):
    """A live snapshot of three organizations that takes changes in one by one."""
    monkeypatch.setattr(live, "FEW", 0)
    made = [world.organization(name=name) for name in ("Alpha", "Beta", "Gamma")]
    with app.app_context():
        found = Live(db.engine, app.app_context)
        found.snapshot()
        yield found, made


def names_in(found: Live) -> list[str]:
    snapshot = found.snapshot()
    return [snapshot.names[slot] for slot in snapshot.order]


def change(id_: int, **values: object) -> None:
    row = db.session.get(Organization, id_)
    for name, value in values.items():
        setattr(row, name, value)
    db.session.commit()


def test_who_comes_changes_and_leaves_is_taken_in_without_reading_all(followed, world, monkeypatch) -> None:
    found, (alpha, beta, _gamma) = followed
    monkeypatch.setattr(reading, "entries", None)
    world.organization(name="Aardvark")
    assert names_in(found) == ["aardvark", "alpha", "beta", "gamma"]
    change(beta.id, name="Zeta", profile_changed_at=clock.now())
    assert names_in(found) == ["aardvark", "alpha", "gamma", "zeta"]
    change(alpha.id, state=ProfileState.MERGED, profile_changed_at=clock.now())
    assert names_in(found) == ["aardvark", "gamma", "zeta"]
    snapshot = found.snapshot()
    assert snapshot.labels["kind"].counts(snapshot.alive) == {"startup": 3}
    assert list(snapshot.ids[snapshot.word_mask("zeta")]) == [beta.id]
    assert not snapshot.word_mask("alpha").any()


def test_what_only_the_audit_trail_tells_is_taken_in_too(followed) -> None:
    found, (alpha, *_others) = followed
    row = db.session.get(Organization, alpha.id)
    row.state = ProfileState.REFUSED
    audit.record("organization.refused", ("organization", alpha.id))
    db.session.commit()
    assert names_in(found) == ["beta", "gamma"]


def test_too_many_changes_are_read_anew_beside_the_requests(followed, world, monkeypatch) -> None:
    found, _made = followed
    monkeypatch.setattr(live, "MOST_CHANGED", 1)
    monkeypatch.setattr(live, "PAUSE_SECONDS", 0)
    world.organization(name="Delta")
    assert names_in(found) == ["alpha", "beta", "gamma"]
    for thread in threading.enumerate():
        if thread.name == "directory":
            thread.join()
    assert names_in(found) == ["alpha", "beta", "delta", "gamma"]


def test_until_words_are_indexed_the_database_looks_for_them(app, client, world, monkeypatch) -> None:
    monkeypatch.setattr("app.directory.snapshot.Texts.index", lambda _self: None)
    world.organization(name="Alpha", summary="Floors", tags=["Deep Tech"], name_hi="सौर ऊर्जा")
    world.organization(name="Beta", summary="Roofs", description="of 100% steel")
    for word, hits in (("deep", 1), ("ऊर्जा", 1), ("100%25", 1), ("karnataka", 2), ("_", 0), ("-roofs", 1)):
        page = client.get(f"/organizations?q={word}").text
        assert page.count('class="row-head"') == hits, word


def entry(id_: int, name: str, **facets: tuple[str, ...]) -> Entry:
    return Entry(id_, name, "", facets, listed_at=id_, changed_at=id_, length=id_, text=name)


def test_changes_one_by_one_give_what_reading_all_gives() -> None:
    chance = np.random.default_rng(0)
    rows = {id_: entry(id_, f"n{id_ % 7}", kind=("a",)) for id_ in range(1, 30)}
    snapshot = Snapshot.of(list(rows.values()))
    for _ in range(40):
        id_ = int(chance.integers(1, 40))
        if chance.random() < 0.3:
            rows.pop(id_, None)
            snapshot = snapshot.changed([], [id_])
        else:
            rows[id_] = entry(id_, f"n{chance.integers(9)}", kind=("ab"[int(chance.integers(2))],))
            snapshot = snapshot.changed([rows[id_]], [])
    anew = Snapshot.of(list(rows.values()))
    assert snapshot.ids[snapshot.order].tolist() == anew.ids[anew.order].tolist()
    counts = [
        {k: n for k, n in one.labels["kind"].counts(one.alive).items() if n} for one in (snapshot, anew)
    ]
    assert counts[0] == counts[1]


def test_a_mark_costs_one_query(app, world, count_queries) -> None:
    world.organization()
    with app.app_context():
        found = Live(db.engine, app.app_context)
        found.snapshot()
        assert count_queries(found.snapshot) <= 2
        with Session(db.engine) as session:
            assert reading.count(session) == 1
