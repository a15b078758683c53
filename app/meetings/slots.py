"""Times to offer: in everybody's hours, free for all, and chosen so that out-of-hours work evens out.

Rules without tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.meetings.hours import Window, fits, outside_minutes

# Offers begin a day from now, so that the other side has time to choose, and reach two weeks.
NOTICE = timedelta(hours=24)
REACH = timedelta(days=14)
# India is half an hour off the whole hours of the United States.
STEP = timedelta(minutes=30)
A_DAY = 2


@dataclass(frozen=True)
class Attendee:
    """Somebody whose hours count. `side` is 0 or 1; busy are (start, end) moments."""

    zone: ZoneInfo
    windows: Sequence[Window]
    side: int
    busy: Sequence[tuple[datetime, datetime]] = field(default_factory=tuple)


@dataclass(frozen=True, order=True)
class Slot:
    """A time to offer, with the out-of-hours minutes it costs each side: those of whoever it costs most there."""

    starts_at: datetime
    outside: tuple[int, int]


def offers(
    attendees: Sequence[Attendee],
    minutes: int,
    now: datetime,
    balance: tuple[int, int] = (0, 0),
    most: int = 12,
) -> list[Slot]:
    """The best times for all, at most `A_DAY` on one day, soonest first.

    Parameters
    ----------
    balance : out-of-hours minutes that each side has given so far; times that even it out come first
    """
    ranked = sorted(common(attendees, minutes, now), key=lambda slot: (_cost(slot, balance), slot.starts_at))
    chosen: list[Slot] = []
    days: dict[str, int] = {}
    for slot in ranked:
        day = slot.starts_at.date().isoformat()
        if days.get(day, 0) < A_DAY and _is_apart(slot, chosen):
            days[day] = days.get(day, 0) + 1
            chosen.append(slot)
        if len(chosen) == most:
            break
    return sorted(chosen)


def common(attendees: Sequence[Attendee], minutes: int, now: datetime) -> Iterator[Slot]:
    """Every start on the half hour, within reach, that lies in everybody's hours and is free for all."""
    first = now.astimezone(UTC) + NOTICE
    start = first.replace(minute=0, second=0, microsecond=0)
    while start <= first + REACH:
        if start >= first and is_free(attendees, start, minutes) and in_hours(attendees, start, minutes):
            yield Slot(start, burden(attendees, start, minutes))
        start += STEP


def in_hours(attendees: Sequence[Attendee], start: datetime, minutes: int) -> bool:
    return all(fits(one.windows, start, minutes, one.zone) for one in attendees)


def is_free(attendees: Sequence[Attendee], start: datetime, minutes: int) -> bool:
    end = start + timedelta(minutes=minutes)
    return not any(since < end and start < until for one in attendees for since, until in one.busy)


def burden(attendees: Sequence[Attendee], start: datetime, minutes: int) -> tuple[int, int]:
    """Out-of-hours minutes of each side: those of its most burdened attendee."""
    sides = [
        [outside_minutes(start, minutes, one.zone) for one in attendees if one.side == side]
        for side in (0, 1)
    ]
    return max(sides[0], default=0), max(sides[1], default=0)


def _cost(slot: Slot, balance: tuple[int, int]) -> int:
    """What it costs both together, which counts twice, and how uneven it leaves the balance."""
    after = [given + more for given, more in zip(balance, slot.outside, strict=True)]
    return 2 * sum(slot.outside) + abs(after[0] - after[1])


def _is_apart(slot: Slot, chosen: Sequence[Slot]) -> bool:
    """Offers on one day lie at least two hours apart: two that nearly are the same are no choice."""
    return all(abs(slot.starts_at - one.starts_at) >= timedelta(hours=2) for one in chosen)
