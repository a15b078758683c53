"""Reads of meetings. Whoever takes part, or sits in one of the two organizations, sees a meeting."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from app import clock
from app.accounts.models import User
from app.db import db
from app.errors import NotFound
from app.introductions import queries as introductions
from app.introductions.models import Introduction
from app.introductions.sides import Side
from app.matching.models import Match
from app.meetings.hours import DEFAULT_WINDOWS, Window
from app.meetings.models import (
    LONGEST,
    AvailableHours,
    CalendarFeed,
    Meeting,
    MeetingGuest,
    MeetingState,
)
from app.meetings.slots import Attendee
from app.organizations.models import Membership, Organization
from app.organizations.queries import LARGEST_ID
from app.taxonomy import Country

# A feed shows what was and what comes.
FEED_BACK = timedelta(days=90)
# People are asked how it went once even the longest meeting is over; after a week the question is stale.
ASKED_AFTER, ASKED_UNTIL = timedelta(minutes=LONGEST), timedelta(days=7)


def side_of(user: User, match_id: int) -> Side:
    """The introduced match as this person's organization sees it. Raises `NotFound` before both said yes."""
    side = introductions.side_of(user, match_id)
    if side.introduction is None:
        raise NotFound
    return side


def meeting_for(user: User, meeting_id: int) -> tuple[Meeting, Side]:
    """A meeting this person may see, with the side they see it from. Raises `NotFound`."""
    seated = sa.select(MeetingGuest.meeting_id).where(MeetingGuest.organization_id.in_(_own(user)))
    in_sight = sa.or_(Meeting.match_id.in_(introductions.own_matches(user)), Meeting.id.in_(seated))
    query = sa.select(Meeting).where(Meeting.id == meeting_id, in_sight)
    meeting = db.session.scalars(query).unique().one_or_none() if 0 < meeting_id <= LARGEST_ID else None
    if meeting is None:
        raise NotFound
    return meeting, side_of(user, _match_of(user, meeting))


def _own(user: User) -> sa.Select[int]:
    return sa.select(Membership.organization_id).where(Membership.user_id == user.id)


def _match_of(user: User, meeting: Meeting) -> int:
    """The meeting's own match, or for who was brought along that with the organization that brought them."""
    seats = {guest.organization_id for guest in meeting.guests}
    own = set(db.session.scalars(_own(user)))
    if own & {meeting.match.india_id, meeting.match.us_id}:
        return meeting.match_id
    return match_among(own & seats, seats) or 0


def match_among(some: Collection[int], others: Collection[int] | None = None) -> int | None:
    """An introduced match between one of some organizations and one of the others, or among them."""
    others = some if others is None else others
    ours = sa.or_(
        sa.and_(Match.india_id.in_(some), Match.us_id.in_(others)),
        sa.and_(Match.us_id.in_(some), Match.india_id.in_(others)),
    )
    query = sa.select(Introduction.match_id).join(Match, Match.id == Introduction.match_id).where(ours)
    return db.session.scalar(query.order_by(Introduction.id).limit(1))


def may_join(meeting: Meeting, side: Side) -> dict[tuple[int, int], User]:
    """Who can still be asked along by this side, by (person, organization): its own people and contacts it was given.

    Of others it knows the one contact of its introduction, and whoever takes part already decides about their own people.
    """
    own = side.organization.id
    present = {guest.organization_id for guest in meeting.guests}
    known = [own, *(_partner_of(match, own) for match in _introduced_to(own))]
    taken = {guest.user_id for guest in meeting.guests}
    people = introductions.answerers_of(dict.fromkeys(known))
    return {
        (user.id, organization_id): user
        for organization_id, users in people.items()
        if organization_id == own or organization_id not in present
        for user in (users if organization_id == own else users[:1])
        if user.id not in taken
    }


def names_of(organization_ids: Collection[int]) -> dict[int, str]:
    query = sa.select(Organization.id, Organization.name).where(Organization.id.in_(organization_ids))
    return {row.id: row.name for row in db.session.execute(query)}


def _introduced_to(organization_id: int) -> Sequence[Match]:
    query = sa.select(Match).join(Introduction, Introduction.match_id == Match.id)
    ours = sa.or_(Match.india_id == organization_id, Match.us_id == organization_id)
    return db.session.scalars(query.where(ours).order_by(Match.id)).unique().all()


def _partner_of(match: Match, organization_id: int) -> int:
    return match.us_id if match.india_id == organization_id else match.india_id


def meetings_of(match_id: int) -> Sequence[Meeting]:
    """All meetings of a match, newest first."""
    query = sa.select(Meeting).where(Meeting.match_id == match_id)
    return db.session.scalars(query.order_by(Meeting.id.desc())).all()


def coming_for(user: User, until: datetime) -> Sequence[Meeting]:
    """Booked meetings of a person up to a moment, soonest first."""
    query = (
        sa.select(Meeting)
        .join(Meeting.guests)
        .where(
            MeetingGuest.user_id == user.id,
            Meeting.state == MeetingState.BOOKED,
            Meeting.starts_at >= clock.now(),
            Meeting.starts_at <= until,
        )
    )
    return db.session.scalars(query.order_by(Meeting.starts_at, Meeting.id)).all()


def offered_to(user: User) -> Sequence[Meeting]:
    """Meetings whose times wait for this person's choice, oldest first."""
    query = (
        sa.select(Meeting)
        .join(Meeting.guests)
        .where(
            MeetingGuest.user_id == user.id,
            Meeting.state == MeetingState.OFFERED,
            Meeting.organizer_id != user.id,
        )
    )
    return db.session.scalars(query.order_by(Meeting.id)).all()


def to_report_by(user: User) -> Sequence[Meeting]:
    """Meetings that are over and of which this person's side has not said how it went, oldest first."""
    said = sa.select(MeetingGuest.meeting_id).where(
        MeetingGuest.says.is_not(None), MeetingGuest.organization_id.in_(_seats(user))
    )
    query = (
        sa.select(Meeting)
        .join(Meeting.guests)
        .where(
            MeetingGuest.user_id == user.id,
            Meeting.state == MeetingState.BOOKED,
            Meeting.starts_at < clock.now(),
            Meeting.id.not_in(said),
        )
    )
    rows = db.session.scalars(query.order_by(Meeting.starts_at, Meeting.id)).all()
    return [meeting for meeting in rows if meeting.is_over(clock.now())]


def _seats(user: User) -> sa.Select[int]:
    return sa.select(MeetingGuest.organization_id).where(MeetingGuest.user_id == user.id)


def windows_of(user_ids: Collection[int]) -> dict[int, list[Window]]:
    """When each of these people would meet; the usual hours for those who have not said."""
    found: dict[int, list[Window]] = {id_: [] for id_ in user_ids}
    query = sa.select(AvailableHours).where(AvailableHours.user_id.in_(user_ids))
    for row in db.session.scalars(query.order_by(AvailableHours.weekday, AvailableHours.start)):
        found[row.user_id].append(Window(row.weekday, row.start, row.end))
    return {id_: windows or list(DEFAULT_WINDOWS) for id_, windows in found.items()}


def busy_of(
    user_ids: Collection[int], since: datetime, until: datetime, but: int | None = None
) -> dict[int, list[tuple[datetime, datetime]]]:
    """Booked times of these people that touch (since, until), meeting `but` left out."""
    found: dict[int, list[tuple[datetime, datetime]]] = {id_: [] for id_ in user_ids}
    query = (
        sa.select(MeetingGuest.user_id, Meeting.id, Meeting.starts_at, Meeting.minutes)
        .join(Meeting, Meeting.id == MeetingGuest.meeting_id)
        .where(
            MeetingGuest.user_id.in_(user_ids),
            Meeting.state == MeetingState.BOOKED,
            Meeting.starts_at < until,
            Meeting.starts_at > since - timedelta(minutes=LONGEST),
        )
    )
    for user_id, meeting_id, starts_at, minutes in db.session.execute(query):
        # Booked ones have a time; see the check of the table.
        if starts_at is None:
            continue
        ends_at = starts_at + timedelta(minutes=minutes)
        if meeting_id != but and ends_at > since:
            found[user_id].append((starts_at, ends_at))
    return found


def attendees(
    match: Match, people: Iterable[tuple[User, int]], until: datetime, but: int | None = None
) -> list[Attendee]:
    """(person, organization) pairs with their hours and what they have booked already."""
    every = list(people)
    ids = [user.id for user, _ in every]
    windows, busy = windows_of(ids), busy_of(ids, clock.now(), until, but)
    return [
        Attendee(user.zone, windows[user.id], int(organization_id == match.us_id), busy[user.id])
        for user, organization_id in every
    ]


def balance_of(match: Match) -> tuple[int, int]:
    """Out-of-hours minutes the Indian and the US side have given to meetings of this match, called off ones apart."""
    query = (
        sa.select(MeetingGuest.meeting_id, MeetingGuest.organization_id, MeetingGuest.outside_minutes)
        .join(Meeting, Meeting.id == MeetingGuest.meeting_id)
        .where(Meeting.match_id == match.id, Meeting.state == MeetingState.BOOKED)
    )
    most: dict[tuple[int, int], int] = {}
    for meeting_id, organization_id, minutes in db.session.execute(query):
        key = meeting_id, organization_id
        most[key] = max(most.get(key, 0), minutes)
    india = sum(minutes for (_, id_), minutes in most.items() if id_ == match.india_id)
    return india, sum(minutes for (_, id_), minutes in most.items() if id_ == match.us_id)


def choices_of_people(match: Match) -> dict[Country, list[User]]:
    """Who may take part: active owners and editors of both sides."""
    people = introductions.answerers_of([match.india_id, match.us_id])
    return {country: people[match.side(country).id] for country in Country}


def due_reminders(now: datetime, hours: int) -> sa.Select[Meeting]:
    """Booked meetings that begin within so many hours and were not reminded of for that."""
    return (
        sa.select(Meeting)
        .where(
            Meeting.state == MeetingState.BOOKED,
            Meeting.starts_at > now,
            Meeting.starts_at <= now + timedelta(hours=hours),
            sa.or_(Meeting.reminded == 0, Meeting.reminded > hours),
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )


def has_due_reminders(now: datetime, hours: int) -> bool:
    return db.session.scalar(sa.select(due_reminders(now, hours).exists())) or False


def to_ask_of(now: datetime) -> sa.Select[Meeting]:
    """Booked meetings that began so long ago that they are over, and of which nobody was asked; old ones rest."""
    return (
        sa.select(Meeting)
        .where(
            Meeting.state == MeetingState.BOOKED,
            Meeting.asked_at.is_(None),
            Meeting.starts_at <= now - ASKED_AFTER,
            Meeting.starts_at > now - ASKED_UNTIL,
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )


def has_to_ask(now: datetime) -> bool:
    return db.session.scalar(sa.select(to_ask_of(now).exists())) or False


def key_hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def owner_of_feed(key: str) -> User:
    """Whose feed this address is. Raises `NotFound`, also for people whose account has ended."""
    feed = db.session.scalars(
        sa.select(CalendarFeed).where(CalendarFeed.key_hash == key_hash(key))
    ).one_or_none()
    if feed is None or not feed.user.is_active:
        raise NotFound
    return feed.user


def has_feed(user: User) -> bool:
    return db.session.get(CalendarFeed, user.id) is not None


def in_feed_of(user: User) -> Sequence[Meeting]:
    """Booked and called-off meetings of a person, from some weeks ago on."""
    query = (
        sa.select(Meeting)
        .join(Meeting.guests)
        .where(
            MeetingGuest.user_id == user.id,
            Meeting.starts_at.is_not(None),
            Meeting.starts_at >= clock.now() - FEED_BACK,
        )
    )
    return db.session.scalars(query.order_by(Meeting.starts_at, Meeting.id)).all()
