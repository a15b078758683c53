"""Offer times, choose one, move, call off, and say how it went. Nobody is booked twice at the same time."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask_babel import gettext as _

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.conversations import queries as conversations
from app.db import db
from app.errors import Forbidden, RuleBroken
from app.introductions.sides import Side
from app.links import absolute
from app.matching import signals
from app.matching.models import Match, Said
from app.meetings import emails, queries
from app.meetings.hours import Window, outside_minutes
from app.meetings.models import (
    Attendance,
    AvailableHours,
    CalendarFeed,
    Meeting,
    MeetingGuest,
    MeetingState,
    OfferedTime,
)
from app.outbox import services as outbox
from app.outbox.rendering import Mail

MOST_TIMES = 3
# Hours before a meeting at which people are reminded.
REMINDED = (1, 24)


class TimeTaken(RuleBroken):
    """Somebody who takes part has another meeting then, or the time has passed."""


class MeetingClosed(RuleBroken):
    """It was called off, or is over."""


@dataclass(frozen=True)
class Wanted:
    """What is asked for: who takes part for which organization, how long, what about, where."""

    guests: Sequence[tuple[User, int]]
    minutes: int
    title: str
    note: str = ""
    link: str = ""


def offer(side: Side, by: User, wanted: Wanted, times: Sequence[datetime.datetime]) -> Meeting:
    """Offer up to three times to the other side. Raises `TimeTaken`, and `Forbidden` for who only reads."""
    _require_seat(side)
    _require_open(side.match)
    meeting = _made(side.match.id, by, wanted)
    meeting.times = [OfferedTime(starts_at=moment) for moment in sorted(set(times))[:MOST_TIMES]]
    for moment in meeting.times:
        _require_free(meeting, moment.starts_at)
    db.session.add(meeting)
    db.session.flush()
    _record("offered", meeting, by, {"times": len(meeting.times)})
    _tell(emails.offers(meeting, by, side.organization.id))
    return meeting


def settle(match_id: int, by: User, wanted: Wanted, starts_at: datetime.datetime) -> Meeting:
    """Book a meeting whose time is settled already, as on a mission. Raises `TimeTaken`."""
    _require_open(db.session.get_one(Match, match_id))
    meeting = _made(match_id, by, wanted)
    db.session.add(meeting)
    db.session.flush()
    _book(meeting, starts_at)
    _record("booked", meeting, by)
    _tell(emails.invitations(meeting))
    return meeting


def choose(meeting: Meeting, side: Side, by: User, starts_at: datetime.datetime) -> None:
    """Book one of the offered times. Choosing it twice changes nothing. Raises `TimeTaken`, `MeetingClosed`."""
    _require_seat(side)
    _lock(meeting)
    if meeting.is_booked and meeting.starts_at == starts_at:
        return
    if meeting.state is not MeetingState.OFFERED:
        raise MeetingClosed(_("These times are no longer open: look at what was agreed."))
    if starts_at not in {one.starts_at for one in meeting.times}:
        raise TimeTaken(_("This time was not offered. Choose one of those on the page."))
    _require_open(meeting.match)
    _book(meeting, starts_at)
    _record("booked", meeting, by)
    _tell(emails.invitations(meeting))


def move(meeting: Meeting, side: Side, by: User, starts_at: datetime.datetime, *, version: int) -> None:
    """Move a booked meeting in place: calendars take it as an update of the same entry. Raises `TimeTaken`."""
    _require_seat(side)
    _lock(meeting)
    if not meeting.is_booked or meeting.is_over(clock.now()):
        raise MeetingClosed(_("Only a meeting that is booked and still to come can be moved."))
    if meeting.starts_at == starts_at:
        return
    if meeting.version != version:
        raise TimeTaken(_("Somebody moved it after you opened the page. Look at the new time first."))
    _require_open(meeting.match)
    before = meeting.starts_at
    _book(meeting, starts_at)
    meeting.sequence += 1
    db.session.flush()
    _record("moved", meeting, by, {"from": before.isoformat() if before else ""})
    _tell(emails.invitations(meeting, moved_from=before))


def cancel(meeting: Meeting, side: Side, by: User, reason: str = "") -> None:
    """Call a meeting off; calendars take it out. Calling it off twice changes nothing."""
    _require_seat(side)
    call_off(meeting, by, reason)


def call_off(meeting: Meeting, by: User, reason: str = "") -> None:
    """The same by whoever looks after the meeting, such as the manager of a mission."""
    _lock(meeting)
    if meeting.state is MeetingState.CANCELLED:
        return
    if meeting.is_over(clock.now()):
        raise MeetingClosed(_("This meeting is over. Say whether it was held."))
    was_booked = meeting.is_booked
    meeting.state, meeting.changed_at = MeetingState.CANCELLED, clock.now()
    meeting.sequence += 1
    db.session.flush()
    _record("cancelled", meeting, by)
    _tell(emails.cancellations(meeting, by, reason, was_booked=was_booked))


def report(
    meeting: Meeting,
    side: Side,
    by: User,
    says: Attendance,
    next_step: str = "",
    next_on: datetime.date | None = None,
) -> None:
    """Say for one's side how it went. Raises `MeetingClosed` before it is over."""
    _require_seat(side)
    _lock(meeting)
    guest = meeting.guest(by.id)
    if guest is None:
        raise Forbidden(_("Those who were invited say how it went."))
    if not meeting.is_over(clock.now()):
        raise MeetingClosed(_("Say how it went once the meeting is over."))
    guest.says, guest.said_at = says, clock.now()
    guest.next_step, guest.next_on = next_step, next_on
    db.session.flush()
    _record(says.value, meeting, by)
    _note_absences(meeting, by)


def _note_absences(meeting: Meeting, by: User) -> None:
    """Who stayed away gets fewer proposals for a while; when the sides disagree nobody does, and a cancellation never counts."""
    away = meeting.stayed_away()
    for organization_id in {guest.organization_id for guest in meeting.guests}:
        is_away = organization_id in away
        if is_away is not signals.has_absence(meeting.match_id, organization_id):
            weight = 1.0 if is_away else 0.0
            signals.record(meeting.match, Said.NO_SHOW, weight, organization_id=organization_id, by=by.id)
    db.session.flush()


def ask(most: int = 100) -> int:
    """Ask everybody how their meetings went, an hour after the end; how many meetings. Each is asked of once."""
    due = queries.to_ask_of(clock.now()).limit(most).with_for_update(skip_locked=True)
    found = db.session.scalars(due).all()
    for meeting in found:
        meeting.asked_at = clock.now()
        _tell(emails.questions(meeting))
    db.session.flush()
    return len(found)


def save_hours(user: User, windows: Sequence[Window]) -> None:
    """When a person would meet, from now on; none means the usual hours."""
    db.session.execute(sa.delete(AvailableHours).where(AvailableHours.user_id == user.id))
    db.session.add_all(
        AvailableHours(user_id=user.id, weekday=one.weekday, start=one.start, end=one.end) for one in windows
    )
    audit.record("user.hours_saved", ("user", user.id), by=user.id)


def open_feed(user: User) -> str:
    """A new private address of one's calendar; an older one ends. The key is shown once and kept as a hash."""
    key = secrets.token_urlsafe(32)
    feed = db.session.get(CalendarFeed, user.id) or CalendarFeed(user_id=user.id)
    feed.key_hash, feed.created_at = queries.key_hash(key), clock.now()
    db.session.add(feed)
    audit.record("user.feed_opened", ("user", user.id), by=user.id)
    return key


def close_feed(user: User) -> None:
    """The private address shows nothing from now on."""
    db.session.execute(sa.delete(CalendarFeed).where(CalendarFeed.user_id == user.id))
    audit.record("user.feed_closed", ("user", user.id), by=user.id)


def remind(hours: int, most: int = 100) -> int:
    """Write the due reminders of so many hours before, for at most `most` meetings; how many."""
    due = queries.due_reminders(clock.now(), hours).limit(most).with_for_update(skip_locked=True)
    found = db.session.scalars(due).all()
    for meeting in found:
        meeting.reminded = hours
        _tell(emails.reminders(meeting, hours))
    db.session.flush()
    return len(found)


def _made(match_id: int, by: User, wanted: Wanted) -> Meeting:
    return Meeting(
        match_id=match_id,
        uid=f"{secrets.token_hex(16)}@{urlsplit(absolute('introductions.matches')).hostname}",
        minutes=wanted.minutes,
        title=wanted.title,
        note=wanted.note,
        link=wanted.link,
        organizer_id=by.id,
        created_at=clock.now(),
        changed_at=clock.now(),
        guests=[
            MeetingGuest(user_id=person.id, organization_id=organization_id, time_zone=person.time_zone)
            for person, organization_id in wanted.guests
        ],
    )


def _book(meeting: Meeting, starts_at: datetime.datetime) -> None:
    _require_free(meeting, starts_at)
    meeting.state, meeting.starts_at, meeting.changed_at = MeetingState.BOOKED, starts_at, clock.now()
    # Who books at short notice needs no reminder of the day before.
    left = starts_at - clock.now()
    meeting.reminded = next((hours for hours in REMINDED if left <= datetime.timedelta(hours=hours)), 0)
    for guest in meeting.guests:
        guest.time_zone = guest.user.time_zone
        guest.outside_minutes = outside_minutes(starts_at, meeting.minutes, guest.user.zone)
    db.session.flush()


def _require_free(meeting: Meeting, starts_at: datetime.datetime) -> None:
    if starts_at <= clock.now():
        raise TimeTaken(_("This time has passed. Choose a later one."))
    require_free_people([guest.user_id for guest in meeting.guests], meeting, starts_at)


def require_free_people(user_ids: Sequence[int], meeting: Meeting, starts_at: datetime.datetime) -> None:
    """Lock them, in one order, so that two bookings of one person come one after the other. Raises `TimeTaken`."""
    ids = sorted(user_ids)
    db.session.execute(sa.select(User.id).where(User.id.in_(ids)).order_by(User.id).with_for_update())
    ends_at = starts_at + datetime.timedelta(minutes=meeting.minutes)
    taken = queries.busy_of(ids, starts_at, ends_at, but=meeting.id)
    if any(since < ends_at and starts_at < until for busy in taken.values() for since, until in busy):
        raise TimeTaken(_("Somebody who takes part has another meeting at that time. Choose another one."))


def _lock(meeting: Meeting) -> None:
    db.session.refresh(meeting, with_for_update=True)


def _require_seat(side: Side) -> None:
    if not side.can_answer:
        raise Forbidden(_("Owners and editors of the organization arrange meetings; you may read."))


def _require_open(match: Match) -> None:
    if conversations.is_closed(match):
        raise MeetingClosed(
            _("The conversation of the two organizations is closed: no meetings can be arranged.")
        )


def _tell(mails: Sequence[Mail]) -> None:
    for mail in mails:
        outbox.enqueue(mail)


def _record(action: str, meeting: Meeting, by: User, detail: dict[str, object] | None = None) -> None:
    about = {"match": meeting.match_id, "sequence": meeting.sequence, **(detail or {})}
    audit.record(f"meeting.{action}", ("meeting", meeting.id), by=by.id, detail=about)
