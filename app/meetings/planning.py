"""What the pages of meetings show: times that suit all, both clocks, the balance, and forms filled with them.

A name of its own: it reads for pages and knows their forms, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app import clock
from app.accounts.models import User
from app.introductions.sides import Side
from app.matching.models import Match
from app.meetings import forms, queries, slots, words
from app.meetings.models import Meeting, MeetingGuest, MeetingState
from app.meetings.slots import Slot
from app.organizations import fields
from app.taxonomy import Country

AHEAD = timedelta(days=60)


def offer_form(side: Side, user: User, minutes: str | None = None) -> forms.OfferForm:
    """The form with the people of both sides and the times that suit who would usually take part."""
    people = queries.choices_of_people(side.match)
    guests = usual_guests(side, user, people)
    length = int(minutes) if minutes in {str(n) for n in forms.LENGTHS} else 30
    form = forms.OfferForm(
        data={
            "title": f"{side.match.india.name} – {side.match.us.name}"[:200],
            "minutes": str(length),
            "people": [str(one.id) for one, _ in guests],
        },
    )
    form.set_choices(people, offered_times(side, user, guests, length))
    return form


def usual_guests(side: Side, user: User, people: dict[Country, list[User]]) -> list[tuple[User, int]]:
    """This person, and whoever comes first on the other side."""
    own = side.organization.country
    mine = user if any(one.id == user.id for one in people[own]) else next(iter(people[own]), None)
    theirs = next((one for one in people[own.other] if one.id != user.id), None)
    seats = [(mine, side.match.side(own).id), (theirs, side.match.side(own.other).id)]
    return [(person, organization_id) for person, organization_id in seats if person is not None]


def offered_times(
    side: Side, user: User, guests: list[tuple[User, int]], minutes: int
) -> list[tuple[datetime, str]]:
    """Times that suit these people, told on both clocks with what they cost whom."""
    found = free_times(side.match, guests, minutes)
    zones = [person.zone for person, _ in guests]
    own = 0 if side.organization.country is Country.INDIA else 1
    return [(slot.starts_at, _told(slot, [user.zone, *zones], own)) for slot in found]


def free_times(
    match: Match, guests: list[tuple[User, int]], minutes: int, but: int | None = None
) -> list[Slot]:
    """The best times for these people."""
    now = clock.now()
    attendees = queries.attendees(match, guests, now + slots.REACH + timedelta(days=2), but)
    return slots.offers(attendees, minutes, now, queries.balance_of(match))


def _told(slot: Slot, zones: list[ZoneInfo], own: int) -> str:
    clocks = words.on_one_line(slot.starts_at, zones)
    mine, theirs = slot.outside[own], slot.outside[1 - own]
    if mine or theirs:
        return words.told_with_cost(clocks, mine, theirs)
    return clocks


def balance_for(side: Side) -> str:
    """Who has given more time out of office hours, for this side."""
    india, us = queries.balance_of(side.match)
    return words.balance_words(*((india, us) if side.organization.country is Country.INDIA else (us, india)))


def warnings_for(side: Side, now: datetime) -> list[str]:
    """Clock changes that part the zones of both sides while times can be offered."""
    people = queries.choices_of_people(side.match)
    zones = [user.zone for users in people.values() for user in users[:1]]
    return words.change_warnings(zones, now, now + slots.REACH)


def warnings_of(meeting: Meeting, now: datetime) -> list[str]:
    """The same for one meeting that is still to come."""
    if meeting.starts_at is None or meeting.starts_at <= now:
        return []
    return words.change_warnings([guest.user.zone for guest in meeting.guests], now, meeting.starts_at)


def clocks_of(meeting: Meeting, user: User) -> list[words.Clock]:
    """The booked moment for this person first, then for the others."""
    if meeting.starts_at is None:
        return []
    return words.clocks(meeting.starts_at, [user.zone, *(guest.user.zone for guest in meeting.guests)])


def forms_of(meeting: Meeting, side: Side, user: User, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The forms that a meeting takes now; one that was sent and did not pass stays as it was typed."""
    now = clock.now()
    made: dict[str, Any] = {}
    if meeting.state is MeetingState.OFFERED:
        made["choosing"] = sent.get("choosing") or forms.ChooseForm(formdata=None)
        zones = [user.zone, *(guest.user.zone for guest in meeting.guests)]
        made["choosing"].starts_at.choices = fields.options(
            (one.starts_at.isoformat(), words.on_one_line(one.starts_at, zones))
            for one in meeting.times
            if one.starts_at > now
        )
    if meeting.is_over(now):
        made["reporting"] = sent.get("reporting") or forms.ReportForm(formdata=None)
    elif meeting.state is not MeetingState.CANCELLED:
        made["cancelling"] = sent.get("cancelling") or forms.CancelForm(formdata=None)
        if meeting.is_booked:
            made["moving"] = sent.get("moving") or move_form(meeting, user, now, fresh=True)
            made["seating"] = sent.get("seating") or guest_form(meeting, side, fresh=True)
    return made


def guest_form(meeting: Meeting, side: Side, *, fresh: bool = False) -> forms.GuestForm:
    """The form with who this side may ask along, and whom it may relieve."""
    made = forms.GuestForm(formdata=None) if fresh else forms.GuestForm()
    joining = queries.may_join(meeting, side)
    names = queries.names_of({own for _user, own in joining})
    made.set_choices(
        {key: f"{user.display_name} ({names[key[1]]})" for key, user in joining.items()},
        {
            guest.id: guest.user.display_name
            for guest in meeting.guests
            if guest.organization_id == side.organization.id
        },
    )
    return made


def seats_of(
    meeting: Meeting, side: Side, form: forms.GuestForm
) -> tuple[tuple[User, int] | None, MeetingGuest | None]:
    """Who comes and who leaves, of a form that passed."""
    chosen = form.coming()
    comes = (queries.may_join(meeting, side)[chosen], chosen[1]) if chosen else None
    leaves = next((guest for guest in meeting.guests if str(guest.id) == form.leaves.data), None)
    return comes, leaves


def move_form(meeting: Meeting, user: User, now: datetime, *, fresh: bool = False) -> forms.MoveForm:
    """The form with times that suit all who take part."""
    guests = [(guest.user, guest.organization_id) for guest in meeting.guests]
    found = free_times(meeting.match, guests, meeting.minutes, but=meeting.id)
    zones = [user.zone, *(guest.user.zone for guest in meeting.guests)]
    made = forms.MoveForm(formdata=None) if fresh else forms.MoveForm()
    made.starts_at.choices = fields.options(
        (slot.starts_at.isoformat(), words.on_one_line(slot.starts_at, zones))
        for slot in found
        if slot.starts_at > now
    )
    if fresh:
        made.version.data = meeting.version
    return made
