"""Hours of people in their own zones: when they would meet, what falls outside office hours, and clock changes.

Rules without tables. Offices in India and in the United States share no hour of the day, so somebody always sits out of
hours; `outside_minutes` is what the burden ledger counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MIDNIGHT = 24 * 60
# Office hours, Monday to Friday, in minutes of the wall clock.
OFFICE = (9 * 60, 18 * 60)
_STEP = timedelta(minutes=5)


@dataclass(frozen=True, order=True)
class Window:
    """A time of the week in which somebody would meet: minutes of the wall clock on a weekday, Monday 0."""

    weekday: int
    start: int
    end: int


# Before somebody says otherwise: from early to late on working days, since office hours alone never meet.
DEFAULT_WINDOWS = tuple(Window(weekday, 7 * 60, 22 * 60) for weekday in range(5))


def wall(moment: datetime, zone: ZoneInfo) -> tuple[date, int]:
    """The day and the minute of the wall clock at a moment."""
    local = moment.astimezone(zone)
    return local.date(), local.hour * 60 + local.minute


def fits(windows: Iterable[Window], start: datetime, minutes: int, zone: ZoneInfo) -> bool:
    """Whether every minute of a meeting lies in some window; read off the wall clock, so clock changes move it."""
    by_day: dict[int, list[Window]] = {}
    for window in windows:
        by_day.setdefault(window.weekday, []).append(window)
    moment, end = start.astimezone(UTC), start.astimezone(UTC) + timedelta(minutes=minutes)
    while moment < end:
        day, minute = wall(moment, zone)
        if not any(one.start <= minute < one.end for one in by_day.get(day.weekday(), ())):
            return False
        moment += _STEP
    return True


def outside_minutes(start: datetime, minutes: int, zone: ZoneInfo) -> int:
    """Minutes of a meeting that fall outside office hours for somebody in this zone, in steps of five."""
    step, count = int(_STEP.total_seconds() // 60), 0
    for passed in range(0, minutes, step):
        day, minute = wall(start.astimezone(UTC) + timedelta(minutes=passed), zone)
        if day.weekday() >= 5 or not OFFICE[0] <= minute < OFFICE[1]:
            count += min(step, minutes - passed)
    return count


def same_time_on(day: date, start: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the wall clock of `zone` shows on `day` what it shows at `start`.

    A time that a clock change skips moves on by the change (RFC 5545, 3.3.5); one that comes twice is the first.
    """
    local = start.astimezone(zone)
    return datetime.combine(day, local.time().replace(fold=0), tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True)
class ClockChange:
    """The moment from which clocks of a zone go differently, and by how many minutes."""

    at: datetime
    zone: str
    minutes: int


def clock_changes(zone: ZoneInfo, since: datetime, until: datetime) -> list[ClockChange]:
    """Changes of the zone's offset in (since, until], to the minute."""
    found, day = [], timedelta(days=1)
    low = since.astimezone(UTC).replace(second=0, microsecond=0)
    end = until.astimezone(UTC)
    while low < end:
        high = min(low + day, end)
        before, after = _offset(low, zone), _offset(high, zone)
        if before != after:
            moment = _first(low, high, zone)
            found.append(ClockChange(moment, zone.key, int((after - before).total_seconds() // 60)))
        low = high
    return found


def _first(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The first minute in (low, high] with the offset that `high` has."""
    after, minute = _offset(high, zone), timedelta(minutes=1)
    while high - low > minute:
        middle = low + (high - low) // 2
        middle = middle.replace(second=0, microsecond=0)
        if _offset(middle, zone) == after:
            high = middle
        else:
            low = max(middle, low + minute) if middle == low else middle
    return high


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def parting_changes(zones: Sequence[ZoneInfo], since: datetime, until: datetime) -> list[ClockChange]:
    """Clock changes after which the zones are not as far apart as they were, oldest first."""
    every = {zone.key: clock_changes(zone, since, until) for zone in zones}
    moments = sorted({change.at for changes in every.values() for change in changes})
    found = []
    for moment in moments:
        here = [change for changes in every.values() for change in changes if change.at == moment]
        if len(here) < len(every) or len({change.minutes for change in here}) > 1:
            found += here
    return found
