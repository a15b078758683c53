"""Reads of conversations."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.conflicts import queries as conflicts
from app.conversations.models import Block, Message, ReportedMessage, Thread, ThreadMember, ThreadReader
from app.db import db
from app.errors import NotFound
from app.grievances.models import Grievance, GrievanceState
from app.introductions import queries as introductions
from app.introductions.models import Introduction
from app.introductions.sides import Side
from app.matching.models import Match
from app.organizations.models import Membership, Organization
from app.organizations.queries import LARGEST_ID

MOST_SHOWN = 50
# Messages before and after a reported one that managers read with it.
NEIGHBORS = 2


@dataclass(frozen=True)
class Unread:
    """Messages of a thread that a person has not seen."""

    thread_id: int
    match_id: int
    count: int
    # Who wrote the newest of them.
    title: str
    latest_at: datetime.datetime


@dataclass(frozen=True)
class Line:
    """A conversation in a person's list; without a message it has only been made possible."""

    match_id: int
    partner: Organization
    own: Organization
    latest: Message | None
    unread: int = 0


def side_of(user: User, match_id: int, organization_id: int | None = None) -> Side:
    """The introduced match as this person's organization sees it. Raises `NotFound` before both said yes."""
    side = introductions.side_of(user, match_id, organization_id)
    if side.introduction is None:
        raise NotFound
    return side


def thread_by(match_id: int, *, lock: bool = False) -> Thread | None:
    """The thread of a pair, once somebody has written."""
    query = sa.select(Thread).where(Thread.match_id == match_id)
    return db.session.scalars(query.with_for_update() if lock else query).one_or_none()


def messages_of(thread: Thread, before: int | None = None) -> Sequence[Message]:
    """The last messages of a thread, or those before one of them, oldest first."""
    query = sa.select(Message).where(Message.thread_id == thread.id)
    if before is not None:
        query = query.where(Message.id < before)
    people = joinedload(Message.author), joinedload(Message.organization)
    newest = db.session.scalars(query.options(*people).order_by(Message.id.desc()).limit(MOST_SHOWN))
    return list(newest)[::-1]


def message_of(thread: Thread | None, message_id: int) -> Message:
    """One message of a thread. Raises `NotFound`."""
    is_known = thread is not None and 0 < message_id <= LARGEST_ID
    query = sa.select(Message).where(
        Message.id == message_id, Message.thread_id == (thread.id if thread else 0)
    )
    message = db.session.scalars(query).one_or_none() if is_known else None
    if message is None:
        raise NotFound
    return message


@dataclass(frozen=True)
class Reported:
    """A message that somebody reported, with what was written just before and after it."""

    message: Message
    around: Sequence[Message]


def has_reported(grievance_id: int) -> bool:
    """Whether a complaint is about messages, and still waits."""
    return db.session.scalar(sa.select(sa.exists(_reported(grievance_id)))) is True


def reported_for(manager: User, grievance_id: int) -> list[Reported]:
    """What a waiting complaint is about. Raises `NotFound`, also when a conflict of interest hides it."""
    query = (
        _reported(min(grievance_id, LARGEST_ID))
        .join(Thread, Thread.id == Message.thread_id)
        .join(Match, Match.id == Thread.match_id)
        .where(conflicts.not_hidden(manager.id, Match.india_id, Match.us_id))
        .order_by(Message.id)
    )
    found = db.session.scalars(query).all()
    if not found:
        raise NotFound
    return [Reported(message, _around(message)) for message in found]


def _reported(grievance_id: int) -> sa.Select[Message]:
    return (
        sa.select(Message)
        .join(ReportedMessage, ReportedMessage.message_id == Message.id)
        .join(Grievance, Grievance.id == ReportedMessage.grievance_id)
        .where(Grievance.id == grievance_id, Grievance.state == GrievanceState.WAITING)
    )


def _around(message: Message) -> list[Message]:
    """The message and its neighbors, oldest first: enough to understand it, and not the whole conversation."""
    of = sa.select(Message).where(Message.thread_id == message.thread_id)
    of = of.options(joinedload(Message.author), joinedload(Message.organization))
    before = of.where(Message.id < message.id).order_by(Message.id.desc()).limit(NEIGHBORS)
    after = of.where(Message.id > message.id).order_by(Message.id).limit(NEIGHBORS)
    return [*reversed(db.session.scalars(before).all()), message, *db.session.scalars(after)]


def read_until(thread: Thread, user: User) -> int:
    """The id of the last message this person has seen, 0 before the first."""
    query = sa.select(ThreadReader.read_id).where(
        ThreadReader.thread_id == thread.id, ThreadReader.user_id == user.id
    )
    return db.session.scalar(query) or 0


def is_blocked(one_id: int, other_id: int) -> bool:
    """Whether one of two organizations wants nothing more from the other."""
    return db.session.scalar(sa.select(sa.exists(_between(one_id, other_id)))) is True


def is_closed(match: Match) -> bool:
    """Whether nothing more may be said and arranged: one side closed the door, or managers suspended one of them."""
    is_suspended = any(end.suspended_at is not None for end in (match.india, match.us))
    return is_suspended or is_blocked(match.india_id, match.us_id)


def not_blocked() -> sa.ColumnElement[bool]:
    """That neither side of a match has closed the door to the other; to be used inside another statement."""
    there = sa.and_(Block.organization_id == Match.india_id, Block.blocked_id == Match.us_id)
    back = sa.and_(Block.organization_id == Match.us_id, Block.blocked_id == Match.india_id)
    return ~sa.exists().where(sa.or_(there, back)).correlate(Match)


def block_by(organization_id: int, blocked_id: int) -> Block | None:
    """The block that an organization has set."""
    query = sa.select(Block).where(Block.organization_id == organization_id, Block.blocked_id == blocked_id)
    return db.session.scalars(query).one_or_none()


def _between(one_id: int, other_id: int) -> sa.Select[int]:
    there = sa.and_(Block.organization_id == one_id, Block.blocked_id == other_id)
    back = sa.and_(Block.organization_id == other_id, Block.blocked_id == one_id)
    return sa.select(Block.id).where(sa.or_(there, back))


def posted_under(thread: Thread, author: User, form_key: str) -> Message | None:
    """What this person has posted from one form already."""
    query = sa.select(Message).where(
        Message.thread_id == thread.id, Message.author_id == author.id, Message.form_key == form_key
    )
    return db.session.scalars(query).one_or_none()


def count_by(author: User, since: datetime.datetime) -> int:
    """How many messages a person has posted."""
    query = sa.select(sa.func.count()).where(Message.author_id == author.id, Message.at >= since)
    return db.session.scalar(query) or 0


def latest_of_others(message: Message) -> int | None:
    """The id of the last message before this one that the same readers were written about."""
    query = sa.select(sa.func.max(Message.id)).where(
        Message.thread_id == message.thread_id,
        Message.organization_id == message.organization_id,
        Message.id < message.id,
    )
    return db.session.scalar(query)


def _unread(user_ids: Collection[int]) -> sa.Select[int, int, int, int]:
    """(user, thread, count, newest message) of what others wrote and these people have not seen."""
    seen = sa.and_(
        ThreadReader.thread_id == ThreadMember.thread_id, ThreadReader.user_id == Membership.user_id
    )
    own = sa.select(Membership.organization_id).where(Membership.user_id.in_(user_ids))
    others = sa.and_(
        Message.thread_id == ThreadMember.thread_id,
        Message.organization_id != ThreadMember.organization_id,
        Message.id > sa.func.coalesce(ThreadReader.read_id, 0),
    )
    return (
        sa.select(
            Membership.user_id,
            ThreadMember.thread_id,
            sa.func.count(Message.id.distinct()).label("number"),
            sa.func.max(Message.id).label("newest_id"),
        )
        .join(ThreadMember, ThreadMember.organization_id == Membership.organization_id)
        .outerjoin(ThreadReader, seen)
        .join(Message, others)
        .where(Membership.user_id.in_(user_ids), ThreadMember.organization_id.in_(own))
        .group_by(Membership.user_id, ThreadMember.thread_id)
    )


def unread_for(users: Sequence[User]) -> dict[int, list[Unread]]:
    """By user id, the threads with messages they have not seen, the newest first. One query for all."""
    found: dict[int, list[Unread]] = {user.id: [] for user in users}
    new = _unread(list(found)).subquery()
    about = (Thread.id, Thread.match_id, new.c.number, Organization.name, Message.at)
    query = (
        sa.select(new.c.user_id, *about)
        .join(Message, Message.id == new.c.newest_id)
        .join(Thread, Thread.id == Message.thread_id)
        .join(Organization, Organization.id == Message.organization_id)
        .order_by(Message.id.desc())
    )
    for user_id, *told in db.session.execute(query) if found else ():
        found[user_id].append(Unread(*told))
    return found


def unread_count(user: User) -> int:
    """How many threads hold something this person has not seen."""
    counted = sa.select(sa.func.count()).select_from(_unread([user.id]).subquery())
    return db.session.scalar(counted) or 0


def lines_of(user: User, limit: int = 100) -> list[Line]:
    """A person's conversations: those with the newest message first, then introductions nobody has written in."""
    own = set(db.session.scalars(sa.select(Membership.organization_id).where(Membership.user_id == user.id)))
    latest = sa.select(sa.func.max(Message.id)).where(Message.thread_id == Thread.id).correlate(Thread)
    query = (
        sa.select(Match, Message)
        .join(Introduction, Introduction.match_id == Match.id)
        .outerjoin(Thread, Thread.match_id == Match.id)
        .outerjoin(Message, Message.id == latest.scalar_subquery())
        .where(Match.id.in_(introductions.own_matches(user)))
        .options(joinedload(Match.india), joinedload(Match.us), joinedload(Message.organization))
        .order_by(sa.func.coalesce(Message.id, 0).desc(), Introduction.id.desc())
        .limit(limit)
    )
    unread = {one.match_id: one.count for one in unread_for([user])[user.id]}
    return [_line(match, message, own, unread) for match, message in db.session.execute(query)]


def _line(match: Match, message: Message | None, own: set[int], unread: dict[int, int]) -> Line:
    mine = match.india if match.india_id in own else match.us
    return Line(match.id, match.partner_of(mine), mine, message, unread.get(match.id, 0))
