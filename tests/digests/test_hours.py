"""Every hour of two years in six zones: each subscriber gets one letter a week, at the right hour of their own wall.

The rules of when are pure functions, so a scheduler is a loop here; that the database asks the same is checked below.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import clock
from app.db import db
from app.digests import queries, weeks, wishes
from app.digests.models import Digest, DigestState
from app.digests.weeks import Hour
from app.digests.wishes import Wish

ZONES = [
    "Asia/Kolkata",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "Pacific/Auckland",
]
# The default, the last hour of the week, and the hours that clock changes repeat and skip.
HOURS = [Hour(), Hour(7, 23), Hour(7, 1), Hour(7, 2)]
START, STEP = datetime.datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=1)
TWO_YEARS = 2 * 366 * 24
# Where the hour of the wall is not the hour of UTC, a scheduler that comes each half hour is watched.
HALF_HOURS = {"Asia/Kolkata"}


class Subscriber:
    """One person: what they want, and which weeks they had when."""

    def __init__(self, zone: str, hour: Hour) -> None:
        self.zone, self.hour, self.changed_at = ZoneInfo(zone), hour, None
        self.had: dict[str, datetime.datetime] = {}

    def served(self, now: datetime.datetime) -> None:
        """A scheduler comes by."""
        week = weeks.due_week(now, self.zone, self.hour)
        if week is None and self.changed_at is not None:
            week = weeks.owed_week(now, self.zone, self.hour, self.changed_at)
        if week is not None:
            self.had.setdefault(week, now)

    def choose(self, wanted: str | Hour, now: datetime.datetime) -> None:
        """Move to another zone, or want another hour."""
        if isinstance(wanted, str):
            self.zone = ZoneInfo(wanted)
        elif wanted != self.hour:
            self.hour, self.changed_at = wanted, now


def hours_of_two_years(skipped: Iterable[tuple[int, int]] = ()) -> Iterator[datetime.datetime]:
    """Moments of two years, an hour apart, without those between two numbers."""
    gone = {at for first, last in skipped for at in range(first, last)}
    return (START + at * STEP for at in range(TWO_YEARS) if at not in gone)


def whole_weeks(subscriber: Subscriber) -> set[str]:
    """The weeks that open within the two years."""
    day, found = START.date() - timedelta(days=7), set()
    for at in range(2 * 366 + 14):
        week = weeks._named(day + timedelta(days=at))
        opens = weeks.opens_at(week, subscriber.zone, subscriber.hour)
        if START <= opens < START + TWO_YEARS * STEP:
            found.add(week)
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_each_gets_one_letter_a_week_at_the_hour_they_chose(zone):
    people = [Subscriber(zone, hour) for hour in HOURS]
    steps = (timedelta(0), STEP / 2) if zone in HALF_HOURS else (timedelta(0),)
    for now in hours_of_two_years():
        for step in steps:
            for person in people:
                person.served(now + step)
    for person in people:
        # The first days may still hold the end of a week that opened before.
        had = {week: at for week, at in person.had.items() if week in whole_weeks(person)}
        assert set(had) == whole_weeks(person)
        for week, at in had.items():
            assert at == weeks.opens_at(week, person.zone, person.hour), week
            assert_on_the_wall(weeks.opens_at(week, person.zone, person.hour), person)


def assert_on_the_wall(opens: datetime.datetime, person: Subscriber) -> None:
    """The hour the person chose, by their own clock; the next minute there is, where a clock change skips it."""
    local = opens.astimezone(person.zone).replace(tzinfo=None)
    assert local.isoweekday() == person.hour.weekday
    wanted = local.replace(hour=person.hour.hour, minute=0)
    is_on_the_wall = wanted.replace(tzinfo=person.zone).astimezone(UTC).astimezone(person.zone)
    if is_on_the_wall.replace(tzinfo=None) == wanted:
        assert local == wanted
    else:
        assert wanted < local <= wanted + timedelta(hours=1)


def test_outages_of_a_day_and_jumps_of_the_clock_lose_no_week_and_repeat_none():
    outages = [(day * 24, day * 24 + 23) for day in range(3, 700, 8)]
    people = [Subscriber(zone, hour) for zone in ZONES[:2] for hour in HOURS[:2]]
    for before, now in pairwise(hours_of_two_years(outages)):
        for person in people:
            person.served(now)
            if now.hour == 5:
                person.served(before - timedelta(hours=1))
                person.served(now + timedelta(hours=1))
    for person in people:
        assert whole_weeks(person) <= set(person.had)


MOVES = st.one_of(st.sampled_from(ZONES), st.builds(Hour, st.integers(1, 7), st.integers(0, 23)))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 80), MOVES), min_size=1, max_size=8))
def test_whatever_people_change_no_week_is_left_out_and_none_comes_twice(changes):
    person, now = Subscriber("Asia/Kolkata", Hour()), datetime.datetime(2025, 12, 29, tzinfo=UTC)
    person.had["2025-W52"] = now
    for steps, wanted in [*changes, (21 * 8, Hour())]:
        for _ in range(steps):
            person.served(now)
            now += timedelta(hours=3)
        # A scheduler comes every half minute, so it was there just before the change.
        person.served(now)
        person.choose(wanted, now)
    mondays = [weeks.monday_of(week) for week in person.had]
    assert all(after - before == timedelta(days=7) for before, after in pairwise(mondays))
    assert len(mondays) >= 3


def test_the_database_finds_those_whom_the_rules_find(app, world, at):
    wanted = [(zone, hour) for zone in ZONES[:3] for hour in HOURS]
    people = [world.user(time_zone=zone) for zone, _ in wanted]
    at("2026-11-01T00:00")
    with app.app_context():
        for person, (_, hour) in zip(people, wanted, strict=True):
            wishes.save(db.session.merge(person), Wish(hour))
        db.session.commit()
    tally: Counter[int] = Counter()
    for step in range(0, 14 * 24, 9):
        now = at("2026-11-10T00:00") + timedelta(hours=step)
        with app.app_context():
            due = {one.user.id: one.week for one in queries.people_due(now, 0, 100)}
        expected = {
            person.id: week
            for person, (zone, hour) in zip(people, wanted, strict=True)
            if (week := weeks.due_week(now, ZoneInfo(zone), hour))
        }
        assert due == expected, now
        tally.update(due.keys())
    assert set(tally) == {person.id for person in people}


def test_who_pauses_gets_none_and_then_one_again(app, world, at):
    person = world.user(time_zone="Asia/Kolkata")
    now = at("2026-11-16T04:00")
    with app.app_context():
        assert [one.user.id for one in queries.people_due(now, 0, 9)] == [person.id]
        wishes.pause(db.session.merge(person), datetime.date(2026, 11, 23))
        db.session.commit()
        assert list(queries.people_due(now, 0, 9)) == []
    with app.app_context():
        later = at("2026-11-23T04:00")
        assert [one.week for one in queries.people_due(later, 0, 9)] == ["2026-W48"]


def test_who_chooses_an_hour_that_is_over_is_served_once_this_week(app, world, at):
    person = world.user(time_zone="Asia/Kolkata")
    at("2026-11-19T12:00")
    with app.app_context():
        wishes.save(db.session.merge(person), Wish(Hour(2, 7)))
        db.session.commit()
        now = clock.now()
        assert [one.week for one in queries.people_due(now, 0, 9)] == ["2026-W47"]
        row = Digest(user_id=person.id, week="2026-W47", state=DigestState.ENQUEUED, at=now)
        db.session.add(row)
        db.session.commit()
        assert list(queries.people_due(now, 0, 9)) == []
        assert list(queries.people_due(at("2026-11-23T12:00"), 0, 9)) == []
