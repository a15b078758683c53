"""Reads of outcomes: a pair's milestones, what a person is to answer, and the ledger."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app import clock
from app.accounts.models import User
from app.db import db
from app.errors import NotFound
from app.introductions import queries as introductions
from app.introductions.models import Introduction
from app.introductions.sides import Side
from app.matching.models import Match
from app.meetings.models import Attendance, Meeting, MeetingGuest
from app.organizations import queries as organizations
from app.organizations.models import Membership
from app.organizations.queries import LARGEST_ID
from app.outcomes.models import (
    CHECK_DAYS,
    Milestone,
    MilestoneKind,
    MilestoneState,
    OutcomeCheck,
    ValueBand,
)


def side_of(user: User, match_id: int, organization_id: int | None = None) -> Side:
    """The introduced match as this person's organization sees it. Raises `NotFound` before both said yes."""
    side = introductions.side_of(user, match_id, organization_id)
    if side.introduction is None:
        raise NotFound
    return side


def milestone_for(
    user: User, milestone_id: int, organization_id: int | None = None
) -> tuple[Milestone, Side]:
    """A milestone this person may see, and the side they see it from. Raises `NotFound`."""
    query = sa.select(Milestone).where(
        Milestone.id == min(milestone_id, LARGEST_ID), Milestone.match_id.in_(introductions.own_matches(user))
    )
    milestone = db.session.scalars(query).one_or_none()
    if milestone is None:
        raise NotFound
    return milestone, side_of(user, milestone.match_id, organization_id)


def milestone_like(match_id: int, kind: MilestoneKind, reached_on: datetime.date) -> Milestone | None:
    """The milestone of this kind and day, whoever stated it."""
    query = sa.select(Milestone).filter_by(match_id=match_id, kind=kind, reached_on=reached_on)
    return db.session.scalars(query).one_or_none()


def milestones_of(match_id: int) -> Sequence[Milestone]:
    """What a pair has reached, newest first; what was withdrawn is left out."""
    query = sa.select(Milestone).where(
        Milestone.match_id == match_id, Milestone.state != MilestoneState.WITHDRAWN
    )
    return db.session.scalars(query.order_by(Milestone.reached_on.desc(), Milestone.id.desc())).all()


def to_confirm_by(user: User) -> Sequence[Milestone]:
    """What the other sides of this person's matches have stated and theirs has not answered, oldest first."""
    own = {m.organization_id for m in organizations.memberships_of(user) if m.can_edit}
    query = (
        sa.select(Milestone)
        .join(Match, Match.id == Milestone.match_id)
        .where(
            sa.or_(Match.india_id.in_(own), Match.us_id.in_(own)),
            Milestone.organization_id.not_in(own),
            Milestone.state == MilestoneState.STATED,
        )
    )
    return db.session.scalars(query.order_by(Milestone.stated_at, Milestone.id)).all()


def first_meetings_held(most: int = 100) -> list[tuple[int, int]]:
    """(match, meeting) of pairs without a milestone of having met, where both sides say that a meeting was held."""
    said = sa.select(MeetingGuest.meeting_id).where(MeetingGuest.says == Attendance.HELD)
    both = said.group_by(MeetingGuest.meeting_id).having(
        sa.func.count(sa.distinct(MeetingGuest.organization_id)) >= 2
    )
    noted = sa.select(Milestone.match_id).where(Milestone.kind == MilestoneKind.MET)
    query = (
        sa.select(Meeting.match_id, sa.func.min(Meeting.id))
        .where(Meeting.id.in_(both), Meeting.match_id.not_in(noted))
        .group_by(Meeting.match_id)
        .order_by(Meeting.match_id)
    )
    return [(match_id, meeting_id) for match_id, meeting_id in db.session.execute(query.limit(most))]


def has_met(match_id: int) -> bool:
    """Whether a milestone of having met was ever noted, whoever did."""
    query = sa.select(Milestone.id).filter_by(match_id=match_id, kind=MilestoneKind.MET)
    return db.session.scalar(query.limit(1)) is not None


def days_due(side: Side) -> list[int]:
    """The questions whose day has come for this side."""
    if side.introduction is None:
        return []
    passed = clock.now() - side.introduction.at
    return [day for day in CHECK_DAYS if passed >= datetime.timedelta(days=day)]


def question_for(side: Side) -> int | None:
    """The newest question this side has not answered; who answered a later one is not asked an earlier one."""
    due = days_due(side)
    if not due:
        return None
    query = sa.select(sa.func.max(OutcomeCheck.day)).where(
        OutcomeCheck.match_id == side.match.id, OutcomeCheck.organization_id == side.organization.id
    )
    answered = db.session.scalar(query) or 0
    return due[-1] if due[-1] > answered else None


def questions_for(user: User, most: int = 1) -> list[tuple[Side, int]]:
    """The oldest introductions of which this person's side has not said what came, with the day asked for."""
    seats = [m for m in organizations.memberships_of(user) if m.can_edit]
    found = []
    for row in reversed(introductions.introductions_of([m.organization_id for m in seats])):
        if clock.now() - row.at < datetime.timedelta(days=CHECK_DAYS[0]):
            break
        side = introductions.side_of(user, row.match_id)
        if (day := question_for(side)) is not None:
            found.append((side, day))
        if len(found) == most:
            break
    return found


def questions_of(users: Sequence[User], most: int = 1) -> dict[int, list[tuple[Side, int]]]:
    """The oldest unanswered question of each of these people, as `questions_for`, with few queries for many people."""
    seats = [seat for rows in _editing_seats(users).values() for seat in rows]
    asked = questions_among(introductions.approved_sides_for(seats), most)
    return {user.id: asked.get(user.id, []) for user in users}


def questions_among(
    sides: Sequence[Side], most: int = 1, answered: Mapping[tuple[int, int], int] | None = None
) -> dict[int, list[tuple[Side, int]]]:
    """The oldest unanswered questions of each person among sides that were read already.

    `answered` is the latest day each side has answered for, by (match, organization); one query where it is not known.
    """
    introduced = _introduced(side for side in sides if side.can_answer)
    if answered is None:
        answered = _answered({side.match.id for side in introduced})
    found: defaultdict[int, list[tuple[Side, int]]] = defaultdict(list)
    for side in introduced:
        due = [day for day in days_due(side) if day > answered.get((side.match.id, side.organization.id), 0)]
        mine = found[side.member.user_id]
        if due and len(mine) < most:
            mine.append((side, due[-1]))
    return found


def to_confirm_of(users: Sequence[User]) -> dict[int, list[Milestone]]:
    """What waits for the word of the sides of each of these people, as `to_confirm_by`."""
    editing = _editing_seats(users)
    every = {seat.organization_id for rows in editing.values() for seat in rows}
    query = (
        sa.select(Milestone, Match)
        .join(Match, Match.id == Milestone.match_id)
        .where(
            sa.or_(Match.india_id.in_(every), Match.us_id.in_(every)),
            Milestone.state == MilestoneState.STATED,
        )
    )
    return to_confirm_among([(row[0], row[1]) for row in db.session.execute(query)], editing)


def to_confirm_among(
    stated: Iterable[tuple[Milestone, Match]], editing: Mapping[int, Sequence[Membership]]
) -> dict[int, list[Milestone]]:
    """The same among statements that were read already, with the memberships each person may answer for; oldest first."""
    rows = sorted(stated, key=lambda row: (row[0].stated_at, row[0].id))
    seats = {id_: {seat.organization_id for seat in own} for id_, own in editing.items()}
    return {
        user_id: [
            milestone
            for milestone, match in rows
            if own & {match.india_id, match.us_id} and milestone.organization_id not in own
        ]
        for user_id, own in seats.items()
    }


def _editing_seats(users: Sequence[User]) -> dict[int, list[Membership]]:
    """The organizations each of these people may answer for."""
    found: dict[int, list[Membership]] = {user.id: [] for user in users}
    query = sa.select(Membership).where(Membership.user_id.in_(found)).order_by(Membership.id)
    for seat in db.session.scalars(query):
        if seat.can_edit:
            found[seat.user_id].append(seat)
    return found


def _introduced(sides: Iterable[Side]) -> list[Side]:
    """Those that were introduced, oldest introduction first."""
    known = [(side.introduction.at, side.introduction.id, side) for side in sides if side.introduction]
    return [side for _at, _id, side in sorted(known, key=lambda row: row[:2])]


def _answered(match_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """The latest day each side of these matches has answered for."""
    columns = OutcomeCheck.match_id, OutcomeCheck.organization_id
    query = sa.select(*columns, sa.func.max(OutcomeCheck.day)).where(OutcomeCheck.match_id.in_(match_ids))
    return {(match_id, own): day for match_id, own, day in db.session.execute(query.group_by(*columns))}


@dataclass(frozen=True)
class LedgerRow:
    """How often a milestone was reached, by how sure it is."""

    kind: MilestoneKind
    confirmed: int
    one_side: int
    disputed: int


def ledger(since: datetime.date | None = None, until: datetime.date | None = None) -> list[LedgerRow]:
    """Milestones by kind: confirmed by both, said by one side, disputed; see docs/ledger.md.

    Days bound when they were reached, both included.
    """
    query = sa.select(Milestone.kind, Milestone.state, sa.func.count()).where(
        Milestone.state != MilestoneState.WITHDRAWN
    )
    if since is not None:
        query = query.where(Milestone.reached_on >= since)
    if until is not None:
        query = query.where(Milestone.reached_on <= until)
    counted = {
        (kind, state): count
        for kind, state, count in db.session.execute(query.group_by(Milestone.kind, Milestone.state))
    }
    states = (MilestoneState.CONFIRMED, MilestoneState.STATED, MilestoneState.DISPUTED)
    return [LedgerRow(kind, *(counted.get((kind, state), 0) for state in states)) for kind in MilestoneKind]


def worth() -> list[tuple[str, ValueBand, int]]:
    """Confirmed milestones with a value: (currency, band, how many), by currency and rising."""
    query = (
        sa.select(Milestone.currency, Milestone.value_band, sa.func.count())
        .where(Milestone.state == MilestoneState.CONFIRMED, Milestone.value_band.is_not(None))
        .group_by(Milestone.currency, Milestone.value_band)
    )
    order = list(ValueBand)
    rows = [(currency or "", band, count) for currency, band, count in db.session.execute(query) if band]
    return sorted(rows, key=lambda row: (row[0], order.index(row[1])))


def introductions_asked() -> tuple[int, int]:
    """Introductions of ninety days and more, and how many of them both sides have answered for."""
    before = clock.now() - datetime.timedelta(days=90)
    both = (
        sa.select(OutcomeCheck.match_id)
        .where(OutcomeCheck.day >= 90)
        .group_by(OutcomeCheck.match_id)
        .having(sa.func.count(sa.distinct(OutcomeCheck.organization_id)) == 2)
    )
    count = sa.select(sa.func.count(), sa.func.count().filter(Introduction.match_id.in_(both)))
    row = db.session.execute(count.where(Introduction.at <= before)).one()
    return row[0], row[1]
