"""Reads of matches for the desk, the letters and the pages of both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.accounts.models import Role, User
from app.conflicts import queries as conflicts
from app.db import db
from app.matching.models import OPEN_STATES, Match, MatchState, ReviewDecision
from app.programs.models import ProgramManager

PAGE = 50


def _in_scope(user: User) -> sa.ColumnElement[bool]:
    """Matches this person may review: of programs they manage and of none; an administrator all.

    None of organizations they are tied to, whoever they are.
    """
    clear = conflicts.not_hidden(user.id, Match.india_id, Match.us_id)
    if user.has_role(Role.ADMINISTRATOR):
        return clear
    own = sa.select(ProgramManager.program_id).where(ProgramManager.user_id == user.id)
    return sa.and_(sa.or_(Match.program_id.is_(None), Match.program_id.in_(own)), clear)


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
    # It gets nothing new before this day.
    paused_until: date | None = None


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
        taking = (Match.state.in_(states), Match.is_going(), side.in_(ids), clear)
        counted = sa.select(side, sa.func.count()).where(*taking).group_by(side)
        taken.update({id_: taken.get(id_, 0) + n for id_, n in db.session.execute(counted)})
    return taken


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
    """Approved matches of these organizations, told or not, best first."""
    return matches_of(organization_ids, (MatchState.APPROVED,))
