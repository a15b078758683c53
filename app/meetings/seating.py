"""Who takes part in a booked meeting: an organization brings somebody along, or sends somebody else in their place.

A service like `services`. Calendars follow in place: the new one gets a request, who left a cancellation, and the entry's
number rises, so that every later change reaches all.
"""

from __future__ import annotations

from flask_babel import gettext as _

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import Forbidden, RuleBroken
from app.introductions.sides import Side
from app.meetings import emails, queries, services
from app.meetings.hours import outside_minutes
from app.meetings.models import Meeting, MeetingGuest
from app.outbox import services as outbox

# More than these are an event, not a meeting.
MOST_GUESTS = 30


def change(
    meeting: Meeting,
    side: Side,
    by: User,
    *,
    comes: tuple[User, int] | None = None,
    leaves: MeetingGuest | None = None,
) -> None:
    """Somebody (person, organization) comes, somebody of one's own side leaves, or one for the other.

    Raises `services.TimeTaken`, `services.MeetingClosed`, `Forbidden`, and `RuleBroken` for a side left without people.
    """
    if not side.can_answer:
        raise Forbidden(_("Owners and editors of the organization arrange meetings; you may read."))
    if comes is None and leaves is None:
        raise RuleBroken(_("Choose who comes, or who leaves."))
    db.session.refresh(meeting, with_for_update=True)
    if not meeting.is_booked or meeting.starts_at is None or meeting.is_over(clock.now()):
        raise services.MeetingClosed(_("Only for a meeting that is booked and still to come."))
    if comes is not None:
        _require_welcome(meeting, side, comes)
        services.require_free_people([comes[0].id], meeting, meeting.starts_at)
    if leaves is not None and (
        leaves not in meeting.guests or leaves.organization_id != side.organization.id
    ):
        raise Forbidden(_("Each organization decides about its own people."))
    _seat(meeting, by, comes, leaves)


def relieve(meeting: Meeting, by: User, organization_id: int) -> None:
    """One of several organizations stays away; for who looks after the whole, such as the manager of a mission."""
    db.session.refresh(meeting, with_for_update=True)
    leaving = [guest for guest in meeting.guests if guest.organization_id == organization_id]
    if not leaving or not meeting.is_booked or meeting.is_over(clock.now()):
        return
    for guest in leaving:
        meeting.guests.remove(guest)
    left = {guest.organization_id for guest in meeting.guests}
    if organization_id in (meeting.match.india_id, meeting.match.us_id):
        meeting.match_id = queries.match_among(left) or meeting.match_id
    meeting.sequence += 1
    meeting.changed_at = clock.now()
    db.session.flush()
    for guest in leaving:
        _tell(meeting, by, None, guest.user)


def _require_welcome(meeting: Meeting, side: Side, comes: tuple[User, int]) -> None:
    if len(meeting.guests) >= MOST_GUESTS:
        raise RuleBroken(_("A meeting takes at most %(most)s people.", most=MOST_GUESTS))
    if (comes[0].id, comes[1]) not in queries.may_join(meeting, side):
        raise Forbidden(_("Bring people of your own organization, or of one you are introduced to."))


def _seat(meeting: Meeting, by: User, comes: tuple[User, int] | None, leaves: MeetingGuest | None) -> None:
    gone, new = leaves.user if leaves else None, None
    if leaves is not None:
        meeting.guests.remove(leaves)
        db.session.flush()
    if comes is not None and meeting.starts_at is not None:
        person, organization_id = comes
        outside = outside_minutes(meeting.starts_at, meeting.minutes, person.zone)
        new = MeetingGuest(
            user_id=person.id,
            organization_id=organization_id,
            time_zone=person.time_zone,
            outside_minutes=outside,
        )
        meeting.guests.append(new)
    if leaves is not None and leaves.organization_id not in {one.organization_id for one in meeting.guests}:
        raise RuleBroken(_("Somebody of each side takes part. Name who comes instead."))
    meeting.sequence += 1
    meeting.changed_at = clock.now()
    db.session.flush()
    if new is not None:
        db.session.refresh(new)
    _tell(meeting, by, new, gone)


def _tell(meeting: Meeting, by: User, new: MeetingGuest | None, gone: User | None) -> None:
    detail = {
        "match": meeting.match_id,
        "sequence": meeting.sequence,
        "came": new.user_id if new else None,
        "left": gone.id if gone else None,
    }
    audit.record("meeting.guests_changed", ("meeting", meeting.id), by=by.id, detail=detail)
    if new is not None:
        for mail in emails.invitations(meeting, guests=[new]):
            outbox.enqueue(mail)
    if gone is not None:
        outbox.enqueue(emails.farewell(meeting, gone, by))
