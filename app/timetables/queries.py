"""Reads of timetables, for the managers of the mission; pairs that a conflict of interest hides stay hidden here too."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app import clock
from app.accounts.models import User
from app.conflicts import queries as conflicts
from app.conversations import queries as conversations
from app.db import db
from app.errors import NotFound
from app.introductions.models import Answer, AnswerChoice, Introduction
from app.matching.models import Match
from app.meetings.models import LONGEST, Meeting, MeetingGuest, MeetingState
from app.programs import cohort_queries
from app.programs.models import CohortRule, Participation, ParticipationState, Program
from app.timetables.models import (
    Timetable,
    TimetableCell,
    TimetableGuest,
    TimetableSeat,
    TimetableSlot,
    TimetableStop,
)

LARGEST_ID = 2**31 - 1
Own = TypeVar("Own", TimetableStop, TimetableGuest)


def timetable_of(program: Program) -> Timetable | None:
    return db.session.scalars(sa.select(Timetable).filter_by(program_id=program.id)).one_or_none()


def stops_of(timetable: Timetable) -> Sequence[TimetableStop]:
    """Its days, in order."""
    query = sa.select(TimetableStop).filter_by(timetable_id=timetable.id)
    return db.session.scalars(query.order_by(TimetableStop.on_day, TimetableStop.id)).all()


def slots_of(timetable: Timetable) -> Sequence[TimetableSlot]:
    """Its times, in order."""
    query = sa.select(TimetableSlot).filter_by(timetable_id=timetable.id)
    return db.session.scalars(query.order_by(TimetableSlot.starts_at)).all()


def guests_of(timetable: Timetable) -> Sequence[TimetableGuest]:
    """Its organizations, those that have left too."""
    query = sa.select(TimetableGuest).filter_by(timetable_id=timetable.id)
    return db.session.scalars(query.order_by(TimetableGuest.id)).all()


def seen_guests(timetable: Timetable, user: User) -> list[TimetableGuest]:
    """Those of them this manager may judge."""
    seen = conflicts.not_hidden(user.id, TimetableGuest.organization_id)
    query = sa.select(TimetableGuest).where(TimetableGuest.timetable_id == timetable.id, seen)
    return list(db.session.scalars(query.order_by(TimetableGuest.id)).unique())


def cells_of(timetable: Timetable) -> Sequence[TimetableCell]:
    """What is placed."""
    query = sa.select(TimetableCell).filter_by(timetable_id=timetable.id).order_by(TimetableCell.id)
    return db.session.scalars(query.options(selectinload(TimetableCell.meeting))).unique().all()


def stop_for(timetable: Timetable, stop_id: int) -> TimetableStop:
    """Raises `NotFound`."""
    return _own(TimetableStop, timetable, stop_id)


def guest_for(timetable: Timetable, guest_id: int, user: User) -> TimetableGuest:
    """An organization of the timetable this manager may judge. Raises `NotFound`."""
    seen = conflicts.not_hidden(user.id, TimetableGuest.organization_id)
    return _own(TimetableGuest, timetable, guest_id, seen)


def _own(model: type[Own], timetable: Timetable, id_: int, *also: sa.ColumnElement[bool]) -> Own:
    wanted = sa.select(model).where(
        model.id == min(id_, LARGEST_ID), model.timetable_id == timetable.id, *also
    )
    found = db.session.scalars(wanted).unique().one_or_none()
    if found is None:
        raise NotFound
    return found


def _hidden_cells(user: User) -> sa.Select[int]:
    hidden = ~conflicts.not_hidden(user.id, TimetableSeat.organization_id)
    return sa.select(TimetableSeat.cell_id).where(hidden)


def hidden_cells(timetable: Timetable, user: User) -> set[int]:
    """Cells this manager sees as taken, not by whom."""
    query = _hidden_cells(user).join(TimetableCell, TimetableCell.id == TimetableSeat.cell_id)
    return set(db.session.scalars(query.where(TimetableCell.timetable_id == timetable.id)))


def pairs_of(program: Program, user: User) -> Sequence[Match]:
    """Approved pairs of the cohort that nobody has declined and that this manager may judge."""
    cohort = _cohort(program, ParticipationState.ACCEPTED)
    ends = (Match.india_id.in_(cohort), Match.us_id.in_(cohort))
    both = program.cohort_rule is CohortRule.COHORT_ONLY
    said_no = sa.select(Answer.match_id).where(Answer.says != AnswerChoice.YES)
    query = sa.select(Match).where(
        Match.told_by(clock.now()),
        Match.is_going(),
        conversations.not_blocked(),
        sa.and_(*ends) if both else sa.or_(*ends),
        Match.id.not_in(said_no),
        conflicts.not_hidden(user.id, Match.india_id, Match.us_id),
    )
    return db.session.scalars(query.order_by(Match.id)).unique().all()


def waiting_pairs(program: Program, user: User) -> Sequence[Match]:
    """The reserve: approved pairs of organizations on the program's waiting list."""
    waiting = _cohort(program, ParticipationState.WAITLISTED)
    query = sa.select(Match).where(
        Match.told_by(clock.now()),
        Match.is_going(),
        conversations.not_blocked(),
        sa.or_(Match.india_id.in_(waiting), Match.us_id.in_(waiting)),
        Match.id.not_in(sa.select(Answer.match_id).where(Answer.says != AnswerChoice.YES)),
        conflicts.not_hidden(user.id, Match.india_id, Match.us_id),
    )
    return db.session.scalars(query.order_by(Match.id)).unique().all()


def _cohort(program: Program, state: ParticipationState) -> sa.Select[int]:
    return sa.select(Participation.organization_id).where(
        Participation.program_id == program.id, Participation.state == state
    )


def cohort_ids(program: Program) -> set[int]:
    """Who travels or sits in the round."""
    return cohort_queries.cohorts().get(program.id, set())


def introduced(match_ids: Collection[int]) -> set[int]:
    """Those of these matches in which both said yes."""
    query = sa.select(Introduction.match_id).where(Introduction.match_id.in_(match_ids))
    return set(db.session.scalars(query))


def bookable(match_ids: Collection[int]) -> set[int]:
    """Those of them whose conversation nobody has closed: a closed pair keeps its draft, and is not booked."""
    query = sa.select(Match.id).where(Match.id.in_(introduced(match_ids)), conversations.not_blocked())
    return set(db.session.scalars(query))


def busy_people(user_ids: Collection[int], slots: Sequence[TimetableSlot]) -> set[tuple[int, int]]:
    """(person, slot id) at which somebody has another meeting booked, those of the timetable itself apart."""
    if not slots:
        return set()
    # Those that the two sides have moved meanwhile are elsewhere now, and count.
    own = (
        sa.select(TimetableCell.meeting_id)
        .join(TimetableSlot, TimetableSlot.id == TimetableCell.slot_id)
        .join(Meeting, Meeting.id == TimetableCell.meeting_id)
        .where(
            TimetableCell.timetable_id == slots[0].timetable_id,
            Meeting.starts_at == TimetableSlot.starts_at,
        )
    )
    query = (
        sa.select(MeetingGuest.user_id, Meeting.starts_at, Meeting.minutes)
        .join(Meeting, Meeting.id == MeetingGuest.meeting_id)
        .where(
            MeetingGuest.user_id.in_(user_ids),
            Meeting.state == MeetingState.BOOKED,
            Meeting.id.not_in(own),
            Meeting.starts_at < slots[-1].ends_at,
            Meeting.starts_at > slots[0].starts_at - timedelta(minutes=LONGEST),
        )
    )
    booked = [(user, start, minutes) for user, start, minutes in db.session.execute(query) if start]
    return {
        (user, slot.id) for user, start, minutes in booked for slot in slots if _touch(slot, start, minutes)
    }


def _touch(slot: TimetableSlot, starts_at: datetime, minutes: int) -> bool:
    return slot.starts_at < starts_at + timedelta(minutes=minutes) and starts_at < slot.ends_at
