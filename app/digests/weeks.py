"""When a week's letter is due: pure arithmetic on zones and ISO weeks, apart from the tables so that it can be tried hour by hour."""

from __future__ import annotations

import datetime
import re
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

OPENS_AT = datetime.time(9)
# A scheduler that was down catches up until Wednesday at the same hour; later a Monday letter is only late.
CATCH_UP_DAYS = 2
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


def zone_of(name: str) -> ZoneInfo | None:
    """The zone of that name; None for one this machine does not know, which must not stop all others."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def week_of(moment: datetime.datetime, zone: ZoneInfo) -> str:
    """The ISO week a moment falls in, where the person is, like ``2026-W47``."""
    year, week, _weekday = moment.astimezone(zone).date().isocalendar()
    return f"{year}-W{week:02}"


def monday_of(week: str) -> datetime.date:
    """The Monday of an ISO week; raises `ValueError` for anything but ``YYYY-Www`` of a week that exists."""
    found = _WEEK.fullmatch(week)
    if found is None:
        raise ValueError(f"{week!r} is not a week; write it like 2026-W47.")
    try:
        return datetime.date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise ValueError(f"{found[1]} has no week {found[2]}.") from None


def opens_at(week: str, zone: ZoneInfo) -> datetime.datetime:
    """The moment, in UTC, from which the week's letter may be written: Monday at nine on the person's wall.

    Where that hour is skipped by a clock change it is the next minute there is; where it comes twice, the first.
    """
    return _on_the_wall(monday_of(week), zone)


def closes_at(week: str, zone: ZoneInfo) -> datetime.datetime:
    """The moment, in UTC, after which the week's letter is not written any more."""
    return _on_the_wall(monday_of(week) + timedelta(days=CATCH_UP_DAYS), zone)


def _on_the_wall(day: datetime.date, zone: ZoneInfo) -> datetime.datetime:
    return datetime.datetime.combine(day, OPENS_AT, tzinfo=zone).astimezone(UTC)


def is_due(now: datetime.datetime, zone: ZoneInfo) -> bool:
    """Whether this week's letter may be written now for a person in `zone`."""
    week = week_of(now, zone)
    return opens_at(week, zone) <= now < closes_at(week, zone)
