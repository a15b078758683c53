"""Meetings in words: the same moment on the clocks of both sides, whose evening it is, and clock changes ahead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import format_datetime
from flask_babel import gettext as _

from app.meetings.hours import ClockChange, parting_changes, wall
from app.web import day, moment

# A change within a week after a meeting would surprise whoever plans the next one at the same hour.
AFTER = timedelta(days=7)


@dataclass(frozen=True)
class Clock:
    """One moment on the wall of one place."""

    place: str
    words: str


def clocks(starts_at: datetime, zones: Iterable[ZoneInfo]) -> list[Clock]:
    """The moment in each zone once, in the order given."""
    found = dict.fromkeys(zone.key for zone in zones)
    return [Clock(place(key), moment(starts_at, key)) for key in found]


def on_one_line(starts_at: datetime, zones: Iterable[ZoneInfo]) -> str:
    """The moment on the first clock in full, on the others with their day only where it is another one."""
    first, *others = dict.fromkeys(zone.key for zone in zones)
    own_day = starts_at.astimezone(ZoneInfo(first)).date()
    parts = [_short(starts_at, first, with_day=True)]
    for key in others:
        is_other_day = starts_at.astimezone(ZoneInfo(key)).date() != own_day
        parts.append(f"{place(key)} {_short(starts_at, key, with_day=is_other_day)}")
    return " · ".join(parts)


def _short(starts_at: datetime, zone: str, *, with_day: bool) -> str:
    local = starts_at.astimezone(ZoneInfo(zone))
    pattern = "EEE d MMM HH:mm" if with_day else "HH:mm"
    return f"{format_datetime(local, pattern, rebase=False)} {local.tzname()}"


def place(zone: str) -> str:
    """The city a zone is named after."""
    return zone.rpartition("/")[2].replace("_", " ")


def hour(starts_at: datetime, zone: ZoneInfo) -> str:
    """Weekday and clock, as Mon 09:00."""
    return str(format_datetime(starts_at.astimezone(zone), "EEE HH:mm", rebase=False))


def outside_words(minutes: int) -> str:
    """How long out of office hours."""
    if not minutes:
        return _("in office hours")
    return _("%(minutes)s minutes out of office hours", minutes=minutes)


def told_with_cost(clocks: str, mine: int, theirs: int) -> str:
    """A time with the minutes out of office hours it costs each side."""
    if not theirs:
        return _("%(clocks)s (you: %(mine)s minutes out of hours)", clocks=clocks, mine=mine)
    if not mine:
        return _("%(clocks)s (they: %(theirs)s minutes out of hours)", clocks=clocks, theirs=theirs)
    return _(
        "%(clocks)s (out of hours: you %(mine)s, they %(theirs)s minutes)",
        clocks=clocks,
        mine=mine,
        theirs=theirs,
    )


def balance_words(mine: int, theirs: int) -> str:
    """Who has sat out of hours so far."""
    if mine == theirs:
        return _("So far both sides have given the same time out of office hours.")
    if mine > theirs:
        return _("So far you have given %(minutes)s minutes more out of office hours.", minutes=mine - theirs)
    return _("So far they have given %(minutes)s minutes more out of office hours.", minutes=theirs - mine)


def change_warnings(zones: Iterable[ZoneInfo], now: datetime, until: datetime) -> list[str]:
    """What clock changes between now and a week after `until` do to the hours between the zones."""
    every = list({zone.key: zone for zone in zones}.values())
    return [_change_words(change) for change in parting_changes(every, now, until + AFTER)]


def _change_words(change: ClockChange) -> str:
    local_day, _minute = wall(change.at, ZoneInfo(change.zone))
    if change.minutes > 0:
        return _(
            "Clocks in %(place)s go forward on %(day)s: the same hour there comes earlier for the other side.",
            place=place(change.zone),
            day=day(local_day),
        )
    return _(
        "Clocks in %(place)s go back on %(day)s: the same hour there comes later for the other side.",
        place=place(change.zone),
        day=day(local_day),
    )
