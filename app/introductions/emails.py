"""The letter that introduces two organizations."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import lazy_gettext as _

from app.accounts import emails as accounts
from app.accounts.models import User
from app.introductions import queries
from app.matching import mirrored, reasons
from app.matching.models import Match
from app.organizations.models import Organization
from app.outbox.models import MailCategory
from app.outbox.rendering import Mail, compose

TEMPLATE = "introductions/mail/introduction"


def introduction(match: Match) -> Iterator[Mail]:
    """One letter to each owner and editor of both sides; who sits on both gets one."""
    people = queries.answerers_of([match.india_id, match.us_id])
    written: set[int] = set()
    for own in (match.india, match.us):
        for person in people[own.id]:
            if person.id not in written and person.wants_contact_mail:
                written.add(person.id)
                yield _letter(match, own, person, people)


def _letter(match: Match, own: Organization, to: User, people: dict[int, list[User]]) -> Mail:
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
        # Called while the letter is rendered, in the reader's language.
        why_us=lambda: reasons.sentences(match, own.country),
        why_them=lambda: mirrored.sentences(match, partner.country),
    )
