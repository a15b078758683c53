"""Reads of hurdles: one pair's, those that wait for managers, and what is published.

What is published counts organizations, not hurdles, rounded down to fives, and only what was noted before the present
quarter began. No totals stand beside the counts. So one organization more or less, or a table of yesterday beside one of
today, tells of nobody: see docs/ledger.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from app import clock
from app.accounts.models import User
from app.conflicts import queries as conflicts
from app.db import db
from app.errors import NotFound
from app.hurdles.models import Hurdle, HurdleKind, HurdleStage, HurdleState
from app.introductions import queries as introductions
from app.introductions.sides import Side
from app.matching.models import Match
from app.organizations.models import Organization
from app.organizations.queries import LARGEST_ID
from app.taxonomy import Country

# Counts are told in steps of this many organizations; fewer are not told at all.
STEP = 5
PAGE = 50


def side_of(user: User, match_id: int, organization_id: int | None = None) -> Side:
    """The match as this person's organization sees it, also one that was declined. Raises `NotFound`."""
    return introductions.side_of(user, match_id, organization_id)


def hurdle_for(user: User, hurdle_id: int, organization_id: int | None = None) -> tuple[Hurdle, Side]:
    """A hurdle of this person's own organization. Raises `NotFound`, also for the partner's."""
    query = sa.select(Hurdle).where(
        Hurdle.id == min(hurdle_id, LARGEST_ID), Hurdle.match_id.in_(introductions.own_matches(user))
    )
    hurdle = db.session.scalars(query).one_or_none()
    if hurdle is None:
        raise NotFound
    side = side_of(user, hurdle.match_id, organization_id)
    if hurdle.organization_id != side.organization.id:
        raise NotFound
    return hurdle, side


def hurdle_like(match_id: int, organization_id: int, kind: HurdleKind) -> Hurdle | None:
    query = sa.select(Hurdle).filter_by(match_id=match_id, organization_id=organization_id, kind=kind)
    return db.session.scalars(query.with_for_update()).one_or_none()


def hurdles_of(side: Side) -> Sequence[Hurdle]:
    """What this side has noted of the match; the other side's hurdles are its own affair."""
    query = sa.select(Hurdle).filter_by(match_id=side.match.id, organization_id=side.organization.id)
    return db.session.scalars(query.order_by(Hurdle.id)).all()


def waiting_for(user: User, state: HurdleState = HurdleState.NEW) -> Sequence[Hurdle]:
    """Hurdles in this state that this manager may judge, oldest first."""
    query = sa.select(Hurdle).where(Hurdle.state == state, _clear(user)).order_by(Hurdle.at, Hurdle.id)
    return db.session.scalars(query.limit(PAGE)).all()


def hurdle_to_judge(user: User, hurdle_id: int) -> Hurdle:
    """One hurdle for a manager. Raises `NotFound`, also when a conflict of interest hides it."""
    query = sa.select(Hurdle).where(Hurdle.id == min(hurdle_id, LARGEST_ID), _clear(user))
    hurdle = db.session.scalars(query).one_or_none()
    if hurdle is None:
        raise NotFound
    return hurdle


def _clear(user: User) -> sa.ColumnElement[bool]:
    visible = sa.select(Match.id).where(conflicts.not_hidden(user.id, Match.india_id, Match.us_id))
    return Hurdle.match_id.in_(visible)


@dataclass(frozen=True)
class Cell:
    """At least so many organizations of a country met this hurdle; `most_at` is the stage at which most did."""

    kind: HurdleKind
    country: Country
    at_least: int
    most_at: HurdleStage | None


def published(now: datetime | None = None) -> list[Cell]:
    """What everybody may read: cells of at least `STEP` organizations, most first."""
    until = quarter_of(now or clock.now())
    counted: dict[tuple[HurdleKind, Country], int] = dict(_counted(until))
    stages = _stages(until)
    cells = [
        Cell(kind, country, rounded(count), stages.get((kind, country)))
        for (kind, country), count in counted.items()
        if rounded(count)
    ]
    return sorted(cells, key=lambda cell: (-cell.at_least, cell.kind.value, cell.country.value))


def rounded(count: int) -> int:
    """A count of organizations as it may be told."""
    return count // STEP * STEP


def quarter_of(now: datetime) -> datetime:
    """The moment at which the present quarter began, in UTC."""
    return datetime(now.year, (now.month - 1) // 3 * 3 + 1, 1, tzinfo=UTC)


def _kept(until: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Hurdle.state == HurdleState.KEPT, Hurdle.at < until)


def _counted(until: datetime) -> list[tuple[tuple[HurdleKind, Country], int]]:
    query = (
        sa.select(Hurdle.kind, Organization.country, sa.func.count(sa.distinct(Hurdle.organization_id)))
        .join(Organization, Organization.id == Hurdle.organization_id)
        .where(_kept(until))
        .group_by(Hurdle.kind, Organization.country)
    )
    return [((kind, country), count) for kind, country, count in db.session.execute(query)]


def _stages(until: datetime) -> dict[tuple[HurdleKind, Country], HurdleStage]:
    """The stage at which most organizations of a cell met the hurdle, where that many alone may be told.

    Compared are the counts as they may be told, so that one organization more does not turn one stage into another.
    """
    number = sa.func.count(sa.distinct(Hurdle.organization_id))
    query = (
        sa.select(Hurdle.kind, Organization.country, Hurdle.stage)
        .join(Organization, Organization.id == Hurdle.organization_id)
        .where(_kept(until))
        .group_by(Hurdle.kind, Organization.country, Hurdle.stage)
        .having(number >= STEP)
        .order_by(number // STEP, Hurdle.stage)
    )
    return {(kind, country): stage for kind, country, stage in db.session.execute(query)}
