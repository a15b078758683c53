"""How far a person's organizations reached in a week, and the one change of a profile that would help most.

Everything is counted from rows that exist and read from advice that is stored: a letter computes nothing.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.db import db
from app.introductions.models import Answer
from app.matching import coaching
from app.matching.models import Advice, Match
from app.organizations import forms
from app.organizations.models import Membership, Organization

A_WEEK = timedelta(days=7)
# Whether few partners answered would say of each of them whether they did.
ENOUGH = 3


@dataclass(frozen=True)
class Reach:
    """How many partners were told of a person's organizations in a week, and how many of them answered."""

    shown: int = 0
    answered: int = 0

    @property
    def tells_answers(self) -> bool:
        """Only of some among several: that all or none of them answered would be what one of them said."""
        return self.shown >= ENOUGH and 0 < self.answered < self.shown


@dataclass(frozen=True)
class Change:
    """What to add to a profile, if it is true: whom it would reach, and the step of the form where it is done."""

    organization: Organization
    suggestion: Mapping[str, Any]
    step: str

    @property
    def sentence(self) -> str:
        return coaching.sentence(self.suggestion["field"], self.suggestion["suggestion"])

    @property
    def reach(self) -> str:
        return coaching.reach(self.gained)

    @property
    def gained(self) -> int:
        return int(self.suggestion["gained"])


def reach_for(memberships: Sequence[Membership], now: datetime.datetime) -> dict[int, Reach]:
    """The past week of each person, their organizations together."""
    weeks = _weeks({seat.organization_id for seat in memberships}, now)
    found: defaultdict[int, Reach] = defaultdict(Reach)
    for seat in memberships:
        shown, answered = weeks.get(seat.organization_id, (0, 0))
        so_far = found[seat.user_id]
        found[seat.user_id] = Reach(so_far.shown + shown, so_far.answered + answered)
    return found


def _weeks(organization_ids: Collection[int], now: datetime.datetime) -> dict[int, tuple[int, int]]:
    """(partners told of it, answers of theirs) by organization."""
    told_at = sa.func.coalesce(Match.opens_at, Match.decided_at)
    counts: dict[int, tuple[int, int]] = {}
    for own, other in ((Match.india_id, Match.us_id), (Match.us_id, Match.india_id)):
        theirs = sa.and_(Answer.match_id == Match.id, Answer.organization_id == other)
        query = (
            sa.select(own, sa.func.count(), sa.func.count(Answer.id))
            .outerjoin(Answer, theirs)
            .where(own.in_(organization_ids), Match.told_by(now), told_at > now - A_WEEK)
        )
        for organization_id, shown, answered in db.session.execute(query.group_by(own)):
            counts[organization_id] = shown, answered
    return counts


def changes_for(memberships: Sequence[Membership]) -> dict[int, Change]:
    """The stored addition that opens most partners to an organization of each person."""
    seats = [seat for seat in memberships if seat.can_edit]
    query = sa.select(Advice).where(Advice.organization_id.in_({seat.organization_id for seat in seats}))
    advice = {one.organization_id: one for one in db.session.scalars(query)}
    best: dict[int, Change] = {}
    for seat in seats:
        for change in _changes(seat.organization, advice.get(seat.organization_id)):
            if seat.user_id not in best or change.gained > best[seat.user_id].gained:
                best[seat.user_id] = change
    return best


def _changes(organization: Organization, advice: Advice | None) -> list[Change]:
    # Advice holds for one state of a profile.
    if advice is None or advice.profile_changed_at != organization.profile_changed_at:
        return []
    return [
        Change(organization, one, step)
        for one in advice.suggestions
        if (step := forms.step_with(organization.kind, coaching.column_of(one["field"])))
        and coaching.sentence(one["field"], one["suggestion"])
    ]
