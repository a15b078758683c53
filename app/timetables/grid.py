"""The timetable as people read it: a table a day, who travels down, times across, and what has no place.

A name of its own: it reads for pages, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import format_datetime

from app.accounts.models import User
from app.matching.models import Match
from app.meetings.models import MeetingState
from app.organizations.models import Organization
from app.timetables import queries
from app.timetables.models import (
    SlotKind,
    Timetable,
    TimetableCell,
    TimetableGuest,
    TimetableSlot,
    TimetableStop,
)


@dataclass(frozen=True)
class Place:
    """What one organization does at one time; no cell means it is free."""

    slot: TimetableSlot
    cell: TimetableCell | None = None
    with_: tuple[str, ...] = ()
    is_hidden: bool = False
    is_called_off: bool = False


@dataclass(frozen=True)
class Row:
    """The day of one organization."""

    organization: Organization
    places: list[Place]


@dataclass(frozen=True)
class Day:
    """One stop."""

    stop: TimetableStop
    slots: list[TimetableSlot]
    rows: list[Row]
    visits: list[TimetableCell]


@dataclass(frozen=True)
class Grid:
    """All of it."""

    days: list[Day] = field(default_factory=list)
    guests: list[TimetableGuest] = field(default_factory=list)
    unplaced: list[Match] = field(default_factory=list)
    counts: dict[int, int] = field(default_factory=dict)
    drafted: int = 0
    published: int = 0
    # Placed pairs in which one side has not said yes.
    not_introduced: int = 0


def wall(moment: datetime, zone: str) -> str:
    """The clock on the wall there."""
    return str(format_datetime(moment.astimezone(ZoneInfo(zone)), "HH:mm", rebase=False))


def grid_of(timetable: Timetable | None, user: User) -> Grid:
    """What this manager may see of the timetable; few queries however large it is."""
    if timetable is None:
        return Grid()
    cells, slots = queries.cells_of(timetable), queries.slots_of(timetable)
    hidden = queries.hidden_cells(timetable, user)
    seen = queries.seen_guests(timetable, user)
    rows_of = _rows(timetable, seen)
    by_seat = {(seat.slot_id, seat.organization_id): cell for cell in cells for seat in cell.seats}
    days = [
        _day(stop, [slot for slot in slots if slot.stop_id == stop.id], rows_of, by_seat, hidden)
        for stop in queries.stops_of(timetable)
    ]
    pairs = queries.pairs_of(timetable.program, user)
    placed = {cell.match_id for cell in cells}
    of_pairs = [cell for cell in cells if cell.match_id is not None]
    known = queries.introduced({cell.match_id for cell in of_pairs if cell.match_id})
    counts: dict[int, int] = {}
    for _slot, organization_id in by_seat:
        counts[organization_id] = counts.get(organization_id, 0) + 1
    return Grid(
        days=days,
        guests=seen,
        unplaced=[match for match in pairs if match.id not in placed],
        counts=counts,
        drafted=sum(cell.meeting_id is None for cell in of_pairs),
        published=sum(cell.meeting_id is not None for cell in cells),
        not_introduced=sum(cell.match_id not in known for cell in of_pairs),
    )


def _rows(timetable: Timetable, seen: Sequence[TimetableGuest]) -> list[Organization]:
    """Who travels; in a round of a cohort among itself everybody."""
    travels = queries.cohort_ids(timetable.program)
    found = [guest.organization for guest in seen if guest.organization_id in travels and not guest.left_at]
    return sorted(found, key=lambda one: (one.name_key, one.id))


def _day(
    stop: TimetableStop,
    slots: list[TimetableSlot],
    rows: list[Organization],
    by_seat: dict[tuple[int, int], TimetableCell],
    hidden: set[int],
) -> Day:
    visits = {
        cell.id: cell
        for slot in slots
        for (at, _own), cell in by_seat.items()
        if at == slot.id and cell.match_id is None
    }
    return Day(
        stop=stop,
        slots=slots,
        rows=[
            Row(one, [_place(slot, by_seat.get((slot.id, one.id)), one, hidden) for slot in slots])
            for one in rows
        ],
        visits=[cell for cell in visits.values() if cell.id not in hidden],
    )


def _place(slot: TimetableSlot, cell: TimetableCell | None, own: Organization, hidden: set[int]) -> Place:
    if cell is None:
        return Place(slot)
    if cell.id in hidden:
        return Place(slot, is_hidden=True)
    if slot.kind is SlotKind.VISIT:
        return Place(slot, cell, (cell.title,))
    others = tuple(seat.organization.name for seat in cell.seats if seat.organization_id != own.id)
    off = cell.meeting is not None and cell.meeting.state is MeetingState.CANCELLED
    return Place(slot, cell, others, is_called_off=off)
