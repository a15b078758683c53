"""When a week's letter is due: pure arithmetic on zones and ISO weeks, apart from the tables so that it can be tried hour by hour.

Everybody has an hour of the week. The letter of an ISO week opens at that hour on the person's own wall, and may be written
for two days from then, also into the next week: so long a scheduler that was down catches up.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from datetime import UTC, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

CATCH_UP_DAYS = 2
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the week: ISO weekday from 1 (Monday) to 7, and hour of the day."""

    weekday: int = 1
    hour: int = 9


MONDAY_AT_NINE = Hour()


def zone_of(name: str) -> ZoneInfo | None:
    """The zone of that name; None for one this machine does not know, which must not stop all others."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def week_of(moment: datetime.datetime, zone: ZoneInfo) -> str:
    """The ISO week a moment falls in, where the person is, like ``2026-W47``."""
    return _named(moment.astimezone(zone).date())


@lru_cache(maxsize=64)
def monday_of(week: str) -> datetime.date:
    """The Monday of an ISO week; raises `ValueError` for anything but ``YYYY-Www`` of a week that exists."""
    found = _WEEK.fullmatch(week)
    if found is None:
        raise ValueError(f"{week!r} is not a week; write it like 2026-W47.")
    try:
        return datetime.date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise ValueError(f"{found[1]} has no week {found[2]}.") from None


def opens_at(week: str, zone: ZoneInfo, hour: Hour = MONDAY_AT_NINE) -> datetime.datetime:
    """The moment, in UTC, from which the week's letter may be written: the hour of the week on the person's wall.

    Where that hour is skipped by a clock change it is the next minute there is; where it comes twice, the first.
    """
    return _on_the_wall(monday_of(week) + timedelta(days=hour.weekday - 1), hour, zone)


def closes_at(week: str, zone: ZoneInfo, hour: Hour = MONDAY_AT_NINE) -> datetime.datetime:
    """The moment, in UTC, after which the week's letter is not written any more."""
    return _on_the_wall(monday_of(week) + timedelta(days=hour.weekday - 1 + CATCH_UP_DAYS), hour, zone)


# Everybody in a zone who wants the same hour asks the same, every half minute.
@lru_cache(maxsize=8192)
def _on_the_wall(day: datetime.date, hour: Hour, zone: ZoneInfo) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour.hour), tzinfo=zone).astimezone(UTC)


def due_week(now: datetime.datetime, zone: ZoneInfo, hour: Hour = MONDAY_AT_NINE) -> str | None:
    """The week whose letter may be written now; None between. Never two: they open seven days apart."""
    today = now.astimezone(zone).date()
    week = _named(today)
    if now < opens_at(week, zone, hour):
        # Last week's has opened for certain.
        week = _named(today - timedelta(days=7))
    return week if now < closes_at(week, zone, hour) else None


def owed_week(
    now: datetime.datetime, zone: ZoneInfo, hour: Hour, changed_at: datetime.datetime
) -> str | None:
    """The present week, for who chose an hour of it that was over when they chose: their letter comes right away.

    Without this, who on a Wednesday changes from Friday to Monday would have no letter that week.
    """
    week = week_of(now, zone)
    opens = opens_at(week, zone, hour)
    return week if opens <= now and opens < changed_at <= now else None


@lru_cache(maxsize=64)
def _named(day: datetime.date) -> str:
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02}"
