"""Hours, clock changes and times to offer: rules without a database."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.meetings import hours, slots
from app.meetings.hours import Window
from app.meetings.slots import Attendee

KOLKATA = ZoneInfo("Asia/Kolkata")
US = [ZoneInfo(f"America/{city}") for city in ("New_York", "Chicago", "Denver", "Los_Angeles")]
NOON = datetime(2027, 1, 11, 12, 0, tzinfo=UTC)
moments = st.datetimes(
    datetime(2026, 1, 1),
    datetime(2030, 12, 31),
    timezones=st.just(UTC),
)


def two(zone: ZoneInfo = US[0], windows: tuple[Window, ...] = hours.DEFAULT_WINDOWS) -> list[Attendee]:
    return [Attendee(KOLKATA, hours.DEFAULT_WINDOWS, 0), Attendee(zone, windows, 1)]


@pytest.mark.parametrize("zone", US)
def test_office_hours_of_india_and_a_us_zone_never_meet(zone) -> None:
    start = datetime(2027, 1, 1, tzinfo=UTC)
    every = [start + timedelta(minutes=30 * n) for n in range(48 * 365)]
    shared = [
        m
        for m in every
        if not hours.outside_minutes(m, 30, KOLKATA) and not hours.outside_minutes(m, 30, zone)
    ]
    assert shared == []


@given(moments, st.integers(3, 48).map(lambda n: n * 5), st.sampled_from([KOLKATA, *US]))
def test_out_of_hours_minutes_are_none_to_all_and_add_up(start, minutes, zone) -> None:
    whole = hours.outside_minutes(start, minutes, zone)
    assert 0 <= whole <= minutes
    first = minutes // 10 * 5
    rest = hours.outside_minutes(start + timedelta(minutes=first), minutes - first, zone)
    assert hours.outside_minutes(start, first, zone) + rest == whole


@given(moments, st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.sampled_from([KOLKATA, *US]))
def test_the_same_time_on_another_day_shows_the_same_clock_unless_it_is_skipped(start, day, zone) -> None:
    start = start.replace(second=0, microsecond=0)
    moved = hours.same_time_on(day, start, zone).astimezone(zone)
    wall = start.astimezone(zone).time()
    exists = datetime.combine(day, wall, tzinfo=zone).astimezone(UTC).astimezone(zone).time() == wall
    assert moved.date() == day
    assert (moved.time() == wall) == exists


@pytest.mark.parametrize("zone", US)
def test_every_clock_change_is_found_to_the_minute(zone) -> None:
    found = hours.clock_changes(zone, datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC))
    assert len(found) == 10
    for change in found:
        before, after = (
            m.astimezone(zone).utcoffset() for m in (change.at - timedelta(minutes=1), change.at)
        )
        assert after - before == timedelta(minutes=change.minutes) != timedelta()
        # At two in the morning of the second Sunday in March, and of the first in November.
        local = (change.at - timedelta(minutes=1)).astimezone(zone)
        assert (local.hour, local.minute, local.weekday()) == (1, 59, 6)


def test_zones_that_change_together_are_no_surprise() -> None:
    year = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    assert hours.parting_changes([US[0], ZoneInfo("America/Toronto")], *year) == []
    assert len(hours.parting_changes([US[0], KOLKATA], *year)) == 2
    assert hours.parting_changes([KOLKATA], *year) == []


def test_a_window_counts_by_the_clock_on_the_wall() -> None:
    nine = (Window(0, 9 * 60, 10 * 60),)
    before, after = datetime(2027, 3, 8, 14, 0, tzinfo=UTC), datetime(2027, 3, 15, 14, 0, tzinfo=UTC)
    assert hours.fits(nine, before, 60, US[0])
    assert not hours.fits(nine, after, 60, US[0])
    assert hours.fits(nine, after - timedelta(hours=1), 60, US[0])


def test_a_window_to_midnight_and_one_from_midnight_make_one_night() -> None:
    night = (Window(0, 23 * 60, 1440), Window(1, 0, 60))
    assert hours.fits(night, datetime(2027, 1, 11, 18, 0, tzinfo=UTC), 60, KOLKATA)
    assert not hours.fits(night[:1], datetime(2027, 1, 11, 18, 0, tzinfo=UTC), 60, KOLKATA)


@pytest.mark.parametrize("zone", US)
@given(now=moments)
def test_offered_times_lie_in_the_hours_of_all(zone, now) -> None:
    attendees = two(zone)
    for slot in slots.offers(attendees, 30, now):
        assert slots.in_hours(attendees, slot.starts_at, 30)
        assert now + slots.NOTICE <= slot.starts_at <= now + slots.NOTICE + slots.REACH
        assert sum(slot.outside) > 0


def test_times_on_one_day_are_few_and_apart() -> None:
    found = slots.offers(two(), 30, NOON, most=30)
    for one, following in itertools.pairwise(found):
        assert following.starts_at - one.starts_at >= timedelta(hours=2)
    days = [slot.starts_at.date() for slot in found]
    assert max(days.count(day) for day in days) <= slots.A_DAY


def test_who_has_sat_out_of_hours_gets_the_better_hour_next() -> None:
    for side in (0, 1):
        given_so_far = (120, 0) if side == 0 else (0, 120)
        best = slots.offers(two(), 30, NOON, balance=given_so_far, most=4)
        assert best
        assert all(slot.outside[side] == 0 < slot.outside[1 - side] for slot in best)


def test_a_busy_time_is_not_offered() -> None:
    free = slots.offers(two(), 30, NOON)
    taken = free[0].starts_at
    india, us = two()
    busy = Attendee(us.zone, us.windows, 1, [(taken - timedelta(minutes=20), taken + timedelta(minutes=5))])
    assert taken not in {slot.starts_at for slot in slots.common([india, busy], 30, NOON)}


def test_nothing_is_offered_when_hours_never_meet() -> None:
    office = tuple(Window(day, *hours.OFFICE) for day in range(5))
    india = Attendee(KOLKATA, office, 0)
    assert slots.offers([india, two(US[0], office)[1]], 30, NOON) == []
