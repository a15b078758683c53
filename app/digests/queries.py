"""Reads of digests: who is due, and what there is to tell them. A batch of people costs a fixed number of queries."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from app.accounts.models import Role, User
from app.claims.queries import Question
from app.conflicts import queries as conflicts
from app.db import db
from app.digests import desk_week, member_week, weeks
from app.digests.desk_week import ManagerPart
from app.digests.member_week import MemberPart
from app.digests.models import Digest
from app.directory.news import News
from app.introductions.sides import Side
from app.programs.models import ProgramManager

MOST_REASONS = 2


def why(side: Side) -> tuple[list[str], list[str]]:
    """Why a match fits the reader, and why the partner would say yes: two sentences each, none said twice."""
    ours, theirs = side.why_us[:MOST_REASONS], side.why_them
    return ours, [sentence for sentence in theirs if sentence not in ours][:MOST_REASONS] or theirs[:1]


@dataclass(frozen=True)
class Content:
    """One person's week: one letter for all their roles."""

    user: User
    week: str
    member: MemberPart
    manager: ManagerPart

    @property
    def news(self) -> Sequence[News]:
        """What is new in saved searches."""
        return self.member.news

    @property
    def question(self) -> Question | None:
        """Whether one of their claims is still true."""
        return self.member.question

    def __bool__(self) -> bool:
        return bool(self.member or self.manager)


def people_due(now: datetime.datetime, after: int, limit: int) -> tuple[str, Sequence[User]]:
    """The week whose letter is due somewhere, and the next people, by id, who have not had it."""
    week, zones = zones_due(now)
    query = _without(week).where(User.time_zone.in_(zones), User.id > after).limit(limit)
    return week, db.session.scalars(query).all() if zones else ()


def zones_due(now: datetime.datetime) -> tuple[str, list[str]]:
    """The week that is due, and the names of the zones where it is. Never two weeks: each is due for two days."""
    names = db.session.scalars(sa.select(User.time_zone).where(*_wants_letter()).distinct())
    known = [zone for name in names if (zone := weeks.zone_of(name))]
    due = [zone for zone in known if weeks.is_due(now, zone)]
    return weeks.week_of(now, due[0]) if due else "", [zone.key for zone in due]


def people_without(week: str, after: int, limit: int) -> Sequence[User]:
    """The next people, by id, whose letter of `week` is not settled, whatever the hour."""
    return db.session.scalars(_without(week).where(User.id > after).limit(limit)).all()


def standing_of_week(week: str) -> tuple[int, int]:
    """How many of those who want letters have had this week's, and how many have not."""
    people = sa.select(sa.func.count()).select_from(User).where(*_wants_letter())
    had = db.session.scalar(people.where(_is_settled(week))) or 0
    return had, (db.session.scalar(people) or 0) - had


def _without(week: str) -> sa.Select[User]:
    return sa.select(User).where(*_wants_letter(), ~_is_settled(week)).order_by(User.id)


def _is_settled(week: str) -> sa.Exists:
    return sa.exists().where(Digest.user_id == User.id, Digest.week == week)


def _wants_letter() -> tuple[sa.ColumnElement[bool], ...]:
    return (User.wants_digest.is_(True), User.confirmed_at.is_not(None), User.deactivated_at.is_(None))


def contents_of(
    week: str, users: Sequence[User], now: datetime.datetime, folder: Path | None = None
) -> list[Content]:
    """Each person's week, read for all of them together; `folder` is where models are, for searches by meaning."""
    members, managers = member_week.member_parts(users, now, folder), manager_parts(users, now)
    return [Content(user, week, members[user.id], managers[user.id]) for user in users]


def content_of(user: User, week: str, now: datetime.datetime, folder: Path | None = None) -> Content:
    """One person's week, as the letter would be now."""
    return contents_of(week, [user], now, folder)[0]


def manager_parts(users: Sequence[User], now: datetime.datetime) -> defaultdict[int, ManagerPart]:
    """The manager part of each person; people with the same programs and conflicts share one reading."""
    managers = [user for user in users if user.has_role(Role.PROGRAM_MANAGER, Role.ADMINISTRATOR)]
    parts: defaultdict[int, ManagerPart] = defaultdict(ManagerPart)
    for alike in _alike(managers):
        parts.update(dict.fromkeys([user.id for user in alike], desk_week.part_of(alike[0], now)))
    return parts


def _alike(managers: Sequence[User]) -> Sequence[Sequence[User]]:
    """Managers by what they may know of; who is alone is compared with nobody."""
    if len(managers) < 2:
        return [managers] if managers else []
    ids = [user.id for user in managers]
    programs, hidden = _programs_of(ids), conflicts.hidden_ids_of(ids)
    scopes: dict[object, list[User]] = defaultdict(list)
    for user in managers:
        scope = user.role if user.role is Role.ADMINISTRATOR else programs[user.id]
        scopes[scope, hidden[user.id]].append(user)
    return list(scopes.values())


def _programs_of(user_ids: Collection[int]) -> dict[int, frozenset[int]]:
    query = sa.select(ProgramManager.user_id, ProgramManager.program_id).where(
        ProgramManager.user_id.in_(user_ids)
    )
    found: dict[int, frozenset[int]] = defaultdict(frozenset)
    for user_id, program_id in db.session.execute(query):
        found[user_id] |= {program_id}
    return found
