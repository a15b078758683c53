"""The letters of introductions: both said yes, an answer is missing, time is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _

from app.accounts import acting
from app.accounts import emails as accounts
from app.accounts.models import User
from app.introductions import line_queries, queries
from app.introductions.sides import last_day_before
from app.matching import mirrored, reasons, redaction
from app.matching.models import Match
from app.organizations.models import Organization
from app.outbox.models import MailCategory
from app.outbox.rendering import Mail, compose

TEMPLATE = "introductions/mail/introduction"


def introduction(match: Match) -> Iterator[Mail]:
    """One letter to each owner and editor of both sides; who sits on both gets one."""
    people = queries.answerers_of([match.india_id, match.us_id])
    lines = line_queries.lines_of(match)
    written: set[int] = set()
    for own in (match.india, match.us):
        for person in people[own.id]:
            if person.id not in written and person.wants_contact_mail:
                written.add(person.id)
                yield _letter(match, own, person, people, lines)


def _letter(
    match: Match, own: Organization, to: User, people: dict[int, list[User]], lines: dict[int, str]
) -> Mail:
    partner = match.partner_of(own)
    return compose(
        TEMPLATE,
        key=f"introduction:{match.id}:{to.id}",
        category=MailCategory.INTRODUCTION,
        to=to,
        subject=_("%(ours)s, meet %(theirs)s", ours=own.name, theirs=partner.name),
        unsubscribe_url=accounts.unsubscribe_link(to, "contact"),
        match=match,
        own=own,
        partner=partner,
        own_contact=next(iter(people[own.id]), None),
        partner_contact=next(iter(people[partner.id]), None),
        lines=lines,
        # Called while the letter is rendered, in the reader's language.
        why_us=lambda: reasons.sentences(match, own.country),
        why_them=lambda: mirrored.sentences(match, partner.country),
    )


def reminder(match: Match, own: Organization, to: User, until: datetime) -> Mail:
    """A match still waits for an answer; once a person and match."""
    return compose(
        "introductions/mail/reminder",
        key=f"reminder:{match.id}:{to.id}",
        category=MailCategory.MATCH,
        to=to,
        subject=_("A partner for %(name)s still waits for your answer", name=own.name),
        unsubscribe_url=accounts.unsubscribe_link(to, "match"),
        match=match,
        own=own,
        last_day=last_day_before(until, to.zone),
        answers=lambda: acting.answers_to(to, match.id, own.id),
        **_teaser(match, own),
    )


def expired(match: Match, own: Organization) -> Iterator[Mail]:
    """To the people of a side that had said yes: the match is closed; why is not told."""
    for to in queries.answerers_of([own.id])[own.id]:
        if to.wants_match_mail:
            yield compose(
                "introductions/mail/expired",
                key=f"expired:{match.id}:{to.id}",
                category=MailCategory.MATCH,
                to=to,
                subject=_("A match for %(name)s is closed", name=own.name),
                unsubscribe_url=accounts.unsubscribe_link(to, "match"),
                match=match,
                own=own,
                **_teaser(match, own),
            )


def _teaser(match: Match, own: Organization) -> dict[str, Any]:
    """What may be told before both said yes; called while the letter is rendered, in the reader's language."""
    partner = match.partner_of(own)
    hidden = redaction.pattern(redaction.names_of_organization(partner))
    return {
        "title": lambda: reasons.teaser(partner).title,
        "why_us": lambda: [
            redaction.redacted(text, hidden) for text in reasons.sentences(match, own.country)
        ],
    }
