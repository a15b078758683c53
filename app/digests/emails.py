"""The weekly letter."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from itertools import chain
from typing import Any

from flask_babel import force_locale, format_date, format_time, lazy_gettext, ngettext
from flask_babel import gettext as _

from app.accounts import acting
from app.accounts import emails as accounts
from app.accounts.models import User
from app.claims import links as claim_links
from app.digests import member_week, queries
from app.digests.member_week import MemberPart
from app.digests.queries import Content
from app.digests.weeks import Hour
from app.introductions.sides import Side
from app.meetings import words as meeting_words
from app.meetings.models import Meeting
from app.outbox import bars
from app.outbox.models import MailCategory
from app.outbox.rendering import Mail, compose
from app.outcomes import wording as outcome_words
from app.web import day

TEMPLATE = "digests/mail/weekly"
# Any Monday names the days of a week.
MONDAY = datetime.date(2026, 1, 5)
_WORDS = {
    2: lazy_gettext("Two"),
    3: lazy_gettext("Three"),
    4: lazy_gettext("Four"),
    5: lazy_gettext("Five"),
    6: lazy_gettext("Six"),
    7: lazy_gettext("Seven"),
    8: lazy_gettext("Eight"),
    9: lazy_gettext("Nine"),
    10: lazy_gettext("Ten"),
}


def weekly(content: Content) -> Mail:
    """The letter of one person's week."""
    user = content.user
    with force_locale(user.locale):
        subject = needs_line(content)
    return compose(
        TEMPLATE,
        key=f"digest:{user.id}:{content.week}",
        category=MailCategory.DIGEST,
        to=user,
        subject=subject,
        unsubscribe_url=accounts.unsubscribe_link(user, "digest"),
        act=acting.acts_of(user),
        answers=lambda side: acting.answers_to(user, side.match.id, side.organization.id),
        question_url=claim_links.address_of(content.question.claim, user) if content.question else "",
        **told(content),
    )


def told(content: Content) -> dict[str, Any]:
    """What the letter and its preview are written with."""
    return {
        "content": content,
        "member": content.member,
        "manager": content.manager,
        "news": content.news,
        "question": content.question,
        "why": queries.why,
        "asked_until": _asked_until,
        "comes": lambda: _comes(content.wish.hour),
        "bars": bars.address,
        "clocks": lambda meeting: _clocks(meeting, content.user),
        "met": lambda meeting: _met(meeting, content.user),
        "MILESTONES": outcome_words.MILESTONES,
        "most_meetings": member_week.MOST_MEETINGS,
        "most_asked": member_week.MOST_ASKED,
    }


def _comes(hour: Hour) -> str:
    """The hour of the week at which the letter comes, in the reader's words."""
    at = datetime.datetime.combine(
        MONDAY + datetime.timedelta(days=hour.weekday - 1), datetime.time(hour.hour)
    )
    weekday, clock = format_date(at, "EEEE"), format_time(at.time(), "short", rebase=False)
    return _("%(weekday)s at %(clock)s", weekday=weekday, clock=clock)


def _asked_until(side: Side) -> str:
    """Until when this match takes an answer."""
    last = side.last_day
    if last is None:
        return ""
    return _("Please answer today.") if side.is_last_day else _("Please answer by %(day)s.", day=day(last))


def _clocks(meeting: Meeting, user: User) -> str:
    """When a booked meeting is, on the reader's clock first, then on the others'."""
    zones = [user.zone, *(guest.user.zone for guest in meeting.guests)]
    return meeting_words.on_one_line(meeting.starts_at, zones) if meeting.starts_at else ""


def _met(meeting: Meeting, user: User) -> str:
    """Whom the reader meets."""
    own = {guest.organization_id for guest in meeting.guests if guest.user_id == user.id}
    others = [guest.organization.name for guest in meeting.guests if guest.organization_id not in own]
    return ", ".join(dict.fromkeys(others)) or meeting.title


def needs_line(content: Content) -> str:
    """What needs the person, in one line: the subject, and the letter's first words."""
    parts = [*_member_needs(content), _manager_needs(content)]
    return " · ".join(part for part in parts if part) or _news(content)


def _member_needs(content: Content) -> Iterator[str]:
    member = content.member
    if count := len(member.to_answer):
        yield ngettext(
            "One answer waits for you", "%(count)s answers wait for you", count, count=_words(count)
        )
    if count := len(member.to_choose):
        yield ngettext(
            "One meeting time to choose", "%(count)s meeting times to choose", count, count=_words(count)
        )
    if count := len(member.to_report):
        yield ngettext(
            "One meeting to report on", "%(count)s meetings to report on", count, count=_words(count)
        )
    if count := len(member.to_confirm):
        yield ngettext("One result to confirm", "%(count)s results to confirm", count, count=_words(count))
    if content.question:
        yield _("One question about your profile")


def _manager_needs(content: Content) -> str:
    late, waiting = content.manager.late, content.manager.open
    if late:
        return ngettext("One decision is late", "%(count)s decisions are late", late, count=_words(late))
    if waiting:
        return ngettext(
            "One decision waits for you", "%(count)s decisions wait for you", waiting, count=_words(waiting)
        )
    return ""


def _news(content: Content) -> str:
    """What is worth a letter though nothing is asked of the person: the first there is."""
    return next(chain(_news_of_pairs(content.member), _other_news(content)), _("Your week at Sangam"))


def _news_of_pairs(member: MemberPart) -> Iterator[str]:
    if count := len(member.introduced):
        yield ngettext("One new introduction", "%(count)s new introductions", count, count=_words(count))
    if member.has_new_messages:
        count = sum(one.count for one in member.unread)
        yield ngettext("One new message", "%(count)s new messages", count, count=_words(count))
    if count := len(member.said_yes):
        yield ngettext(
            "Your yes waits for the other side",
            "%(count)s of your yeses wait for the other side",
            count,
            count=_words(count),
        )
    if count := member.new_in_review:
        yield ngettext(
            "One new match is in review", "%(count)s new matches are in review", count, count=_words(count)
        )


def _other_news(content: Content) -> Iterator[str]:
    member = content.member
    if count := sum(one.count for one in content.news):
        yield ngettext(
            "One new organization for your searches",
            "%(count)s new organizations for your searches",
            count,
            count=_words(count),
        )
    if member.outcome:
        yield _("One question about an introduction")
    if count := len(member.coming):
        yield ngettext(
            "One meeting in the next days",
            "%(count)s meetings in the next days",
            count,
            count=_words(count),
        )
    if count := len(member.calls):
        yield ngettext("One call that fits you", "%(count)s calls that fit you", count, count=_words(count))


def _words(count: int) -> str:
    return str(_WORDS.get(count, count))
