"""`flask digests send`."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from app.db import db
from app.digests import services
from app.digests.models import Digest
from app.matching.models import MatchState


def reader(world):
    person = world.user()
    world.match(world.organization(owner=person), state=MatchState.APPROVED)
    return person


def summary(output: str) -> dict[str, int]:
    """The closing table: what, and how many."""
    rows = re.findall(r"│\s*([a-z ,]+?)\s*│\s*([\d,]+)\s*│", output)
    return {name: int(count) for name, count in rows}


def send(app, *options: str):
    told = app.test_cli_runner().invoke(args=["digests", "send", *options])
    assert told.exit_code == 0, told.output
    return told.output


def test_a_dry_run_tells_who_would_get_what_without_addresses_and_writes_nothing(app, world, at, letters):
    at("2026-11-19T10:00")
    person = reader(world)
    world.user()
    told = send(app, "--dry-run")
    assert f"{person.id}  One answer waits for you" in told
    assert person.email not in told
    assert summary(told) == {"letters that would be written": 1, "nothing to say": 1, "had it already": 0}
    assert letters() == []
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Digest)) == 0


def test_a_dry_run_and_the_run_after_it_tell_the_same_figures(app, world, at, monkeypatch):
    at("2026-11-19T10:00")
    monkeypatch.setattr(services, "BATCH", 2)
    for _time in range(5):
        reader(world)
    world.user()
    dry, wet = summary(send(app, "--dry-run")), summary(send(app))
    assert list(dry.values()) == list(wet.values()) == [5, 1, 0]


def test_the_present_week_is_written_whatever_the_hour_and_once(app, world, at, letters):
    at("2026-11-19T10:00")
    reader(world)
    world.user()
    assert summary(send(app)) == {"letters written": 1, "nothing to say": 1, "had it already": 0}
    assert summary(send(app)) == {"letters written": 0, "nothing to say": 0, "had it already": 2}
    assert [mail.key.rsplit(":", 1)[1] for mail in letters()] == ["2026-W47"]


def test_a_named_week_is_written_for_those_who_have_not_had_it(app, world, at, letters):
    at("2026-11-19T10:00")
    reader(world)
    send(app, "--week", "2026-W46")
    assert [mail.key.rsplit(":", 1)[1] for mail in letters()] == ["2026-W46"]


def test_the_week_of_the_terminal_is_that_of_utc(app, world, at, letters):
    at("2026-11-15T20:00")
    reader(world)
    send(app)
    assert [mail.key.rsplit(":", 1)[1] for mail in letters()] == ["2026-W46"]


def test_week_53_is_a_week(app, world, at, letters):
    reader(world)
    send(app, "--week", "2026-W53")
    assert [mail.key.rsplit(":", 1)[1] for mail in letters()] == ["2026-W53"]


@pytest.mark.parametrize("week", ["2026-47", "2027-W53", "next"])
def test_a_bad_week_is_refused_in_words(app, letters, week):
    told = app.test_cli_runner().invoke(args=["digests", "send", "--week", week])
    assert told.exit_code == 2
    assert "week" in told.output
    assert "Traceback" not in told.output
    assert letters() == []
