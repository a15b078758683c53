"""When the weekly letter is due, hour by hour over two years, in zones with and without clock changes."""

from __future__ import annotations

import datetime
from collections import Counter
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.digests import weeks

ZONES = [
    "Asia/Kolkata",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "Australia/Lord_Howe",
    "Pacific/Apia",
]


@pytest.mark.parametrize("name", ZONES)
def test_an_hourly_scheduler_opens_each_week_once_on_monday_at_nine(name):
    zone = ZoneInfo(name)
    now = datetime.datetime(2026, 1, 1, tzinfo=UTC)
    end = now + timedelta(days=2 * 366)
    opened: Counter[str] = Counter()
    while now < end:
        week = weeks.week_of(now, zone)
        if weeks.is_due(now, zone) and week not in opened:
            opened[week] += 1
            local = now.astimezone(zone)
            assert local.weekday() == 0
            assert local.hour == 9
        now += timedelta(minutes=30)
    mondays = {weeks.week_of(now, zone) for now in _mondays(2026, 104)}
    assert mondays <= set(opened) | {"2026-W01"}
    assert set(opened.values()) == {1}
    assert "2026-W53" in opened


def _mondays(year: int, count: int) -> list[datetime.datetime]:
    first = datetime.datetime(year, 1, 5, 12, tzinfo=UTC)
    return [first + timedelta(weeks=number) for number in range(count)]


@pytest.mark.parametrize(
    ("week", "zone", "expected"),
    [
        ("2026-W47", "Asia/Kolkata", "2026-11-16T03:30"),
        ("2026-W44", "America/New_York", "2026-10-26T13:00"),
        ("2026-W45", "America/New_York", "2026-11-02T14:00"),
        ("2027-W10", "America/New_York", "2027-03-08T14:00"),
        ("2027-W11", "America/New_York", "2027-03-15T13:00"),
        ("2026-W53", "Asia/Kolkata", "2026-12-28T03:30"),
    ],
)
def test_nine_on_monday_is_read_from_the_wall(week, zone, expected):
    opens = weeks.opens_at(week, ZoneInfo(zone))
    assert opens == datetime.datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_an_hour_that_a_clock_change_skips_becomes_the_next_there_is(monkeypatch):
    monkeypatch.setattr(weeks, "OPENS_AT", datetime.time(2, 30))
    # A Monday before a Wednesday does not skip; the day itself is what counts here.
    skipped = weeks._on_the_wall(datetime.date(2027, 3, 14), ZoneInfo("America/New_York"))
    assert skipped == datetime.datetime(2027, 3, 14, 7, 30, tzinfo=UTC)


def test_an_hour_that_comes_twice_is_taken_the_first_time(monkeypatch):
    monkeypatch.setattr(weeks, "OPENS_AT", datetime.time(1, 30))
    doubled = weeks._on_the_wall(datetime.date(2026, 11, 1), ZoneInfo("America/New_York"))
    assert doubled == datetime.datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize("late", [timedelta(hours=26), timedelta(hours=47)])
def test_a_late_scheduler_still_catches_up(late):
    zone = ZoneInfo("Asia/Kolkata")
    assert weeks.is_due(weeks.opens_at("2026-W47", zone) + late, zone)


@pytest.mark.parametrize("off", [timedelta(minutes=-1), timedelta(hours=48), timedelta(days=4)])
def test_before_monday_at_nine_and_from_wednesday_at_nine_nothing_is_due(off):
    zone = ZoneInfo("Asia/Kolkata")
    assert not weeks.is_due(weeks.opens_at("2026-W47", zone) + off, zone)


@pytest.mark.parametrize(
    "week",
    [
        "",
        "2026-47",
        "2026-W4",
        "2026-W00",
        "2026-W54",
        "2027-W53",
        "2026-w47",
        " 2026-W47",
        "2026-W47\n",
        "٢٠٢٦-W47",
        "0000-W01",
        "-026-W01",
    ],
)
def test_a_week_that_is_not_one_is_refused(week):
    with pytest.raises(ValueError, match="week"):
        weeks.monday_of(week)


def test_a_year_with_53_weeks_has_its_last():
    assert weeks.monday_of("2026-W53") == datetime.date(2026, 12, 28)
