"""Reads of matches for the desk, the letters and the pages of both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app import clock
from app.accounts.models import Role, User
from app.conflicts import queries as conflicts
from app.db import db
from app.errors import NotFound
from app.matching.models import OPEN_STATES, Match, MatchState, ReviewDecision
from app.organizations.models import Organization
from app.programs.models import Program, ProgramManager
from app.taxonomy import Kind

PAGE = 50


@dataclass(frozen=True)
class QueueFilter:
    """What a manager wants to see in the queue; None means any."""

    state: MatchState | None = None
    program_id: int | None = None
    kind: Kind | None = None


def _in_scope(user: User) -> sa.ColumnElement[bool]:
    """Matches this person may review: of programs they manage and of none; an administrator all.

    None of organizations they are tied to, whoever they are.
    """
    clear = conflicts.not_hidden(user.id, Match.india_id, Match.us_id)
    if user.has_role(Role.ADMINISTRATOR):
        return clear
    own = sa.select(ProgramManager.program_id).where(ProgramManager.user_id == user.id)
    return sa.and_(sa.or_(Match.program_id.is_(None), Match.program_id.in_(own)), clear)


def _waits(now: datetime) -> sa.ColumnElement[bool]:
    """Open and due to be looked at: what is held comes back on its day, what was asked when a side changed its profile."""
    held = sa.and_(Match.state == MatchState.HELD, Match.hold_until <= now.date())
    answered = sa.and_(Match.state == MatchState.INFO_REQUESTED, _has_changed_since_decision())
    return sa.or_(Match.state == MatchState.PROPOSED, held, answered)


def _has_changed_since_decision() -> sa.ColumnElement[bool]:
    side = sa.or_(Organization.id == Match.india_id, Organization.id == Match.us_id)
    return sa.exists().where(side, Organization.profile_changed_at > Match.decided_at).correlate(Match)


def review_queue(
    user: User, chosen: QueueFilter, *, after: tuple[datetime, int] | None = None, limit: int = PAGE
) -> Sequence[Match]:
    """The matches that wait for this manager, first due first, then best first."""
    now = clock.now()
    state = Match.state == chosen.state if chosen.state else _waits(now)
    query = (
        sa.select(Match)
        .where(_in_scope(user), state)
        .options(joinedload(Match.india), joinedload(Match.us), joinedload(Match.program))
        .order_by(Match.due_at, Match.id)
        .limit(limit)
    )
    if chosen.program_id is not None:
        query = query.where(Match.program_id == chosen.program_id)
    if chosen.kind is not None:
        query = query.where(Match.india.has(kind=chosen.kind) | Match.us.has(kind=chosen.kind))
    if after is not None:
        query = query.where(sa.tuple_(Match.due_at, Match.id) > sa.tuple_(*after))
    return db.session.scalars(query).all()


def match_for(user: User, match_id: int) -> Match:
    """The match, if this manager may review it; raises `NotFound`."""
    query = (
        sa.select(Match)
        .where(Match.id == match_id, _in_scope(user))
        .options(joinedload(Match.india), joinedload(Match.us), joinedload(Match.program))
    )
    match = db.session.scalars(query).one_or_none()
    if match is None:
        raise NotFound
    return match


def match_now(match_id: int) -> Match:
    """The match as it stands now, whoever asks."""
    return db.session.get_one(Match, match_id, populate_existing=True)


def last_decision(match_id: int) -> ReviewDecision | None:
    """The newest decision on a match."""
    query = (
        sa.select(ReviewDecision)
        .where(ReviewDecision.match_id == match_id)
        .order_by(ReviewDecision.id.desc())
    )
    return db.session.scalars(query.limit(1)).first()


def decisions_on(match_id: int) -> Sequence[ReviewDecision]:
    """All decisions on a match, newest first."""
    query = (
        sa.select(ReviewDecision)
        .where(ReviewDecision.match_id == match_id)
        .order_by(ReviewDecision.id.desc())
    )
    return db.session.scalars(query).all()


@dataclass(frozen=True)
class Load:
    """How much attention an organization is asked for already."""

    waiting: int
    approved: int


def loads_of(ids: Sequence[int], reader: User | None = None) -> dict[int, Load]:
    """Open and approved matches of each organization, but for those that are hidden from who reads."""
    clear = conflicts.not_hidden(reader.id, Match.india_id, Match.us_id) if reader else sa.true()
    waiting = _places_taken_by(ids, OPEN_STATES, clear)
    approved = _places_taken_by(ids, (MatchState.APPROVED,), clear)
    return {id_: Load(waiting.get(id_, 0), approved.get(id_, 0)) for id_ in ids}


def _places_taken_by(
    ids: Sequence[int], states: Sequence[MatchState], clear: sa.ColumnElement[bool]
) -> dict[int, int]:
    taken: dict[int, int] = {}
    for side in (Match.india_id, Match.us_id):
        taking = (Match.state.in_(states), side.in_(ids), clear)
        counted = sa.select(side, sa.func.count()).where(*taking).group_by(side)
        taken.update({id_: taken.get(id_, 0) + n for id_, n in db.session.execute(counted)})
    return taken


def queue_counts(user: User) -> dict[str, int]:
    """How many matches wait, are late, are on hold and wait for an answer, for this manager."""
    now = clock.now()
    held = sa.and_(Match.state == MatchState.HELD, Match.hold_until > now.date())
    columns = [
        sa.func.count().filter(_waits(now)),
        sa.func.count().filter(_waits(now), Match.due_at < now),
        sa.func.count().filter(held),
        sa.func.count().filter(Match.state == MatchState.INFO_REQUESTED),
    ]
    query = sa.select(*columns).select_from(Match).where(_in_scope(user), Match.state.in_(OPEN_STATES))
    row = db.session.execute(query).one()
    return {"waiting": row[0], "late": row[1], "held": row[2], "asked": row[3]}


def programs_of(user: User) -> Sequence[Program]:
    """Programs whose matches this person may review."""
    query = sa.select(Program).order_by(Program.priority, Program.id)
    if not user.has_role(Role.ADMINISTRATOR):
        own = sa.select(ProgramManager.program_id).where(ProgramManager.user_id == user.id)
        query = query.where(Program.id.in_(own))
    return db.session.scalars(query).all()


def matches_of(organization_ids: Sequence[int], states: Sequence[MatchState]) -> Sequence[Match]:
    """Matches of these organizations in these states, best first, with both sides loaded."""
    query = (
        sa.select(Match)
        .where(
            sa.or_(Match.india_id.in_(organization_ids), Match.us_id.in_(organization_ids)),
            Match.state.in_(states),
        )
        .options(joinedload(Match.india), joinedload(Match.us))
        .order_by(Match.score.desc(), Match.id)
    )
    return db.session.scalars(query).all()


def approved_matches_of(organization_ids: Sequence[int]) -> Sequence[Match]:
    """Approved matches of these organizations, best first."""
    return matches_of(organization_ids, (MatchState.APPROVED,))


def oldest_waiting(user: User, limit: int) -> Sequence[Match]:
    """What has waited longest past its due date, for the manager's letter."""
    now = clock.now()
    query = (
        sa.select(Match)
        .where(_in_scope(user), _waits(now), Match.due_at < now)
        .options(joinedload(Match.india), joinedload(Match.us))
        .order_by(Match.due_at, Match.id)
        .limit(limit)
    )
    return db.session.scalars(query).all()


def best_waiting(user: User, limit: int) -> Sequence[Match]:
    """The most promising matches that wait for this manager."""
    query = (
        sa.select(Match)
        .where(_in_scope(user), _waits(clock.now()))
        .options(joinedload(Match.india), joinedload(Match.us))
        .order_by(Match.score.desc(), Match.id)
        .limit(limit)
    )
    return db.session.scalars(query).all()


def decided_since(user: User, moment: datetime) -> int:
    """How many decisions fell in this manager's programs since `moment`."""
    query = (
        sa.select(sa.func.count())
        .select_from(ReviewDecision)
        .join(Match, Match.id == ReviewDecision.match_id)
        .where(_in_scope(user), ReviewDecision.at >= moment)
    )
    return db.session.scalar(query) or 0
