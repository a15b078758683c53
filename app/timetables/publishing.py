"""Make meetings of what is drafted, add visits, and find substitutes when somebody falls out.

A service like `services`. Meetings go to pairs in which both said yes; the others keep their place until they do.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import RuleBroken
from app.matching.models import Match
from app.meetings import seating
from app.meetings import services as meetings
from app.meetings.services import Wanted
from app.timetables import drafting, queries, services
from app.timetables.models import (
    SlotKind,
    Timetable,
    TimetableCell,
    TimetableGuest,
    TimetableSlot,
    TimetableStop,
)


def publish(timetable: Timetable, by: User) -> int:
    """Book whatever is drafted of introduced pairs, all or nothing; gives how many are new. Doing it twice adds nothing."""
    services.lock(timetable)
    new = _book(timetable, queries.cells_of(timetable), by)
    if new or timetable.published_at is None:
        timetable.published_at = clock.now()
        db.session.flush()
        _record("published", timetable, by, {"meetings": new})
    return new


def _book(timetable: Timetable, cells: Sequence[TimetableCell], by: User) -> int:
    known = queries.bookable({cell.match_id for cell in cells if cell.match_id})
    due = [
        cell
        for cell in cells
        if cell.meeting_id is None and cell.match_id in known and cell.slot.starts_at > clock.now()
    ]
    for cell in sorted(due, key=lambda one: (one.slot.starts_at, one.id)):
        match = cell.match
        if match is None:
            continue
        place = _place(cell.slot.stop, _("Table %(number)s", number=cell.table_number))
        wanted = Wanted(
            guests=[(seat.user, seat.organization_id) for seat in cell.seats],
            minutes=cell.slot.minutes,
            title=f"{match.india.name} – {match.us.name}"[:200],
            note=timetable.program.name,
            link=place,
        )
        cell.meeting_id = meetings.settle(match.id, by, wanted, cell.slot.starts_at).id
    db.session.flush()
    return len(due)


def _place(stop: TimetableStop, *more: str) -> str:
    return ", ".join(part for part in (*more, stop.place, stop.city) if part)[:500]


def visit(
    timetable: Timetable,
    stop: TimetableStop,
    host: TimetableGuest,
    guests: Sequence[TimetableGuest],
    by: User,
    *,
    begins: datetime.time,
    minutes: int,
    title: str,
) -> TimetableCell:
    """A visit to a host as one meeting for all who go; each of them is introduced to the host. Raises `TimesOverlap`."""
    services.lock(timetable)
    zone = ZoneInfo(stop.time_zone)
    starts_at = datetime.datetime.combine(stop.on_day, begins, tzinfo=zone).astimezone(datetime.UTC)
    pairs = _pairs_with(host, guests, queries.pairs_of(timetable.program, by))
    services.make_room(timetable, stop, starts_at, minutes)
    slot = TimetableSlot(
        timetable_id=timetable.id, stop_id=stop.id, starts_at=starts_at, minutes=minutes, kind=SlotKind.VISIT
    )
    db.session.add(slot)
    db.session.flush()
    cell = TimetableCell(timetable_id=timetable.id, slot_id=slot.id, title=title)
    cell.seats = [services.seat_of(one, slot.id) for one in (host, *guests)]
    db.session.add(cell)
    db.session.flush()
    db.session.refresh(cell)
    wanted = Wanted(
        guests=[(seat.user, seat.organization_id) for seat in cell.seats],
        minutes=minutes,
        title=title,
        note=timetable.program.name,
        link=_place(stop, host.organization.name),
    )
    cell.meeting_id = meetings.settle(pairs[0].id, by, wanted, starts_at).id
    db.session.flush()
    _record("visit_added", timetable, by, {"host": host.organization_id, "guests": len(guests)})
    return cell


def _pairs_with(
    host: TimetableGuest, guests: Sequence[TimetableGuest], pairs: Sequence[Match]
) -> list[Match]:
    """The match of each guest with the host. Raises `RuleBroken` when one of them is not introduced: names stay closed."""
    known = queries.introduced({match.id for match in pairs})
    partners = {
        match.partner_of(host.organization).id: match
        for match in pairs
        if match.id in known and host.organization_id in (match.india_id, match.us_id)
    }
    if not guests or any(guest.organization_id not in partners for guest in guests):
        raise RuleBroken(_("A visit takes those who are introduced to the host."))
    return [partners[guest.organization_id] for guest in guests]


def leave(timetable: Timetable, guest: TimetableGuest, by: User) -> tuple[int, int]:
    """An organization falls out: its meetings are called off, and who lost one gets a substitute at the same time.

    Substitutes are pairs of the cohort without a place, then those of the waiting list. Gives how many places fell free and
    how many are filled again. Meetings of the timetable that were published stay published: substitutes that are introduced
    are booked at once.
    """
    services.lock(timetable)
    if guest.left_at is not None:
        return 0, 0
    guest.left_at = clock.now()
    free = _clear(timetable, guest, by)
    pairs = queries.pairs_of(timetable.program, by)
    waiting = queries.waiting_pairs(timetable.program, by)
    filled = _fill(timetable, free, pairs, by)
    filled += _fill(timetable, [one for one in free if one not in filled], waiting, by)
    detail: dict[str, object] = {"free": len(free), "filled": len(filled)}
    _record("left", timetable, by, {"organization": guest.organization_id, **detail})
    return len(free), len(filled)


def _clear(timetable: Timetable, guest: TimetableGuest, by: User) -> list[tuple[int, int]]:
    """Take the organization out of everything to come; (organization, slot) that fell free for its partners."""
    free = []
    for cell in queries.cells_of(timetable):
        seats = [seat.organization_id for seat in cell.seats]
        if guest.organization_id not in seats or cell.slot.starts_at <= clock.now():
            continue
        if cell.match_id is None and len(seats) > 2:
            _leave_visit(cell, guest, by)
            continue
        if cell.meeting is not None:
            meetings.call_off(cell.meeting, by, _("They cannot take part in the mission."))
        if cell.match_id is not None:
            free += [(own, cell.slot_id) for own in seats if own != guest.organization_id]
        db.session.delete(cell)
    db.session.flush()
    return free


def _leave_visit(cell: TimetableCell, guest: TimetableGuest, by: User) -> None:
    """The others go without them, unless they are the host."""
    meeting = cell.meeting
    if meeting is None:
        return
    if cell.seats[0].organization_id == guest.organization_id:
        meetings.call_off(meeting, by, _("The host cannot receive the mission."))
        db.session.delete(cell)
        return
    seating.relieve(meeting, by, guest.organization_id)
    cell.seats = [seat for seat in cell.seats if seat.organization_id != guest.organization_id]


def _fill(
    timetable: Timetable, free: Sequence[tuple[int, int]], pairs: Sequence[Match], by: User
) -> list[tuple[int, int]]:
    """Places that fell free and are taken again."""
    guests = services.gather(timetable, pairs)
    board = services.board_of(timetable, guests)
    open_slots = {slot.key for slot in board.slots}
    placed_already = {cell.match_id for cell in queries.cells_of(timetable)}
    waiting = {match.id: match for match in pairs if match.id not in placed_already}
    wanted = [one for one in free if one[1] in open_slots]
    placed = drafting.substitutes(wanted, [services.pair_of(match) for match in waiting.values()], board)
    cells = services.place(timetable, placed, list(waiting.values()), guests)
    if timetable.published_at is not None:
        for cell in cells:
            db.session.refresh(cell)
        _book(timetable, cells, by)
    ends = {(own, at) for id_, at in placed.items() for own in (waiting[id_].india_id, waiting[id_].us_id)}
    return [one for one in wanted if one in ends]


def _record(action: str, timetable: Timetable, by: User, detail: dict[str, object]) -> None:
    about = {"program": timetable.program_id, **detail}
    audit.record(f"timetable.{action}", ("timetable", timetable.id), by=by.id, detail=about)
