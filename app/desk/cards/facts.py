"""Facts of organizations that cards share, each read for all sides at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app import clock
from app.accounts.models import User
from app.conflicts import queries as conflicts
from app.db import db
from app.matching.models import OPEN_STATES, Attention, Match, MatchState
from app.matching.musts import Known
from app.matching.queries import Load
from app.organizations import brief_words
from app.organizations.models import (
    Aspect,
    Brief,
    MemberRole,
    Membership,
    Organization,
    Side,
    Weight,
)

# In the place of a number: this row tells of people, or of a pause.
_READ, _PAUSED = -1, -2

_NO_DAY = sa.cast(sa.null(), sa.Date)


@dataclass(frozen=True)
class Must:
    """Something one side insists on, and whether the other has it."""

    words: str
    is_met: bool


def briefs_of(ids: Collection[int]) -> dict[int, list[Brief]]:
    """Valid needs and offers of these organizations, wishes included, in the order of their lines."""
    query = (
        sa.select(Brief)
        .where(Brief.organization_id.in_(ids), Brief.valid_on(clock.now().date()))
        .options(joinedload(Brief.wishes))
        .order_by(Brief.place, Brief.id)
    )
    found: dict[int, list[Brief]] = {id_: [] for id_ in ids}
    for brief in db.session.scalars(query).unique():
        found[brief.organization_id].append(brief)
    return found


def loads_and_reachable(ids: Collection[int], reader: User) -> tuple[dict[int, Load], set[int]]:
    """Open and approved matches of each organization, but for those that are hidden from who reads, and its pause; and whose
    letters somebody reads: those with an owner or editor."""
    states = (*OPEN_STATES, MatchState.APPROVED)
    approved = sa.func.count().filter(Match.state == MatchState.APPROVED)
    clear = conflicts.not_hidden(reader.id, Match.india_id, Match.us_id)
    sides = [
        sa.select(side, sa.func.count() - approved, approved, _NO_DAY)
        .where(side.in_(ids), Match.state.in_(states), Match.is_going(), clear)
        .group_by(side)
        for side in (Match.india_id, Match.us_id)
    ]
    people = sa.select(Membership.organization_id, sa.literal(_READ), sa.literal(0), _NO_DAY).where(
        Membership.organization_id.in_(ids), Membership.role.in_((MemberRole.OWNER, MemberRole.EDITOR))
    )
    pauses = sa.select(
        Attention.organization_id, sa.literal(_PAUSED), sa.literal(0), Attention.paused_until
    ).where(Attention.organization_id.in_(ids), Attention.paused_until > clock.now().date())
    every: sa.CompoundSelect[Any] = sa.union_all(*sides, people.distinct(), pauses)
    rows = db.session.execute(every).all()
    found = {id_: Load(waiting, done) for id_, waiting, done, _day in rows if waiting >= 0}
    paused = {id_: day for id_, waiting, _done, day in rows if waiting == _PAUSED}
    loads = {id_: replace(found.get(id_, Load(0, 0)), paused_until=paused.get(id_)) for id_ in ids}
    return loads, {id_ for id_, waiting, _done, _day in rows if waiting == _READ}


def reachable(ids: Collection[int], reader: User) -> set[int]:
    """Organizations whose letters somebody reads."""
    return loads_and_reachable(ids, reader)[1]


def known_of(one: Organization, briefs: Sequence[Brief]) -> Known:
    """What an organization has said of itself, as far as another may insist on it; see `matching.musts`."""
    offers = [brief for brief in briefs if brief.side is Side.OFFER]
    codes = [*one.technologies, *(code for brief in offers for code in brief.technologies)]
    values: dict[Aspect, Iterable[Any]] = {
        Aspect.KIND: [one.kind.value],
        Aspect.STATE: [one.region_code],
        Aspect.STAGE: [one.stage, *(one.stages or ())],
        Aspect.SIZE_CLASS: [one.size_class],
        Aspect.CERTIFICATION: one.certifications or [],
        Aspect.TECHNOLOGY: [part for code in codes for part in (code, code.split(".")[0])],
    }
    said = {aspect: frozenset(str(value) for value in every if value) for aspect, every in values.items()}
    return Known(said, max((brief.trl or 0 for brief in offers), default=0), one.verification)


def musts_of(briefs: Sequence[Brief], partner: Known) -> list[Must]:
    """What these needs and offers insist on, unmet first, each said once."""
    found: dict[str, bool] = {}
    for brief in briefs:
        wanted: dict[Aspect, list[str]] = {}
        said: dict[Aspect, list[str]] = {}
        for wish in brief.wishes:
            if wish.weight is Weight.MUST:
                wanted.setdefault(wish.aspect, []).append(wish.value)
                said.setdefault(wish.aspect, []).append(brief_words.value_words(wish))
        for aspect, values in wanted.items():
            words = f"{brief_words.ASPECTS[aspect]}: {', '.join(said[aspect])}"
            found[words] = found.get(words, False) or partner.meets(aspect, frozenset(values))
    musts = [Must(words, is_met) for words, is_met in found.items()]
    return sorted(musts, key=lambda one: one.is_met)
