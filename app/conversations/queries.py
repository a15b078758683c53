"""Reads of conversations."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import QueryableAttribute, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from app.accounts.models import User
from app.conversations.models import Block, Message, Seating, Thread, ThreadMember, ThreadReader
from app.db import db
from app.errors import NotFound
from app.introductions import queries as introductions
from app.introductions.models import Introduction
from app.introductions.sides import Side, Standing
from app.matching.models import Match
from app.organizations.models import Membership, Organization
from app.organizations.queries import LARGEST_ID

MOST_SHOWN = 50


@dataclass(frozen=True)
class Unread:
    """Messages of a thread that a person has not seen."""

    thread_id: int
    # None in a team.
    match_id: int | None
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
    """The introduced match as this person's organization sees it, in one statement.

    Who sits on both sides says for which; else the one they may write for. Raises `NotFound` before both said yes.
    """
    query = (
        sa.select(Match, Introduction, Membership)
        .join(Introduction, Introduction.match_id == Match.id)
        .join(Membership, Membership.organization_id.in_((Match.india_id, Match.us_id)))
        .where(Match.id == min(match_id, LARGEST_ID), Membership.user_id == user.id)
        .options(
            plain(Match.india),
            plain(Match.us),
            plain(Membership.organization),
        )
        .order_by(Membership.id)
    )
    sides = [
        Side(match, member, Standing.INTRODUCED, introduction=introduction)
        for match, introduction, member in db.session.execute(query).unique()
        if organization_id in (None, member.organization_id)
    ]
    if not sides:
        raise NotFound
    return min(sides, key=lambda side: not side.can_answer)


def plain(end: QueryableAttribute[Organization]) -> ORMOption:
    """The organization without its lists, of which a conversation shows nothing."""
    return joinedload(end).lazyload(Organization.technology_rows)


def thread_by(match_id: int, *, lock: bool = False) -> Thread | None:
    """The thread of a pair, once somebody has written."""
    query = sa.select(Thread).where(Thread.match_id == match_id)
    return db.session.scalars(query.with_for_update() if lock else query).one_or_none()


def messages_of(thread: Thread, before: int | None = None) -> Sequence[Message]:
    """The last messages of a thread, or those before one of them, oldest first."""
    query = sa.select(Message).where(Message.thread_id == thread.id)
    if before is not None:
        query = query.where(Message.id < before)
    query = query.options(joinedload(Message.author), plain(Message.organization))
    newest = db.session.scalars(query.order_by(Message.id.desc()).limit(MOST_SHOWN))
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


def read_until(thread: Thread, user: User) -> int:
    """The id of the last message this person has seen, 0 before the first."""
    query = sa.select(ThreadReader.read_id).where(
        ThreadReader.thread_id == thread.id, ThreadReader.user_id == user.id
    )
    return db.session.scalar(query) or 0


def closed_by(match: Match) -> set[int]:
    """Which of the two organizations have closed the door."""
    query = sa.select(Block.organization_id).where(Block.id.in_(_between(match.india_id, match.us_id)))
    return set(db.session.scalars(query))


def is_suspended(match: Match) -> bool:
    """Whether managers have suspended one of the two."""
    return any(end.suspended_at is not None for end in (match.india, match.us))


def is_blocked(one_id: int, other_id: int) -> bool:
    """Whether one of two organizations wants nothing more from the other."""
    return db.session.scalar(sa.select(sa.exists(_between(one_id, other_id)))) is True


def is_closed(match: Match) -> bool:
    """Whether nothing more may be said and arranged: one side closed the door, or managers suspended one of them."""
    return is_suspended(match) or is_blocked(match.india_id, match.us_id)


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
        .where(
            Membership.user_id.in_(user_ids),
            ThreadMember.organization_id.in_(own),
            ThreadMember.state == Seating.JOINED,
        )
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
        .options(plain(Match.india), plain(Match.us))
        .options(plain(Message.organization))
        .order_by(sa.func.coalesce(Message.id, 0).desc(), Introduction.id.desc())
        .limit(limit)
    )
    unread = {one.match_id: one.count for one in unread_for([user])[user.id]}
    return [_line(match, message, own, unread) for match, message in db.session.execute(query)]


def _line(match: Match, message: Message | None, own: set[int], unread: Mapping[int | None, int]) -> Line:
    mine = match.india if match.india_id in own else match.us
    return Line(match.id, match.partner_of(mine), mine, message, unread.get(match.id, 0))
