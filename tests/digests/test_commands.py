"""`flask digests send`."""

from __future__ import annotations

import pytest

from app.matching.models import MatchState


def reader(world):
    person = world.user()
    world.match(world.organization(owner=person), state=MatchState.APPROVED)
    return person


def test_a_dry_run_tells_who_would_get_what_and_writes_nothing(app, world, at, letters):
    at("2026-11-19T10:00")
    person = reader(world)
    world.user()
    told = app.test_cli_runner().invoke(args=["digests", "send", "--dry-run"])
    assert told.exit_code == 0, told.output
    assert f"2026-W47  {person.email}  One answer waits for you" in told.output
    assert "1 letter would be written; 1 person has nothing to read." in told.output
    assert letters() == []


def test_the_present_week_is_written_whatever_the_hour_and_once(app, world, at, letters):
    at("2026-11-19T10:00")
    reader(world)
    runner = app.test_cli_runner()
    assert "1 letter written" in runner.invoke(args=["digests", "send"]).output
    assert "0 letters written" in runner.invoke(args=["digests", "send"]).output
    assert [mail.key.rsplit(":", 1)[1] for mail in letters()] == ["2026-W47"]


def test_a_named_week_is_written_for_those_who_have_not_had_it(app, world, at, letters):
    at("2026-11-19T10:00")
    reader(world)
    told = app.test_cli_runner().invoke(args=["digests", "send", "--week", "2026-W46"])
    assert told.exit_code == 0, told.output
    assert [mail.key.rsplit(":", 1)[1] for mail in letters()] == ["2026-W46"]


def test_each_person_has_the_week_of_their_own_zone(app, world, at, letters):
    at("2026-11-15T20:00")
    reader(world)
    person = world.user(time_zone="America/New_York")
    world.match(world.organization(owner=person), state=MatchState.APPROVED)
    app.test_cli_runner().invoke(args=["digests", "send"])
    assert {m.user_id: m.key.rsplit(":", 1)[1] for m in letters()}[person.id] == "2026-W46"
    assert {m.key.rsplit(":", 1)[1] for m in letters()} == {"2026-W46", "2026-W47"}


@pytest.mark.parametrize("week", ["2026-47", "2027-W53", "next"])
def test_a_bad_week_is_refused_in_words(app, letters, week):
    told = app.test_cli_runner().invoke(args=["digests", "send", "--week", week])
    assert told.exit_code == 2
    assert "week" in told.output
    assert "Traceback" not in told.output
    assert letters() == []
