"""What a week holds for a person in organizations, read for many people with a fixed number of queries."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.accounts.models import User
from app.claims import queries as claims
from app.claims.queries import Question
from app.conversations import queries as conversations
from app.conversations.queries import Unread
from app.digests import calls, reach
from app.digests.calls import Call
from app.digests.figures import A_WEEK, Figures, Wanted, figures_of
from app.digests.pairs import Pairs, pairs_of
from app.digests.reach import Change, Reach
from app.digests.seats import Seats, seats_of
from app.directory import news
from app.directory.news import Hits, News
from app.introductions.sides import Side, Standing
from app.meetings.agendas import Agenda, agendas_of
from app.meetings.models import Meeting
from app.organizations.models import Membership
from app.outcomes import queries as outcomes
from app.outcomes.models import Milestone

# Introductions are news since the last letter, but not older ones than this.
LONGEST_BACK = timedelta(days=14)
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
    # Messages they have not read, by conversation, and whether any came since the last letter.
    unread: list[Unread] = field(default_factory=list)
    has_new_messages: bool = False
    in_review: int = 0
    new_in_review: int = 0
    coming: list[Meeting] = field(default_factory=list)
    to_choose: list[Meeting] = field(default_factory=list)
    to_report: list[Meeting] = field(default_factory=list)
    to_confirm: list[Milestone] = field(default_factory=list)
    # What came of an introduction, and after how many days that is asked.
    outcome: tuple[Side, int] | None = None
    # Whether one of their claims is still true.
    question: Question | None = None
    calls: list[Call] = field(default_factory=list)
    reach: Reach = field(default_factory=Reach)
    change: Change | None = None
    # What is new in their saved searches.
    news: Sequence[News] = ()
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
        # Old messages and proposals in review, reach and advice alone are no news.
        waits = self.to_answer or self.said_yes or self.to_confirm or self.has_meetings or self.outcome
        is_new = self.introduced or self.has_new_messages or self.new_in_review or self.has_news_of_calls
        return bool(waits or is_new or self.news or self.question)


def member_parts(
    users: Sequence[User], now: datetime.datetime, folder: Path | None = None
) -> dict[int, MemberPart]:
    """The member part of each person; what they have nothing to do with is not asked for."""
    ids = [user.id for user in users]
    seats, hits = seats_of(ids, now), news.hits_of(users, folder)
    pairs = pairs_of(seats.members)
    wanted = Wanted(
        now,
        ids,
        seats.organization_ids,
        {side.match.id for side in pairs.sides if side.introduction},
        {id_ for one in hits.values() for id_ in one.named},
    )
    week = _Week(
        now=now,
        seats=seats,
        places=seats.by_person(ids),
        pairs=pairs,
        sides=_by_person(pairs.sides),
        agendas=agendas_of(users, now - BACK, now + AHEAD),
        unread=conversations.unread_for(users) if seats.members else {},
        hits=hits,
        figures=figures_of(wanted),
    )
    return week.parts()


@dataclass(frozen=True)
class _Week:
    """What was read for all of these people, to be put together for each."""

    now: datetime.datetime
    seats: Seats
    places: Mapping[int, Sequence[Membership]]
    pairs: Pairs
    sides: Mapping[int, Sequence[Side]]
    agendas: Mapping[int, Agenda]
    unread: Mapping[int, list[Unread]]
    hits: Mapping[int, Hits]
    figures: Figures

    def parts(self) -> dict[int, MemberPart]:
        members, figures = self.seats.members, self.figures
        editing = {id_: [seat for seat in rows if seat.can_edit] for id_, rows in self.places.items()}
        to_confirm = outcomes.to_confirm_among(self.pairs.stated, editing)
        asked = outcomes.questions_among(self.pairs.sides, answered=figures.checked)
        reached, changes = reach.reach_for(members, figures), reach.changes_for(members, self.seats.advice)
        open_calls = calls.calls_for(members, figures.asked)
        claimed = claims.questions_among(members, self.seats.claims, self.now)
        return {
            id_: MemberPart(
                **self._of_matches(id_),
                coming=agenda.coming,
                to_choose=agenda.to_choose,
                to_report=agenda.to_report,
                to_confirm=to_confirm[id_],
                outcome=next(iter(asked.get(id_, [])), None),
                question=claimed.get(id_),
                news=self.hits[id_].told(figures.names) if id_ in self.hits else (),
                calls=open_calls.get(id_, []),
                has_news_of_calls=any(call.is_news(self.now) for call in open_calls.get(id_, [])),
                reach=reached[id_],
                change=changes.get(id_),
            )
            for id_, agenda in self.agendas.items()
        }

    def _of_matches(self, user_id: int) -> dict[str, Any]:
        sides = self.sides.get(user_id, ())
        review = [self.figures.in_review[seat.organization_id] for seat in self.places[user_id]]
        to_answer = [s for s in sides if s.standing is Standing.TO_ANSWER and s.can_answer]
        since = since_letter(self.figures.letters.get(user_id), self.now)
        unread = self.unread.get(user_id, [])
        return {
            "to_answer": to_answer,
            "expiring": _expiring(to_answer[MOST_MATCHES:], self.now + A_WEEK),
            "said_yes": [s for s in sides if s.standing is Standing.SAID_YES],
            "introduced": [s for s in sides if s.introduction and s.introduction.at > since],
            "unread": unread,
            "has_new_messages": any(one.latest_at > since for one in unread),
            "in_review": sum(count for count, _new in review),
            "new_in_review": sum(new for _count, new in review),
        }


def _by_person(sides: Iterable[Side]) -> dict[int, list[Side]]:
    found: defaultdict[int, list[Side]] = defaultdict(list)
    for side in sides:
        found[side.member.user_id].append(side)
    return found


def since_letter(last: datetime.datetime | None, now: datetime.datetime) -> datetime.datetime:
    """From when on things are new to a person: their last letter, at most two weeks ago; a week ago where there was none."""
    return max(last, now - LONGEST_BACK) if last else now - A_WEEK


def _expiring(sides: Sequence[Side], until: datetime.datetime) -> list[Side]:
    ends = [(side.expires_at, side.match.id, side) for side in sides if side.expires_at]
    return [side for at, _id, side in sorted(ends, key=lambda row: row[:2]) if at <= until]
