"""Who may meet whom, what was settled already, and whose proposals are out of date: what a plan is made from.

Reads like `queries`, for the recommender's runs instead of pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from app.db import db
from app.matching import musts
from app.matching.models import OPEN_STATES, Attention, Match, MatchState, Refresh
from app.matching.program_rules import ProgramRules, rules_now
from app.matching.scoring import Rules
from app.organizations.models import LISTED_STATES, Organization, OrganizationTechnology, ProfileState
from app.taxonomy import Country, Kind

# Pairs of kinds that have something to do with each other. An investor funds firms and nothing else here; two
# skill programs exchange curricula and trainers.
COMPATIBLE = {
    frozenset({Kind.STARTUP, Kind.INVESTOR}),
    frozenset({Kind.STARTUP, Kind.SME}),
    frozenset({Kind.STARTUP}),
    frozenset({Kind.STARTUP, Kind.SKILL_PROGRAM}),
    frozenset({Kind.SME}),
    frozenset({Kind.SME, Kind.INVESTOR}),
    frozenset({Kind.SME, Kind.SKILL_PROGRAM}),
    frozenset({Kind.SKILL_PROGRAM}),
}
# These may have proposals, so a change of theirs is looked at; those that left the directory lose them.
_ONCE_LISTED = (*LISTED_STATES, ProfileState.RETURNED, ProfileState.REFUSED, ProfileState.MERGED)
_GROUPS = [(country, kind) for country in Country for kind in Kind]
# What a match counts against the attention of both its sides.
_TAKES_PLACE = (*OPEN_STATES, MatchState.APPROVED)
# A pair in these states is not proposed anew; proposed and stale ones may be refreshed.
_SETTLED = (MatchState.HELD, MatchState.INFO_REQUESTED, MatchState.APPROVED, MatchState.REJECTED)


def may_meet(one: tuple[Country, Kind], other: tuple[Country, Kind]) -> bool:
    """Whether organizations of these countries and kinds may be proposed to each other."""
    return one[0] != other[0] and frozenset({one[1], other[1]}) in COMPATIBLE


def matching_rules(cap: int, in_programs: ProgramRules | None = None) -> Rules:
    """Everybody who takes part, whom they may meet, their musts included, what was settled, and how many proposals each may get.

    Proposals nobody has decided on take no place here: a run may replace them. Nor do matches that `in_programs` counts
    by the quota of a program. What organizations ask of their attention, and what silence takes off, goes before both.
    """
    columns = sa.select(Organization.id, Organization.country, Organization.kind)
    rows = db.session.execute(columns.where(Organization.state == ProfileState.LISTED)).all()
    settled = sa.select(Match.india_id, Match.us_id).where(Match.state.in_(_SETTLED))
    excluded = [(india, us) for india, us in db.session.execute(settled)]
    taken = _places_taken([s for s in _TAKES_PLACE if s in _SETTLED])
    in_programs = in_programs or rules_now(cap)
    apart, own_room = in_programs.counted_apart(), in_programs.own_room
    may = musts.narrowed(
        {row.id: _GROUPS.index((row.country, row.kind)) for row in rows},
        [[may_meet(one, other) for other in _GROUPS] for one in _GROUPS],
    )
    return Rules(
        groups=may.groups,
        allowed=may.allowed,
        excluded=[*excluded, *may.excluded],
        capacity={
            row.id: min(max(0, cap - taken.get(row.id, 0) + apart[row.id]), own_room.get(row.id, cap))
            for row in rows
        },
    )


def joined_by(rules: Rules, country: Country, kind: Kind, organization_id: int) -> Rules:
    """The same rules as if this organization took part too."""
    groups = {**rules.groups, organization_id: _GROUPS.index((country, kind))}
    return replace(rules, groups=groups, capacity={**rules.capacity, organization_id: 1})


def _places_taken(states: Sequence[MatchState]) -> dict[int, int]:
    taken: dict[int, int] = {}
    for side in (Match.india_id, Match.us_id):
        counted = (
            sa.select(side, sa.func.count()).where(Match.state.in_(states), Match.is_going()).group_by(side)
        )
        taken.update({id_: taken.get(id_, 0) + n for id_, n in db.session.execute(counted)})
    return taken


def stale_organizations(limit: int) -> list[int]:
    """Organizations that changed, in what they ask of their attention or by leaving too, since their proposals were last computed.

    The longest waiting come first.
    """
    query = (
        sa.select(Organization.id)
        .outerjoin(Refresh, Refresh.organization_id == Organization.id)
        .outerjoin(Attention, Attention.organization_id == Organization.id)
        .where(
            Organization.state.in_(_ONCE_LISTED),
            sa.or_(
                Refresh.organization_id.is_(None),
                Refresh.refreshed_at < Organization.profile_changed_at,
                Refresh.refreshed_at < Attention.changed_at,
            ),
        )
        .order_by(Organization.profile_changed_at, Organization.id)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def proposals_now(without: Iterable[int]) -> list[tuple[float, int, int, int]]:
    """(score, match id, Indian side, US side) of every undecided proposal that has none of `without` on a side."""
    gone = set(without)
    query = sa.select(Match.score, Match.id, Match.india_id, Match.us_id).where(
        Match.state == MatchState.PROPOSED
    )
    rows = db.session.execute(query)
    return [(score, id_, india, us) for score, id_, india, us in rows if india not in gone and us not in gone]


def programs_of_proposals() -> dict[int, int | None]:
    """The program of every undecided proposal, by match id."""
    query = sa.select(Match.id, Match.program_id).where(Match.state == MatchState.PROPOSED)
    return {row.id: row.program_id for row in db.session.execute(query)}


def match_ids_of_pairs() -> dict[tuple[int, int], tuple[int, MatchState]]:
    """Every pair that has a match, with its id and state."""
    rows = db.session.execute(sa.select(Match.india_id, Match.us_id, Match.id, Match.state))
    return {(india, us): (id_, state) for india, us, id_, state in rows}


def profiles_now() -> dict[int, datetime]:
    """When each listed organization last changed, what it asks of its attention included."""
    return _changed_at(Organization.state == ProfileState.LISTED)


def changed_at_of(ids: Iterable[int]) -> dict[int, datetime]:
    """When each of these organizations last changed, drafts apart."""
    return _changed_at(sa.and_(Organization.id.in_(ids), Organization.state.in_(_ONCE_LISTED)))


def _changed_at(which: sa.ColumnElement[bool]) -> dict[int, datetime]:
    query = (
        sa.select(Organization.id, Organization.profile_changed_at, Attention.changed_at)
        .outerjoin(Attention, Attention.organization_id == Organization.id)
        .where(which)
    )
    rows = db.session.execute(query)
    return {id_: max(profile, asked) if asked is not None else profile for id_, profile, asked in rows}


def traits_of_all() -> dict[int, tuple[Country, Kind]]:
    rows = db.session.execute(sa.select(Organization.id, Organization.country, Organization.kind))
    return {id_: (country, kind) for id_, country, kind in rows}


def technologies_of_all() -> dict[int, set[str]]:
    """Technology codes of every organization."""
    from_table = sa.select(OrganizationTechnology.organization_id, OrganizationTechnology.technology)
    found: dict[int, set[str]] = {}
    for id_, code in db.session.execute(from_table):
        found.setdefault(id_, set()).add(code)
    return found
