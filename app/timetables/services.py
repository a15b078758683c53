"""Set up days, draft, lock, and clear a mission's timetable. Publishing and substitutes: see `publishing`."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import gettext as _

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import RuleBroken
from app.introductions import queries as introductions
from app.matching.models import Match
from app.programs.models import Program
from app.timetables import drafting, queries
from app.timetables.models import (
    SlotKind,
    Timetable,
    TimetableCell,
    TimetableGuest,
    TimetableSeat,
    TimetableSlot,
    TimetableStop,
)

MOST_SLOTS = 400
# What an organization takes until the manager says otherwise: those who travel, and those they visit.
A_DAY_TRAVELING, A_DAY_VISITED = 6, 4
IN_ALL_TRAVELING, IN_ALL_VISITED = 20, 8


class TimesOverlap(RuleBroken):
    """Two times of a mission lie over each other, or the way between two cities takes longer than there is."""


@dataclass(frozen=True)
class Day:
    """A day of meetings in one place."""

    on_day: datetime.date
    city: str
    time_zone: str
    tables: int
    first: datetime.time
    last: datetime.time
    minutes: int
    pause: int = 10
    place: str = ""
    travel_minutes: int = 0
    # From and until when nobody meets.
    rest: tuple[datetime.time, datetime.time] | None = None


def begin(program: Program, by: User) -> Timetable:
    """The timetable of a program; made when there is none."""
    found = queries.timetable_of(program)
    if found is None:
        found = Timetable(program_id=program.id, created_at=clock.now())
        db.session.add(found)
        db.session.flush()
        _record("begun", found, by)
    return found


def add_day(timetable: Timetable, day: Day, by: User) -> TimetableStop:
    """A day of meetings with its times. Raises `TimesOverlap`."""
    lock(timetable)
    starts = _starts(day)
    if not starts:
        raise RuleBroken(_("Between these times there is room for no meeting."))
    stop = TimetableStop(
        timetable_id=timetable.id,
        on_day=day.on_day,
        city=day.city,
        place=day.place,
        time_zone=day.time_zone,
        tables=day.tables,
        travel_minutes=day.travel_minutes,
    )
    require_apart(timetable, starts[0], starts[-1] + timedelta(minutes=day.minutes), day.travel_minutes)
    db.session.add(stop)
    db.session.flush()
    db.session.add_all(
        TimetableSlot(timetable_id=timetable.id, stop_id=stop.id, starts_at=moment, minutes=day.minutes)
        for moment in starts
    )
    db.session.flush()
    _record(
        "day_added", timetable, by, {"on": day.on_day.isoformat(), "city": day.city, "slots": len(starts)}
    )
    return stop


def _starts(day: Day) -> list[datetime.datetime]:
    """When meetings begin: one after the other with a pause between, none during the rest."""
    zone, length = ZoneInfo(day.time_zone), timedelta(minutes=day.minutes)
    moment, end = (_moment(day.on_day, time, zone) for time in (day.first, day.last))
    rest = tuple(_moment(day.on_day, time, zone) for time in day.rest) if day.rest else None
    found: list[datetime.datetime] = []
    while moment + length <= end and len(found) < MOST_SLOTS:
        if rest and moment < rest[1] and rest[0] < moment + length:
            moment = rest[1]
            continue
        found.append(moment)
        moment += length + timedelta(minutes=day.pause)
    return found


def _moment(day: datetime.date, time: datetime.time, zone: ZoneInfo) -> datetime.datetime:
    return datetime.datetime.combine(day, time, tzinfo=zone).astimezone(datetime.UTC)


def require_apart(
    timetable: Timetable,
    begins: datetime.datetime,
    ends: datetime.datetime,
    travel: int = 0,
    stop_id: int | None = None,
) -> None:
    """A mission is in one place at a time, and needs its way between two."""
    if begins <= clock.now():
        raise TimesOverlap(_("This day has passed. Choose a later one."))
    for slot in queries.slots_of(timetable):
        is_there = slot.stop_id == stop_id
        way = timedelta(minutes=0 if is_there else travel)
        next_way = timedelta(minutes=0 if is_there else slot.stop.travel_minutes)
        if slot.starts_at < ends + next_way and begins < slot.ends_at + way:
            raise TimesOverlap(
                _("The mission is elsewhere at that time, or still on its way. Choose other times.")
            )


def remove_day(timetable: Timetable, stop: TimetableStop, by: User) -> None:
    """Take a day out, with what is drafted on it. Raises `RuleBroken` once something of it is published."""
    lock(timetable)
    slots = sa.select(TimetableSlot.id).where(TimetableSlot.stop_id == stop.id)
    published = sa.select(TimetableCell.id).where(
        TimetableCell.slot_id.in_(slots), TimetableCell.meeting_id.is_not(None)
    )
    if db.session.scalars(published.limit(1)).first() is not None:
        raise RuleBroken(_("Meetings of this day are published. Call them off first."))
    _record("day_removed", timetable, by, {"on": stop.on_day.isoformat(), "city": stop.city})
    _remove(cell for cell in queries.cells_of(timetable) if cell.slot.stop_id == stop.id)
    db.session.execute(sa.delete(TimetableSlot).where(TimetableSlot.stop_id == stop.id))
    db.session.delete(stop)
    db.session.flush()


def draft(timetable: Timetable, by: User) -> int:
    """Draft anew whatever is neither locked nor published; gives how many pairs have a place."""
    lock(timetable)
    pairs = queries.pairs_of(timetable.program, by)
    guests = gather(timetable, pairs)
    hidden = queries.hidden_cells(timetable, by)
    _remove(cell for cell in queries.cells_of(timetable) if not cell.stays and cell.id not in hidden)
    board = board_of(timetable, guests)
    kept = {cell.match_id for cell in queries.cells_of(timetable)}
    wanted = [pair_of(match) for match in pairs if match.id not in kept]
    place(timetable, drafting.draft(wanted, board), pairs, guests)
    timetable.drafted_at = clock.now()
    db.session.flush()
    count = len(queries.cells_of(timetable))
    _record("drafted", timetable, by, {"pairs": len(pairs), "placed": count})
    return count


def gather(timetable: Timetable, pairs: Iterable[Match]) -> dict[int, TimetableGuest]:
    """Everybody of these pairs is on the timetable, with usual limits and somebody to sit for them."""
    known = {guest.organization_id: guest for guest in queries.guests_of(timetable)}
    wanted = {id_ for match in pairs for id_ in (match.india_id, match.us_id)}
    travels = queries.cohort_ids(timetable.program)
    people = introductions.answerers_of([*wanted, *known])
    for id_ in sorted(wanted - known.keys()):
        known[id_] = TimetableGuest(
            timetable_id=timetable.id,
            organization_id=id_,
            a_day=A_DAY_TRAVELING if id_ in travels else A_DAY_VISITED,
            in_all=IN_ALL_TRAVELING if id_ in travels else IN_ALL_VISITED,
        )
        db.session.add(known[id_])
    for id_, guest in known.items():
        if guest.user_id not in {one.id for one in people[id_]}:
            guest.user_id = people[id_][0].id if people[id_] else None
    db.session.flush()
    return known


def board_of(timetable: Timetable, guests: dict[int, TimetableGuest]) -> drafting.Board:
    """Times, limits, and what is taken already; who has left, or nobody to sit for them, takes nothing."""
    slots = queries.slots_of(timetable)
    present = {id_: one for id_, one in guests.items() if one.left_at is None and one.user_id is not None}
    people = {id_: one.user_id for id_, one in present.items() if one.user_id is not None}
    booked = queries.busy_people(set(people.values()), slots)
    by_key = {
        slot.id: drafting.Slot(slot.id, slot.stop.on_day, slot.stop.city, slot.stop.tables) for slot in slots
    }
    now = clock.now()
    board = drafting.Board(
        [by_key[slot.id] for slot in slots if slot.kind is SlotKind.MEETINGS and slot.starts_at > now],
        {id_: drafting.Limit(one.a_day, one.in_all, one.city) for id_, one in present.items()},
        {(id_, slot) for id_, user in people.items() for person, slot in booked if person == user},
        people,
    )
    for cell in queries.cells_of(timetable):
        if cell.slot_id in board.tables:
            board.seat([seat.organization_id for seat in cell.seats], by_key[cell.slot_id])
    return board


def pair_of(match: Match) -> drafting.Pair:
    return drafting.Pair(match.id, match.india_id, match.us_id, match.score)


def place(
    timetable: Timetable,
    placed: dict[int, int],
    pairs: Sequence[Match],
    guests: dict[int, TimetableGuest],
) -> list[TimetableCell]:
    """Cells for pairs in slots; each gets a table that is free, the one visited stays at theirs where it can."""
    matches, made = {match.id: match for match in pairs}, []
    tables = _free_tables(timetable)
    travels = queries.cohort_ids(timetable.program)
    usual: dict[int, int] = {}
    for match_id, slot_id in sorted(placed.items(), key=lambda item: (item[1], item[0])):
        match = matches[match_id]
        visited = match.us_id if match.india_id in travels else match.india_id
        number = usual[visited] if usual.get(visited) in tables[slot_id] else min(tables[slot_id])
        usual.setdefault(visited, number)
        tables[slot_id].remove(number)
        cell = TimetableCell(
            timetable_id=timetable.id, slot_id=slot_id, match_id=match_id, table_number=number
        )
        cell.seats = [seat_of(guests[id_], slot_id) for id_ in (match.india_id, match.us_id)]
        made.append(cell)
    db.session.add_all(made)
    db.session.flush()
    return made


def seat_of(guest: TimetableGuest, slot_id: int) -> TimetableSeat:
    if guest.user_id is None:
        raise RuleBroken(_("Nobody of this organization can sit for it: it has no active owner or editor."))
    return TimetableSeat(slot_id=slot_id, organization_id=guest.organization_id, user_id=guest.user_id)


def _free_tables(timetable: Timetable) -> dict[int, set[int]]:
    found = {slot.id: set(range(1, slot.stop.tables + 1)) for slot in queries.slots_of(timetable)}
    for cell in queries.cells_of(timetable):
        if cell.table_number is not None:
            found[cell.slot_id].discard(cell.table_number)
    return found


def keep(timetable: Timetable, cell_ids: Collection[int], by: User) -> None:
    """Let a new draft leave these cells where they are, and free all others this manager sees."""
    lock(timetable)
    hidden, changed = queries.hidden_cells(timetable, by), 0
    for cell in queries.cells_of(timetable):
        if cell.id not in hidden and cell.is_locked is not (cell.id in cell_ids):
            cell.is_locked = cell.id in cell_ids
            changed += 1
    if changed:
        db.session.flush()
        _record("locked", timetable, by, {"cells": changed})


def limit(
    timetable: Timetable, guest: TimetableGuest, by: User, *, a_day: int, in_all: int, city: str
) -> None:
    """How much an organization takes and where, for the next draft."""
    lock(timetable)
    guest.a_day, guest.in_all, guest.city = a_day, in_all, city
    db.session.flush()
    detail = {"organization": guest.organization_id, "a_day": a_day, "in_all": in_all, "city": city}
    _record("limited", timetable, by, detail)


def make_room(timetable: Timetable, stop: TimetableStop, begins: datetime.datetime, minutes: int) -> None:
    """Take out the times of the stop that lie in a visit. Raises `TimesOverlap` when something fixed is in them."""
    ends = begins + timedelta(minutes=minutes)
    slots = queries.slots_of(timetable)
    inside = {
        slot.id
        for slot in slots
        if slot.stop_id == stop.id and slot.starts_at < ends and begins < slot.ends_at
    }
    cells = [cell for cell in queries.cells_of(timetable) if cell.slot_id in inside]
    if any(cell.stays for cell in cells):
        raise TimesOverlap(_("Something is locked or published at that time. Choose another one."))
    _remove(cells)
    db.session.execute(sa.delete(TimetableSlot).where(TimetableSlot.id.in_(inside)))
    require_apart(timetable, begins, ends, stop.travel_minutes, stop.id)


def _remove(cells: Iterable[TimetableCell]) -> None:
    for cell in cells:
        db.session.delete(cell)
    db.session.flush()


def lock(timetable: Timetable) -> None:
    """Changes of one timetable come one after the other."""
    db.session.refresh(timetable, with_for_update=True)


def _record(action: str, timetable: Timetable, by: User, detail: dict[str, object] | None = None) -> None:
    about = {"program": timetable.program_id, **(detail or {})}
    audit.record(f"timetable.{action}", ("timetable", timetable.id), by=by.id, detail=about)
