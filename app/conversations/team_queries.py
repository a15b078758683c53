"""Reads of teams: threads of three or four organizations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from app.accounts.models import User
from app.conversations import queries
from app.conversations.models import Block, Message, Seating, Thread, ThreadMember
from app.db import db
from app.errors import NotFound
from app.introductions.models import Introduction
from app.matching import reasons
from app.matching.models import Match
from app.organizations.models import LISTED_STATES, Membership, Organization
from app.organizations.queries import LARGEST_ID

# Of the threads of a team only these are there for an organization; who refused or left sees nothing of it.
_SEATED = (Seating.INVITED, Seating.JOINED)
MOST_LISTED = 100


@dataclass(frozen=True)
class Seat:
    """A team as one of its organizations sees it, through one of its people."""

    thread: Thread
    place: ThreadMember
    member: Membership

    @property
    def organization(self) -> Organization:
        return self.member.organization

    @property
    def can_answer(self) -> bool:
        """Whether this person may write, join and leave for the organization."""
        return self.member.can_edit

    @property
    def is_joined(self) -> bool:
        return self.place.state is Seating.JOINED

    def title_of(self, other: ThreadMember) -> str:
        """Who another one is, as far as this side may know: names open to who has joined, of those who have.

        The one who began the team was introduced to each of them, so that these two know each other from the start.
        """
        is_open = self.is_joined and other.state is Seating.JOINED
        if (
            is_open
            or self.place.is_starter
            or other.is_starter
            or other.organization_id == self.organization.id
        ):
            return other.organization.name
        return reasons.teaser(other.organization).title


@dataclass(frozen=True)
class TeamLine:
    """A team in a person's list."""

    thread: Thread
    own: Organization
    is_invitation: bool
    latest: Message | None
    unread: int = 0


def seat_of(user: User, thread_id: int, organization_id: int | None = None, *, lock: bool = False) -> Seat:
    """A team as this person's organization sees it; of several the one they may write for, joined ones first.

    With `lock`, nobody joins, leaves or writes until the transaction ends. Raises `NotFound`.
    """
    number = min(thread_id, LARGEST_ID)
    held = sa.select(Thread).where(Thread.id == number, Thread.match_id.is_(None))
    thread = db.session.scalars(held.with_for_update() if lock else held).one_or_none()
    seats = _seats(user, thread, organization_id, fresh=lock) if thread else []
    if not seats:
        raise NotFound
    return min(seats, key=lambda seat: (not seat.can_answer, not seat.is_joined, seat.place.id))


def _seats(user: User, thread: Thread, organization_id: int | None, *, fresh: bool) -> list[Seat]:
    query = (
        sa.select(ThreadMember, Membership)
        .join(Membership, Membership.organization_id == ThreadMember.organization_id)
        .where(
            ThreadMember.thread_id == thread.id,
            ThreadMember.state.in_(_SEATED),
            Membership.user_id == user.id,
        )
        .options(queries.plain(ThreadMember.organization), queries.plain(Membership.organization))
        .execution_options(populate_existing=fresh)
    )
    return [
        Seat(thread, place, member)
        for place, member in db.session.execute(query)
        if organization_id in (None, member.organization_id)
    ]


def places_of(thread: Thread) -> Sequence[ThreadMember]:
    """Those who were asked and have not refused or left, the starter first."""
    query = (
        sa.select(ThreadMember)
        .where(ThreadMember.thread_id == thread.id, ThreadMember.state.in_(_SEATED))
        .options(joinedload(ThreadMember.organization))
        .order_by(ThreadMember.is_starter.desc(), ThreadMember.id)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).all()


def joined_beside(seat: Seat) -> list[ThreadMember]:
    """The others who have joined."""
    places = (one for one in places_of(seat.thread) if one.organization_id != seat.organization.id)
    return [one for one in places if one.state is Seating.JOINED]


def place_in(thread: Thread, organization_id: int) -> ThreadMember | None:
    """The place of an organization, also one that refused or left."""
    query = sa.select(ThreadMember).where(
        ThreadMember.thread_id == thread.id, ThreadMember.organization_id == organization_id
    )
    return db.session.scalars(query).one_or_none()


def partners_of(organization: Organization) -> list[Organization]:
    """Those it was introduced to and may ask into a team, by name: neither suspended nor behind a closed door."""
    ends = aliased(Organization, flat=True)
    query = (
        sa.select(ends)
        .join(Match, sa.or_(Match.india_id == ends.id, Match.us_id == ends.id))
        .join(Introduction, Introduction.match_id == Match.id)
        .where(
            sa.or_(Match.india_id == organization.id, Match.us_id == organization.id),
            ends.id != organization.id,
            ends.state.in_(LISTED_STATES),
            ends.suspended_at.is_(None),
            Match.is_going(),
            queries.not_blocked(),
        )
        .order_by(ends.name, ends.id)
        .limit(MOST_LISTED)
    )
    return list(db.session.scalars(query).unique())


def starters(user: User) -> list[Membership]:
    """The seats a person may begin a team from: those whose organization was introduced to two others or more."""
    introduced = (
        sa.select(sa.func.count())
        .select_from(Introduction)
        .join(Match, Match.id == Introduction.match_id)
        .where(sa.or_(Match.india_id == Organization.id, Match.us_id == Organization.id), Match.is_going())
        .correlate(Organization)
    )
    query = (
        sa.select(Membership)
        .join(Membership.organization)
        .where(Membership.user_id == user.id, introduced.scalar_subquery() > 1)
        .order_by(Organization.name, Organization.id)
    )
    return [member for member in db.session.scalars(query) if member.can_edit]


def hold(organization: Organization) -> None:
    """Let nobody else begin a team for an organization until the transaction ends."""
    db.session.execute(sa.select(Organization.id).where(Organization.id == organization.id).with_for_update())


def begun_by(organization: Organization) -> Sequence[Thread]:
    """Teams that an organization has begun and not left, the newest first."""
    query = (
        sa.select(Thread)
        .join(ThreadMember)
        .where(
            ThreadMember.organization_id == organization.id,
            ThreadMember.is_starter.is_(True),
            ThreadMember.state == Seating.JOINED,
        )
        .order_by(Thread.id.desc())
    )
    return db.session.scalars(query).all()


def is_blocked_from(organization_id: int, others: Sequence[int]) -> bool:
    """Whether a door is closed between an organization and one of these."""
    there = sa.and_(Block.organization_id == organization_id, Block.blocked_id.in_(others))
    back = sa.and_(Block.blocked_id == organization_id, Block.organization_id.in_(others))
    return db.session.scalar(sa.select(sa.exists().where(sa.or_(there, back)))) is True


def shared_by(one_id: int, other_id: int) -> Sequence[Thread]:
    """Teams in which both have a place, locked."""
    one, other = aliased(ThreadMember), aliased(ThreadMember)
    query = (
        sa.select(Thread)
        .join(one, sa.and_(one.thread_id == Thread.id, one.organization_id == one_id))
        .join(other, sa.and_(other.thread_id == Thread.id, other.organization_id == other_id))
        .where(Thread.match_id.is_(None), one.state.in_(_SEATED), other.state.in_(_SEATED))
        .order_by(Thread.id)
        .with_for_update(of=Thread)
    )
    return db.session.scalars(query).all()


def lines_of(user: User) -> list[TeamLine]:
    """A person's teams, invitations first, then the newest message first."""
    latest = sa.select(sa.func.max(Message.id)).where(Message.thread_id == Thread.id).correlate(Thread)
    query = (
        sa.select(Thread, ThreadMember, Message)
        .join(ThreadMember, ThreadMember.thread_id == Thread.id)
        .join(Membership, Membership.organization_id == ThreadMember.organization_id)
        .outerjoin(Message, Message.id == latest.scalar_subquery())
        .where(Thread.match_id.is_(None), ThreadMember.state.in_(_SEATED), Membership.user_id == user.id)
        .options(queries.plain(ThreadMember.organization), queries.plain(Message.organization))
        .order_by(sa.func.coalesce(Message.id, 0).desc(), Thread.id.desc())
        .limit(MOST_LISTED)
    )
    unread = {one.thread_id: one.count for one in queries.unread_for([user])[user.id]}
    lines = [_line(*row, unread) for row in db.session.execute(query)]
    return sorted(lines, key=lambda line: not line.is_invitation)


def _line(thread: Thread, place: ThreadMember, latest: Message | None, unread: dict[int, int]) -> TeamLine:
    is_invitation = place.state is Seating.INVITED
    shown = None if is_invitation else latest
    return TeamLine(thread, place.organization, is_invitation, shown, unread.get(thread.id, 0))
