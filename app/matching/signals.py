"""What people said of matches, kept for the recommender to learn from.

A service like `services`: features above matching call `record` in the transaction of the act itself, and say what their
act is worth; matching knows of no table of theirs. See docs/decisions/0010.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from app import clock
from app.db import db
from app.matching.models import Match, RejectReason, ReviewAction, Said, TrainingSignal

_SAID_BY = {
    ReviewAction.APPROVE: Said.APPROVE,
    ReviewAction.REJECT: Said.REJECT,
    ReviewAction.HOLD: Said.HOLD,
}
# What a rejection tells of the fit of the two; attention and export rules tell nothing of it.
_REJECT_WEIGHTS = {
    RejectReason.NOT_COMPLEMENTARY: 1.0,
    RejectReason.COMPETITORS: 0.8,
    RejectReason.NEED_NOT_CURRENT: 0.4,
    RejectReason.PROFILE_TOO_THIN: 0.3,
    RejectReason.OVERLOADED: 0.0,
    RejectReason.SENSITIVE: 0.0,
    RejectReason.OTHER: 0.5,
    RejectReason.SWAPPED: 0.0,
}
_HOLD_WEIGHT = 0.2
# After so long an absence counts half.
ABSENCE_HALVES = timedelta(days=90)


@dataclass(frozen=True)
class Statement:
    """The newest word of a manager, a side, or of what came of it, on one match."""

    match_id: int
    india_id: int
    us_id: int
    # The side that speaks; None when it is said of the pair.
    organization_id: int | None
    says: Said
    weight: float
    by_id: int | None
    at: datetime


def record(
    match: Match, says: Said, weight: float, *, organization_id: int | None = None, by: int | None = None
) -> None:
    """Remember what was said of a match: by the side `organization_id`, or of the pair as a whole."""
    db.session.add(
        TrainingSignal(
            match_id=match.id,
            organization_id=organization_id,
            says=says,
            weight=weight,
            by_id=by,
            at=clock.now(),
        )
    )


def record_review(match: Match, action: ReviewAction, reason: RejectReason | None, by: int) -> None:
    """Remember a manager's decision; a question says nothing of the fit."""
    if action in _SAID_BY:
        weight = _HOLD_WEIGHT if action is ReviewAction.HOLD else 1.0
        weight = _REJECT_WEIGHTS[reason] if reason else weight
        record(match, _SAID_BY[action], weight, by=by)


def statements() -> list[Statement]:
    """What stands now, oldest first: of a manager or a side only the last word on a match."""
    newest: dict[tuple[int, int | None, bool], Statement] = {}
    for found in _all():
        came_of_it = found.says in (Said.INTRODUCED, Said.OUTCOME)
        newest[found.match_id, found.organization_id, came_of_it] = found
    return sorted(newest.values(), key=lambda one: one.at)


def _all() -> Iterator[Statement]:
    columns = (
        TrainingSignal.match_id,
        Match.india_id,
        Match.us_id,
        TrainingSignal.organization_id,
        TrainingSignal.says,
        TrainingSignal.weight,
        TrainingSignal.by_id,
        TrainingSignal.at,
    )
    query = sa.select(*columns).join(Match, Match.id == TrainingSignal.match_id)
    of_the_fit = query.where(TrainingSignal.says != Said.NO_SHOW)
    rows = db.session.execute(of_the_fit.order_by(TrainingSignal.at, TrainingSignal.id))
    return (Statement(*row) for row in rows)


def absences(organization_ids: Collection[int], now: datetime) -> dict[int, float]:
    """How much meetings these organizations stayed away from still count: one each, half as much every 90 days.

    The last word of a match counts: who came to a later meeting has made up for it.
    """
    query = sa.select(TrainingSignal).where(
        TrainingSignal.says == Said.NO_SHOW, TrainingSignal.organization_id.in_(organization_ids)
    )
    last = {
        (row.organization_id, row.match_id): row
        for row in db.session.scalars(query.order_by(TrainingSignal.at, TrainingSignal.id))
    }
    found: dict[int, float] = {}
    for (organization_id, _match), row in last.items():
        if organization_id is not None and row.weight > 0:
            fades = row.weight * 0.5 ** ((now - row.at) / ABSENCE_HALVES)
            found[organization_id] = found.get(organization_id, 0.0) + fades
    return found


def has_absence(match_id: int, organization_id: int) -> bool:
    """Whether the last word is that the organization stayed away from a meeting of this match."""
    query = sa.select(TrainingSignal.weight).filter_by(
        match_id=match_id, organization_id=organization_id, says=Said.NO_SHOW
    )
    last = query.order_by(TrainingSignal.at.desc(), TrainingSignal.id.desc()).limit(1)
    return (db.session.scalar(last) or 0) > 0


def count_since(moment: datetime | None) -> int:
    """How much was said since."""
    query = sa.select(sa.func.count()).select_from(TrainingSignal)
    if moment is not None:
        query = query.where(TrainingSignal.at > moment)
    return db.session.scalar(query) or 0
