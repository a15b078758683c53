"""When a week's letter is due: on the person's own wall, whatever clocks do, and for two days from then."""

from __future__ import annotations

import datetime
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.digests import weeks
from app.digests.weeks import MONDAY_AT_NINE, Hour

KOLKATA, NEW_YORK = ZoneInfo("Asia/Kolkata"), ZoneInfo("America/New_York")


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)


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
    assert weeks.opens_at(week, ZoneInfo(zone)) == moment(expected)


def test_an_hour_that_a_clock_change_skips_becomes_the_next_there_is():
    # On Sunday 14 March 2027 New York has no two o'clock: what comes next is three.
    assert weeks.opens_at("2027-W10", NEW_YORK, Hour(7, 2)) == moment("2027-03-14T07:00")


def test_where_summer_time_is_half_an_hour_the_next_minute_is_half_past():
    zone = ZoneInfo("Australia/Lord_Howe")
    assert weeks.opens_at("2026-W40", zone, Hour(7, 2)) == moment("2026-10-03T15:30")
    assert weeks.opens_at("2026-W40", ZoneInfo("Asia/Kathmandu"), Hour(7, 2)) == moment("2026-10-03T20:15")


def test_an_hour_that_comes_twice_is_taken_the_first_time():
    assert weeks.opens_at("2026-W44", NEW_YORK, Hour(7, 1)) == moment("2026-11-01T05:00")


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=26), timedelta(hours=47)])
def test_a_late_scheduler_still_catches_up(late):
    assert weeks.due_week(weeks.opens_at("2026-W47", KOLKATA) + late, KOLKATA) == "2026-W47"


@pytest.mark.parametrize("off", [timedelta(minutes=-1), timedelta(hours=48), timedelta(days=4)])
def test_before_monday_at_nine_and_from_wednesday_at_nine_nothing_is_due(off):
    assert weeks.due_week(weeks.opens_at("2026-W47", KOLKATA) + off, KOLKATA) is None


def test_a_letter_of_sunday_night_is_caught_up_in_the_next_week_under_its_own():
    late = weeks.opens_at("2026-W47", KOLKATA, Hour(7, 23)) + timedelta(hours=30)
    assert weeks.week_of(late, KOLKATA) == "2026-W48"
    assert weeks.due_week(late, KOLKATA, Hour(7, 23)) == "2026-W47"


def test_who_chooses_a_day_that_is_over_has_this_weeks_letter_right_away():
    wednesday = moment("2026-11-18T12:00")
    assert weeks.owed_week(wednesday, KOLKATA, MONDAY_AT_NINE, wednesday) == "2026-W47"
    assert weeks.owed_week(wednesday, KOLKATA, Hour(5, 9), wednesday) is None
    before = moment("2026-11-13T12:00")
    assert weeks.owed_week(wednesday, KOLKATA, MONDAY_AT_NINE, before) is None


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
