"""Approved matches of many people with all that was said of them: two queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, lazyload
from sqlalchemy.orm.attributes import set_committed_value

from app import clock
from app.db import db
from app.introductions import queries as introductions
from app.introductions.models import Answer, Introduction
from app.introductions.sides import Side
from app.matching.models import Match, MatchEnd
from app.organizations.models import Membership, Organization, OrganizationTechnology
from app.outcomes.models import Milestone, MilestoneState


@dataclass(frozen=True)
class Pairs:
    """Approved matches that go on or led to an introduction, as each member sees them, best first, and what one side says was reached."""

    sides: list[Side] = field(default_factory=list)
    stated: list[tuple[Milestone, Match]] = field(default_factory=list)


def pairs_of(members: Sequence[Membership]) -> Pairs:
    """What these members know of; whoever has no seat costs nothing."""
    if not members:
        return Pairs()
    matches: dict[Match, None] = {}
    said: dict[tuple[int, int], Answer] = {}
    introduced: dict[int, Introduction] = {}
    stated: dict[Milestone, Match] = {}
    for match, answer, introduction, milestone in db.session.execute(
        _told({seat.organization_id for seat in members})
    ):
        matches[match] = None
        if answer:
            said[answer.match_id, answer.organization_id] = answer
        if introduction:
            introduced[match.id] = introduction
        if milestone:
            stated[milestone] = match
            # At hand with its match, which may be gone when the letter names the side.
            side = match.india if milestone.organization_id == match.india_id else match.us
            set_committed_value(milestone, "organization", side)
    ends = [end for match in matches for end in (match.india, match.us)]
    _with_technologies([*(seat.organization for seat in members), *ends])
    told = [match for match in matches if match.is_told]
    return Pairs(introductions.sides_read(told, members, said, introduced), list(stated.items()))


def _told(organization_ids: Collection[int]) -> sa.Select[Match, Answer, Introduction, Milestone]:
    ours = sa.or_(Match.india_id.in_(organization_ids), Match.us_id.in_(organization_ids))
    stated = sa.and_(Milestone.match_id == Match.id, Milestone.state == MilestoneState.STATED)
    # What ended before an introduction is no news, and there is ever more of it.
    goes_on = sa.and_(Match.told_by(clock.now()), MatchEnd.id.is_(None))
    return (
        sa.select(Match, Answer, Introduction, Milestone)
        .outerjoin(Answer, Answer.match_id == Match.id)
        .outerjoin(Introduction, Introduction.match_id == Match.id)
        .outerjoin(Milestone, stated)
        .outerjoin(MatchEnd, MatchEnd.match_id == Match.id)
        .where(ours, sa.or_(goes_on, Introduction.id.is_not(None)))
        .options(
            joinedload(Match.india).lazyload(Organization.technology_rows),
            joinedload(Match.us).lazyload(Organization.technology_rows),
            contains_eager(Match.end),
            lazyload(Milestone.organization),
            lazyload(Milestone.stated_by),
        )
    )


def _with_technologies(organizations: Sequence[Organization]) -> None:
    """Read at once what each of them works in, which would be asked for one by one."""
    every = {one.id: one for one in organizations}
    query = sa.select(OrganizationTechnology).where(OrganizationTechnology.organization_id.in_(every))
    found: defaultdict[int, list[OrganizationTechnology]] = defaultdict(list)
    for row in db.session.scalars(query.order_by(OrganizationTechnology.technology)):
        found[row.organization_id].append(row)
    for id_, organization in every.items():
        set_committed_value(organization, "technology_rows", found[id_])
