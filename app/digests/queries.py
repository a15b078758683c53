"""Reads of digests: who is due, and what there is to tell them. A batch of people costs a fixed number of queries."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import lazyload

from app import clock
from app.accounts.models import Role, SignIn, User
from app.audit.models import AuditEvent
from app.claims.queries import Question
from app.conflicts import queries as conflicts
from app.db import db
from app.digests import desk_week, member_week, weeks, wishes
from app.digests.desk_week import ManagerPart
from app.digests.member_week import MemberPart
from app.digests.models import Digest, LetterWish, Part
from app.digests.reach import Reach
from app.digests.weeks import MONDAY_AT_NINE, Hour
from app.digests.wishes import Wish
from app.directory.news import News
from app.introductions.sides import Side
from app.programs.models import ProgramManager

MOST_REASONS = 2
# A week is owed for no longer than it lasts.
LONGEST_OWED = datetime.timedelta(days=8)
# The hour of the week each person has, in SQL.
_HOUR = (
    User.time_zone,
    sa.func.coalesce(LetterWish.weekday, MONDAY_AT_NINE.weekday),
    sa.func.coalesce(LetterWish.hour, MONDAY_AT_NINE.hour),
)
# What leaving out a part takes from a letter.
_WITHOUT: dict[Part, dict[str, Any]] = {
    Part.NEWS: {"news": ()},
    Part.CALLS: {"calls": [], "has_news_of_calls": False},
    Part.REACH: {"reach": Reach(), "change": None},
    Part.QUESTION: {"question": None},
    Part.IN_REVIEW: {"in_review": 0, "new_in_review": 0},
}


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
    wish: Wish = field(default_factory=Wish)

    @property
    def is_known(self) -> bool:
        """Whether who was here lately has seen all of it: nothing needs them, and nothing came."""
        part = self.member
        known = replace(part, said_yes=[], coming=[])
        return not known and not self.manager

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


@dataclass(frozen=True)
class Due:
    """A person whose letter of a week may be written now."""

    user: User
    week: str


def people_due(now: datetime.datetime, after: int, limit: int) -> Sequence[Due]:
    """The next people, by id, whose hour of the week has come and who have not had that week's letter."""
    found: dict[int, Due] = {}
    for week, (hours, late) in _due_by_week(now).items():
        is_due = (
            sa.or_(sa.tuple_(*_HOUR).in_(hours), User.id.in_(late)) if late else sa.tuple_(*_HOUR).in_(hours)
        )
        query = _wished(_without(week)).where(is_due, _is_not_paused(now), User.id > after).limit(limit)
        for user in db.session.scalars(query):
            found.setdefault(user.id, Due(user, week))
    return [found[id_] for id_ in sorted(found)[:limit]]


def _due_by_week(now: datetime.datetime) -> dict[str, tuple[list[tuple[str, int, int]], list[int]]]:
    """By week: the (zone, weekday, hour) at which its letter is due, and who chose an hour too late for it."""
    found: dict[str, tuple[list[tuple[str, int, int]], list[int]]] = defaultdict(lambda: ([], []))
    hours = _wished(sa.select(*_HOUR)).where(*_wants_letter(), _is_not_paused(now)).distinct()
    for name, weekday, hour in db.session.execute(hours):
        zone = weeks.zone_of(name)
        if zone and (week := weeks.due_week(now, zone, Hour(weekday, hour))):
            found[week][0].append((name, weekday, hour))
    chosen = sa.select(User.id, *_HOUR, LetterWish.hour_changed_at).where(
        *_wants_letter(), LetterWish.hour_changed_at > now - LONGEST_OWED
    )
    for id_, name, weekday, hour, changed_at in db.session.execute(_wished(chosen)):
        zone = weeks.zone_of(name)
        if zone and (week := weeks.owed_week(now, zone, Hour(weekday, hour), changed_at)):
            found[week][1].append(id_)
    return found


def _wished(query: Any) -> Any:
    return query.outerjoin(LetterWish, LetterWish.user_id == User.id)


def _is_not_paused(now: datetime.datetime) -> sa.ColumnElement[bool]:
    return sa.or_(LetterWish.paused_until.is_(None), LetterWish.paused_until <= now)


def here_since(users: Sequence[User], since: datetime.datetime) -> set[int]:
    """Who of these people has signed in or done anything that is on record since then."""
    ids = [user.id for user in users]
    signed_in = sa.select(SignIn.user_id).where(SignIn.user_id.in_(ids), SignIn.created_at >= since)
    did = sa.select(AuditEvent.actor_id).where(AuditEvent.actor_id.in_(ids), AuditEvent.at >= since)
    return set(db.session.scalars(signed_in.union(did))) if ids else set()


def people_without(week: str, after: int, limit: int) -> Sequence[User]:
    """The next people, by id, whose letter of `week` is not settled, whatever the hour."""
    query = _wished(_without(week)).where(User.id > after, _is_not_paused(clock.now()))
    return db.session.scalars(query.limit(limit)).all()


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
    week: str,
    users: Sequence[User],
    now: datetime.datetime,
    folder: Path | None = None,
    managers: defaultdict[int, ManagerPart] | None = None,
) -> list[Content]:
    """Each person's week, read for all of them together; `folder` is where models are, for searches by meaning.

    `managers` are parts that were read already.
    """
    members = member_week.member_parts(users, now, folder)
    managers = manager_parts(users, now) if managers is None else managers
    wanted = wishes.wishes_of(users)
    return [
        Content(
            user, week, _kept(members[user.id], wanted[user.id].muted), managers[user.id], wanted[user.id]
        )
        for user in users
    ]


def _kept(member: MemberPart, muted: Collection[Part]) -> MemberPart:
    """Without the parts that a person left out of their letter."""
    gone: dict[str, Any] = {}
    for part in muted:
        gone |= _WITHOUT[part]
    return replace(member, **gone) if gone else member


def content_of(
    user: User,
    week: str,
    now: datetime.datetime,
    folder: Path | None = None,
    managers: defaultdict[int, ManagerPart] | None = None,
) -> Content:
    """One person's week, as the letter would be now."""
    return contents_of(week, [user], now, folder, managers)[0]


def manager_parts(users: Sequence[User], now: datetime.datetime) -> defaultdict[int, ManagerPart]:
    """The manager part of each person; people with the same programs and conflicts share one reading."""
    managers = [user for user in users if manages(user)]
    parts: defaultdict[int, ManagerPart] = defaultdict(ManagerPart)
    for alike in _alike(managers):
        parts.update(dict.fromkeys([user.id for user in alike], desk_week.part_of(alike[0], now)))
    return parts


def manages(user: User) -> bool:
    """Whether a letter tells this person of the desk."""
    return user.has_role(Role.PROGRAM_MANAGER, Role.ADMINISTRATOR)


def _alike(managers: Sequence[User]) -> Sequence[Sequence[User]]:
    """Managers by what they may know of; who is alone is compared with nobody."""
    if len(managers) < 2:
        return [managers] if managers else []
    known, scopes = known_to(managers), defaultdict[object, list[User]](list)
    for user in managers:
        scopes[known[user.id]].append(user)
    return list(scopes.values())


def known_to(managers: Sequence[User]) -> dict[int, tuple[object, frozenset[int]]]:
    """By user id, what decides of which cases a manager may know: two with the same may know of the same."""
    ids = [user.id for user in managers]
    programs, hidden = _programs_of(ids), conflicts.hidden_ids_of(ids)
    return {
        user.id: (
            user.role if user.role is Role.ADMINISTRATOR else programs[user.id],
            hidden[user.id],
        )
        for user in managers
    }


def _programs_of(user_ids: Collection[int]) -> dict[int, frozenset[tuple[Any, ...]]]:
    """The programs of each manager, with the country and the kinds they look after in it."""
    query = sa.select(ProgramManager).where(ProgramManager.user_id.in_(user_ids))
    plain = query.options(lazyload(ProgramManager.program), lazyload(ProgramManager.user))
    found: dict[int, frozenset[tuple[Any, ...]]] = defaultdict(frozenset)
    for one in db.session.scalars(plain):
        found[one.user_id] |= {(one.program_id, one.country, frozenset(one.kinds))}
    return found
