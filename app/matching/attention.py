"""How much attention each organization gives: its own limits, a pause until a day, and what requests it left unanswered take off.

Reads and plain rules; see docs/decisions/0027.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from app import clock
from app.db import db
from app.matching.models import (
    Attention,
    EndReason,
    Match,
    MatchEnd,
    MatchState,
    Said,
    TrainingSignal,
)
from app.organizations.models import MemberRole, Membership

# After so long an unanswered request counts half, and after a year nothing.
SILENCE_HALVES = timedelta(days=90)
SILENCE_COUNTS_FOR = timedelta(days=365)
# Silence lowers nobody's load below it.
FLOOR = 1
# What counts against attention: a proposal nobody has decided on may still be replaced.
TAKES_PLACE = (MatchState.HELD, MatchState.INFO_REQUESTED, MatchState.APPROVED)
_BY_NAME = 2_000
_ANSWERS = (Said.YES, Said.NOT_NOW, Said.NO)


def load_factor(silent: Iterable[datetime], now: datetime) -> float:
    """What is left of an organization's load after requests that ended at these moments without a word of it."""
    counted = [now - at for at in silent if now - at < SILENCE_COUNTS_FOR]
    return float(1 / (1 + sum(0.5 ** (age / SILENCE_HALVES) for age in counted)))


def load_after(cap: int, silent: Iterable[datetime], now: datetime) -> int:
    """How many requests may wait at once after them: rounded up, and never below the floor."""
    return min(cap, max(FLOOR, math.ceil(cap * load_factor(silent, now))))


@dataclass(frozen=True)
class Taken:
    """Matches of an organization that are going, and those of them that it has not answered."""

    going: int = 0
    unanswered: int = 0


@dataclass(frozen=True)
class Limit:
    """What holds for an organization beside the cap of the site."""

    most_in: int | None = None
    most_out: int | None = None
    paused_until: date | None = None
    # When requests ended that it never answered.
    silent: tuple[datetime, ...] = ()

    def is_paused(self, today: date) -> bool:
        """Whether it gets nothing new on a day; it is back on the day that it named."""
        return self.paused_until is not None and today < self.paused_until

    def most_unanswered(self, cap: int, now: datetime) -> int:
        """How many requests may wait for its answer: its own number, or less after silence."""
        return min(self.most_in or cap, load_after(cap, self.silent, now))

    def most_going(self, cap: int) -> int:
        """How many matches it may have in all."""
        return min(self.most_out or cap, cap)

    def room(self, cap: int, taken: Taken, now: datetime) -> int:
        """How many more matches it may have as far as this limit goes; the cap of the site comes on top."""
        if self.is_paused(now.date()):
            return 0
        rooms = [cap]
        if self.most_in is not None or self.silent:
            rooms.append(self.most_unanswered(cap, now) - taken.unanswered)
        if self.most_out is not None:
            rooms.append(self.most_going(cap) - taken.going)
        return max(0, min(rooms))


def attention_of(organization_id: int) -> Attention | None:
    """What an organization has asked for, if anything."""
    return db.session.scalars(
        sa.select(Attention).where(Attention.organization_id == organization_id)
    ).one_or_none()


def limits_now(ids: Collection[int] | None = None) -> dict[int, Limit]:
    """The limit of each organization, or of `ids`, that has one."""
    query = sa.select(
        Attention.organization_id, Attention.most_in, Attention.most_out, Attention.paused_until
    )
    if ids is not None:
        query = query.where(Attention.organization_id.in_(ids))
    found = {id_: Limit(most_in, most_out, day) for id_, most_in, most_out, day in db.session.execute(query)}
    for id_, moments in silent_ends(ids).items():
        found[id_] = replace(found.get(id_, Limit()), silent=moments)
    return {id_: limit for id_, limit in found.items() if limit != Limit()}


def silent_ends(ids: Collection[int] | None = None) -> dict[int, tuple[datetime, ...]]:
    """When requests of the last year ended that a side never answered, by organization. A yes, a no and a "not now" are answers."""
    since = clock.now() - SILENCE_COUNTS_FOR
    sides: list[Any] = []
    for side in (Match.india_id, Match.us_id):
        query = (
            sa.select(side, MatchEnd.ended_at)
            .join(MatchEnd, MatchEnd.match_id == Match.id)
            .where(
                MatchEnd.why == EndReason.EXPIRED,
                MatchEnd.ended_at > since,
                ~answered_by(side),
                somebody_could_answer(side),
            )
        )
        sides.append(query if ids is None else query.where(side.in_(ids)))
    found: dict[int, list[datetime]] = {}
    for id_, ended_at in db.session.execute(sa.union_all(*sides)):
        found.setdefault(id_, []).append(ended_at)
    return {id_: tuple(sorted(moments)) for id_, moments in found.items()}


def answered_by(side: InstrumentedAttribute[int]) -> sa.Exists:
    """Whether this side of a match has said anything to it, as a condition of a query."""
    return sa.exists().where(
        TrainingSignal.match_id == Match.id,
        TrainingSignal.organization_id == side,
        TrainingSignal.says.in_(_ANSWERS),
    )


def somebody_could_answer(side: InstrumentedAttribute[int]) -> sa.Exists:
    """Whether this side of a match had an owner or editor when it was told: nobody's silence is nobody's habit."""
    return sa.exists().where(
        Membership.organization_id == side,
        Membership.role.in_((MemberRole.OWNER, MemberRole.EDITOR)),
        Membership.created_at <= sa.func.coalesce(Match.opens_at, Match.decided_at),
    )


def taken_by(ids: Collection[int] | None = None) -> dict[int, Taken]:
    """What takes the attention of every organization, or of `ids`, that has any match."""
    sides: list[Any] = []
    for side in (Match.india_id, Match.us_id):
        unanswered = sa.func.sum(sa.case((answered_by(side), 0), else_=1))
        query = (
            sa.select(side, sa.func.count(), unanswered)
            .where(Match.state.in_(TAKES_PLACE), Match.is_going())
            .group_by(side)
        )
        sides.append(query if ids is None else query.where(side.in_(ids)))
    found: dict[int, Taken] = {}
    for id_, going, waiting in db.session.execute(sa.union_all(*sides)):
        before = found.get(id_, Taken())
        found[id_] = Taken(before.going + going, before.unanswered + waiting)
    return found


def room_now(cap: int, ids: Collection[int] | None = None) -> dict[int, int]:
    """How many more matches each organization with a limit of its own may have; others are not named."""
    limits, now = limits_now(ids), clock.now()
    if not limits:
        return {}
    # One scan of all matches is cheaper than to ask for many thousands by name.
    taken = taken_by(limits.keys() if len(limits) <= _BY_NAME else None)
    return {id_: limit.room(cap, taken.get(id_, Taken()), now) for id_, limit in limits.items()}


def paused_until(ids: Collection[int]) -> dict[int, date]:
    """Until when each of these organizations that pause do so."""
    query = sa.select(Attention.organization_id, Attention.paused_until).where(
        Attention.organization_id.in_(ids), Attention.paused_until > clock.now().date()
    )
    return {id_: day for id_, day in db.session.execute(query) if day is not None}
