"""What a week holds for a person in organizations, read for a batch of people with a fixed number of queries."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.accounts.models import User
from app.db import db
from app.digests import calls, reach
from app.digests.calls import Call
from app.digests.reach import Change, Reach
from app.introductions import queries as introductions
from app.introductions.sides import Side, Standing
from app.matching.models import OPEN_STATES, Match
from app.meetings import queries as meetings
from app.meetings.models import Meeting
from app.organizations.models import Membership
from app.outcomes import queries as outcomes
from app.outcomes.models import Milestone

A_WEEK = timedelta(days=7)
# Meetings that are told of before, and asked about after.
AHEAD, BACK = timedelta(days=10), timedelta(days=30)
MOST_MATCHES = 3
MOST_MEETINGS = 5
MOST_ASKED = 3


@dataclass(frozen=True)
class MemberPart:
    """What a week holds for a person in organizations."""

    to_answer: list[Side] = field(default_factory=list)
    # Those of them that the letter does not show, and that end within a week: the first to end first.
    expiring: list[Side] = field(default_factory=list)
    said_yes: list[Side] = field(default_factory=list)
    introduced: list[Side] = field(default_factory=list)
    in_review: int = 0
    new_in_review: int = 0
    coming: list[Meeting] = field(default_factory=list)
    to_choose: list[Meeting] = field(default_factory=list)
    to_report: list[Meeting] = field(default_factory=list)
    to_confirm: list[Milestone] = field(default_factory=list)
    # What came of an introduction, and after how many days that is asked.
    outcome: tuple[Side, int] | None = None
    calls: list[Call] = field(default_factory=list)
    reach: Reach = field(default_factory=Reach)
    change: Change | None = None
    # Whether a call is new or about to close: old ones alone are no news.
    has_news_of_calls: bool = False

    @property
    def shown(self) -> list[Side]:
        """The best few that wait for an answer: a letter, not a list."""
        return self.to_answer[:MOST_MATCHES]

    @property
    def has_meetings(self) -> bool:
        return bool(self.coming or self.to_choose or self.to_report)

    def __bool__(self) -> bool:
        # Old proposals in review, reach and advice alone are no news.
        waits = self.to_answer or self.said_yes or self.to_confirm or self.has_meetings or self.outcome
        return bool(waits or self.introduced or self.new_in_review or self.has_news_of_calls)


def member_parts(users: Sequence[User], now: datetime.datetime) -> dict[int, MemberPart]:
    """The member part of each person."""
    ids = [user.id for user in users]
    memberships = db.session.scalars(sa.select(Membership).where(Membership.user_id.in_(ids))).all()
    sides: dict[int, list[Side]] = defaultdict(list)
    for side in introductions.approved_sides_for(memberships):
        sides[side.member.user_id].append(side)
    seats: dict[int, list[Membership]] = {id_: [] for id_ in ids}
    for member in memberships:
        seats[member.user_id].append(member)
    editing = {id_: [seat for seat in rows if seat.can_edit] for id_, rows in seats.items()}
    review = _in_review({m.organization_id for m in memberships}, now - A_WEEK)
    coming, to_choose = meetings.coming_of(users, now + AHEAD), meetings.offered_of(users)
    to_report, to_confirm = meetings.to_report_of(users), outcomes.to_confirm_with(editing)
    asked = outcomes.questions_among([side for rows in sides.values() for side in rows])
    reached = reach.reach_for(memberships, now)
    changes, open_calls = reach.changes_for(memberships), calls.calls_for(memberships)
    return {
        id_: MemberPart(
            **_of_matches(sides[id_], [review[seat.organization_id] for seat in seats[id_]], now),
            coming=coming[id_],
            to_choose=to_choose[id_],
            to_report=[one for one in to_report[id_] if one.ends_at and one.ends_at > now - BACK],
            to_confirm=to_confirm[id_],
            outcome=next(iter(asked.get(id_, [])), None),
            calls=open_calls.get(id_, []),
            has_news_of_calls=any(call.is_news(now) for call in open_calls.get(id_, [])),
            reach=reached[id_],
            change=changes.get(id_),
        )
        for id_ in ids
    }


def _of_matches(sides: list[Side], review: list[tuple[int, int]], now: datetime.datetime) -> dict[str, Any]:
    to_answer = [s for s in sides if s.standing is Standing.TO_ANSWER and s.can_answer]
    return {
        "to_answer": to_answer,
        "expiring": _expiring(to_answer[MOST_MATCHES:], now + A_WEEK),
        "said_yes": [s for s in sides if s.standing is Standing.SAID_YES],
        "introduced": [s for s in sides if s.introduction and s.introduction.at > now - A_WEEK],
        "in_review": sum(count for count, _new in review),
        "new_in_review": sum(new for _count, new in review),
    }


def _expiring(sides: Sequence[Side], until: datetime.datetime) -> list[Side]:
    ends = [(side.expires_at, side.match.id, side) for side in sides if side.expires_at]
    return [side for at, _id, side in sorted(ends, key=lambda row: row[:2]) if at <= until]


def _in_review(
    organization_ids: Collection[int], since: datetime.datetime
) -> defaultdict[int, tuple[int, int]]:
    """(with the managers, of these proposed since) of each organization, as many as its page shows."""
    most = introductions.MOST_IN_REVIEW
    counts: defaultdict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for end in (Match.india_id, Match.us_id):
        new = sa.func.count(sa.case((Match.proposed_at > since, 1)))
        query = sa.select(end, sa.func.count(), new).where(
            end.in_(organization_ids), Match.state.in_(OPEN_STATES)
        )
        for organization_id, count, fresh in db.session.execute(query.group_by(end)):
            counts[organization_id] = (min(count, most), min(fresh, most))
    return counts
