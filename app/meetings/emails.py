"""Letters about meetings, with the calendar file that makes, moves or removes the entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from email.utils import parseaddr

from flask import current_app
from flask_babel import force_locale, lazy_gettext
from flask_babel import gettext as _

from app.accounts import emails as accounts
from app.accounts.acting import Act, act_url
from app.accounts.models import User
from app.links import absolute
from app.meetings import words
from app.meetings.invitations import Entry, Guest, invitation
from app.meetings.models import Meeting, MeetingGuest
from app.outbox.models import MailCategory
from app.outbox.rendering import Mail, compose
from app.web import moment

TEMPLATE = "meetings/mail/meeting"


def offers(meeting: Meeting, by: User, own_id: int) -> list[Mail]:
    """Times to choose from, to everybody of the other side who is asked along; `by` may arrange it for others."""
    return [
        _letter(
            meeting,
            guest.user,
            key="offered",
            subject=lazy_gettext("Choose a time: %(title)s", title=meeting.title),
            lead=_lead("offered", guest.user, by),
            times=[one.starts_at for one in meeting.times],
        )
        for guest in _readers(meeting.guests)
        if guest.organization_id != own_id
    ]


def invitations(
    meeting: Meeting, moved_from: datetime | None = None, guests: Sequence[MeetingGuest] | None = None
) -> list[Mail]:
    """The booked time, to all or some; calendars take it as a new entry, or as an update of theirs."""
    what = "moved" if moved_from else "booked"
    subject = (
        lazy_gettext("Moved: %(title)s", title=meeting.title)
        if moved_from
        else lazy_gettext("Booked: %(title)s", title=meeting.title)
    )
    return [
        _letter(
            meeting,
            guest.user,
            key=what,
            subject=subject,
            lead=_lead(what, guest.user, meeting.organizer),
            moved_from=moved_from,
            calendar=invitation(entry_of(meeting)),
        )
        for guest in _readers(meeting.guests if guests is None else guests)
    ]


def farewell(meeting: Meeting, leaver: User, by: User) -> Mail:
    """That somebody else comes in their place: the entry leaves this one calendar."""
    ended = replace(entry_of(meeting), guests=[Guest(leaver.display_name, leaver.email)], is_cancelled=True)
    return _letter(
        meeting,
        leaver,
        key="left",
        subject=lazy_gettext("Without you: %(title)s", title=meeting.title),
        lead=_lead("left", leaver, by),
        calendar=invitation(ended),
    )


def cancellations(meeting: Meeting, by: User, reason: str, *, was_booked: bool) -> list[Mail]:
    """That it does not take place, to all but who called it off; booked ones leave every calendar."""
    return [
        _letter(
            meeting,
            guest.user,
            key="cancelled",
            subject=lazy_gettext("Called off: %(title)s", title=meeting.title),
            lead=_lead("cancelled", guest.user, by),
            reason=reason,
            calendar=invitation(entry_of(meeting)) if was_booked else "",
        )
        for guest in _readers(meeting.guests)
        if was_booked or guest.user_id != by.id
    ]


def reminders(meeting: Meeting, hours: int) -> list[Mail]:
    """So many hours before, to all."""
    return [
        _letter(
            meeting,
            guest.user,
            key=f"reminder-{hours}h",
            subject=lazy_gettext(
                "%(when)s: %(title)s",
                when=words.hour(meeting.starts_at, guest.user.zone) if meeting.starts_at else "",
                title=meeting.title,
            ),
            lead=_lead("reminder", guest.user, meeting.organizer),
        )
        for guest in _readers(meeting.guests)
    ]


def questions(meeting: Meeting) -> list[Mail]:
    """How it went, to all who have not said so; the page asks one thing."""
    return [
        _letter(
            meeting,
            guest.user,
            key="asked",
            subject=lazy_gettext("Did you meet? %(title)s", title=meeting.title),
            lead=_lead("asked", guest.user, meeting.organizer),
        )
        for guest in _readers(meeting.guests)
        if guest.says is None
    ]


def _reports(meeting: Meeting, to: User) -> list[tuple[str, str]]:
    """How it went, to be said from the letter, as (address, label)."""
    return [
        (act_url(to, Act.HELD, meeting.id), _("It took place")),
        (act_url(to, Act.NO_SHOW, meeting.id), _("They did not come")),
    ]


def entry_of(meeting: Meeting) -> Entry:
    """The meeting as calendars have it. The organizer there is Sangam, who sends all changes."""
    name, address = parseaddr(current_app.config["SETTINGS"].mail_from)
    if meeting.starts_at is None:
        raise ValueError("a meeting without a time is in no calendar")
    return Entry(
        uid=meeting.uid,
        sequence=meeting.sequence,
        starts_at=meeting.starts_at,
        minutes=meeting.minutes,
        title=meeting.title,
        description=_description(meeting),
        place=meeting.link,
        organizer=Guest(name, address),
        guests=[Guest(one.user.display_name, one.user.email, has_accepted=True) for one in meeting.guests],
        changed_at=meeting.changed_at,
        is_cancelled=meeting.state.value == "cancelled",
    )


def _description(meeting: Meeting) -> str:
    """Both clocks and the page, in plain English: one file goes to all, whatever they read."""
    with force_locale("en_US"):
        lines = [f"{clock.place}: {clock.words}" for clock in _clocks(meeting)]
    page = absolute("meetings.show", meeting_id=meeting.id)
    return "\n".join(part for part in [*lines, meeting.note, page] if part)


def _clocks(meeting: Meeting) -> list[words.Clock]:
    zones = [guest.user.zone for guest in meeting.guests]
    return words.clocks(meeting.starts_at, zones) if meeting.starts_at else []


def _lead(what: str, to: User, by: User) -> str:
    with force_locale(to.locale):
        return {
            "offered": _(
                "%(name)s offers you times for a meeting. Choose the one that suits you.",
                name=by.display_name,
            ),
            "booked": _("The time is agreed. The attached file puts it into your calendar."),
            "moved": _("The meeting has a new time. The attached file moves it in your calendar."),
            "cancelled": _("%(name)s has called this meeting off.", name=by.display_name),
            "left": _(
                "%(name)s has changed who takes part, and you do not need to come. The attached file takes the meeting out of your calendar.",
                name=by.display_name,
            ),
            "reminder": _("This meeting is coming up."),
            "asked": _(
                "Did it take place, and what happens next? Say so on its page: it takes a minute, and the other side is asked too."
            ),
        }[what]


def _readers(guests: Sequence[MeetingGuest]) -> list[MeetingGuest]:
    """Those who want to be written to; the others see it on its page and in their calendar feed."""
    return [guest for guest in guests if guest.user.wants_contact_mail]


def _letter(
    meeting: Meeting,
    to: User,
    *,
    key: str,
    subject: object,
    lead: str,
    calendar: str = "",
    times: list[datetime] | None = None,
    moved_from: datetime | None = None,
    reason: str = "",
) -> Mail:
    own, others = to.zone, [g.user.zone for g in meeting.guests if g.user_id != to.id]
    shown = times or ([meeting.starts_at] if meeting.starts_at else [])
    with force_locale(to.locale):
        clocks = [words.clocks(one, [own, *others]) for one in shown]
        before = moment(moved_from, own.key) if moved_from else ""
        answers = _reports(meeting, to) if key == "asked" else []
    return compose(
        TEMPLATE,
        key=f"meeting:{meeting.id}:{meeting.sequence}:{key}:{to.id}",
        category=MailCategory.INTRODUCTION,
        to=to,
        subject=subject,
        unsubscribe_url=accounts.unsubscribe_link(to, "contact"),
        calendar=calendar,
        meeting=meeting,
        lead=lead,
        clocks=clocks,
        before=before,
        reason=reason,
        answers=answers,
    )
