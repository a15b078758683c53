"""Reads of digests: who is due, and what there is to tell them. A batch of people costs a fixed number of queries."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.accounts.models import Role, User
from app.db import db
from app.digests import weeks
from app.digests.models import Digest
from app.introductions import queries as introductions
from app.introductions.sides import Side, Standing
from app.matching.models import OPEN_STATES, Match, MatchState, ReviewDecision
from app.organizations.models import Membership
from app.programs.models import ProgramManager

A_WEEK = timedelta(days=7)
MOST_MATCHES = 3
MOST_LATE = 5
MOST_DECISIONS = 10


@dataclass(frozen=True)
class MemberPart:
    """What a week holds for a person in organizations."""

    to_answer: list[Side] = field(default_factory=list)
    said_yes: list[Side] = field(default_factory=list)
    introduced: list[Side] = field(default_factory=list)
    in_review: int = 0
    new_in_review: int = 0

    @property
    def shown(self) -> list[Side]:
        """The best few that wait for an answer: a letter, not a list."""
        return self.to_answer[:MOST_MATCHES]

    def __bool__(self) -> bool:
        # Old proposals in review alone are no news.
        return bool(self.to_answer or self.said_yes or self.introduced or self.new_in_review)


@dataclass(frozen=True)
class ManagerPart:
    """What a week holds for a program manager or administrator."""

    open: int = 0
    late: int = 0
    decided: int = 0
    oldest: Sequence[Match] = ()
    best: Sequence[Match] = ()

    def __bool__(self) -> bool:
        return self.open > 0


@dataclass(frozen=True)
class Content:
    """One person's week: one letter for all their roles."""

    user: User
    week: str
    member: MemberPart
    manager: ManagerPart

    def __bool__(self) -> bool:
        return bool(self.member or self.manager)


def zones_due(now: datetime.datetime) -> dict[str, list[str]]:
    """Names of the zones in which it is time for the week's letter, by week."""
    names = db.session.scalars(sa.select(User.time_zone).where(*_wants_letter()).distinct())
    due: dict[str, list[str]] = defaultdict(list)
    for name in names:
        zone = ZoneInfo(name)
        if weeks.is_due(now, zone):
            due[weeks.week_of(now, zone)].append(name)
    return due


def people_due(now: datetime.datetime, limit: int) -> list[tuple[str, User]]:
    """(week, person) of the next people whose letter is due and not settled."""
    found: list[tuple[str, User]] = []
    for week, zones in zones_due(now).items():
        query = _without(week).where(User.time_zone.in_(zones)).limit(limit - len(found))
        found += [(week, user) for user in db.session.scalars(query)]
    return found


def people_without(week: str, zones: Collection[str], after: int, limit: int) -> Sequence[User]:
    """The next people, by id, in these zones whose letter of `week` is not settled, whatever the hour."""
    query = _without(week).where(User.id > after, User.time_zone.in_(zones)).limit(limit)
    return db.session.scalars(query).all()


def zones_by_week(now: datetime.datetime) -> dict[str, list[str]]:
    """Names of all zones people are in, by the week it is there."""
    names = db.session.scalars(sa.select(User.time_zone).where(*_wants_letter()).distinct())
    by_week: dict[str, list[str]] = defaultdict(list)
    for name in names:
        by_week[weeks.week_of(now, ZoneInfo(name))].append(name)
    return by_week


def _without(week: str) -> sa.Select[User]:
    settled = sa.select(Digest.id).where(Digest.user_id == User.id, Digest.week == week).exists()
    return sa.select(User).where(*_wants_letter(), ~settled).order_by(User.id)


def _wants_letter() -> tuple[sa.ColumnElement[bool], ...]:
    return (User.wants_digest.is_(True), User.confirmed_at.is_not(None), User.deactivated_at.is_(None))


def contents_of(people: Iterable[tuple[str, User]], now: datetime.datetime) -> list[Content]:
    """Each person's week, read for all of them together."""
    batch = list(people)
    members = member_parts([user for _week, user in batch], now)
    managers = manager_parts([user for _week, user in batch], now)
    return [Content(user, week, members[user.id], managers[user.id]) for week, user in batch]


def content_of(user: User, week: str, now: datetime.datetime) -> Content:
    """One person's week, as the letter would be now."""
    return contents_of([(week, user)], now)[0]


def member_parts(users: Sequence[User], now: datetime.datetime) -> dict[int, MemberPart]:
    """The member part of each person."""
    ids = [user.id for user in users]
    memberships = db.session.scalars(sa.select(Membership).where(Membership.user_id.in_(ids))).all()
    sides: dict[int, list[Side]] = defaultdict(list)
    for side in introductions.approved_sides_for(memberships):
        sides[side.member.user_id].append(side)
    seats: dict[int, list[int]] = defaultdict(list)
    for member in memberships:
        seats[member.user_id].append(member.organization_id)
    review = _in_review({m.organization_id for m in memberships}, now - A_WEEK)
    return {id_: _member_part(sides[id_], [review[seat] for seat in seats[id_]], now) for id_ in ids}


def _member_part(sides: list[Side], review: list[tuple[int, int]], now: datetime.datetime) -> MemberPart:
    introduced = [side for side in sides if side.introduction and side.introduction.at > now - A_WEEK]
    return MemberPart(
        to_answer=[s for s in sides if s.standing is Standing.TO_ANSWER and s.can_answer],
        said_yes=[s for s in sides if s.standing is Standing.SAID_YES],
        introduced=introduced,
        in_review=sum(count for count, _new in review),
        new_in_review=sum(new for _count, new in review),
    )


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


def manager_parts(users: Sequence[User], now: datetime.datetime) -> defaultdict[int, ManagerPart]:
    """The manager part of each person; people with the same programs share one reading."""
    managers = [u.id for u in users if u.role is Role.PROGRAM_MANAGER]
    query = sa.select(ProgramManager.user_id, ProgramManager.program_id).where(
        ProgramManager.user_id.in_(managers)
    )
    programs: dict[int, set[int]] = defaultdict(set)
    for user_id, program_id in db.session.execute(query) if managers else ():
        programs[user_id].add(program_id)
    scopes: dict[frozenset[int] | None, list[int]] = defaultdict(list)
    for user in users:
        if user.role is Role.PROGRAM_MANAGER:
            scopes[frozenset(programs[user.id])].append(user.id)
        elif user.role is Role.ADMINISTRATOR:
            scopes[None].append(user.id)
    parts: defaultdict[int, ManagerPart] = defaultdict(ManagerPart)
    for scope, ids in scopes.items():
        parts.update(dict.fromkeys(ids, _manager_part(scope, now)))
    return parts


def _manager_part(programs: frozenset[int] | None, now: datetime.datetime) -> ManagerPart:
    """`programs` None means all of them; pairs without a program are every manager's."""
    mine = (
        sa.true() if programs is None else sa.or_(Match.program_id.is_(None), Match.program_id.in_(programs))
    )
    # What is held for a later day waits for that day, not for a manager.
    held = sa.and_(Match.state == MatchState.HELD, Match.hold_until > now.date())
    open_now = sa.and_(mine, Match.state.in_(OPEN_STATES), sa.or_(~held, Match.hold_until.is_(None)))
    late = sa.and_(open_now, Match.due_at < now)
    pairs = sa.select(Match).options(selectinload(Match.india), selectinload(Match.us))
    decided = sa.select(sa.func.count()).select_from(ReviewDecision).join(Match).where(mine)
    return ManagerPart(
        open=db.session.scalar(sa.select(sa.func.count()).select_from(Match).where(open_now)) or 0,
        late=db.session.scalar(sa.select(sa.func.count()).select_from(Match).where(late)) or 0,
        decided=db.session.scalar(decided.where(ReviewDecision.at > now - A_WEEK)) or 0,
        oldest=db.session.scalars(pairs.where(late).order_by(Match.due_at, Match.id).limit(MOST_LATE)).all(),
        best=db.session.scalars(
            pairs.where(open_now).order_by(Match.score.desc(), Match.id).limit(MOST_DECISIONS)
        ).all(),
    )
