"""The letters matching writes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from flask_babel import force_locale
from flask_babel import lazy_gettext as _

from app.accounts import acting
from app.accounts.emails import unsubscribe_link
from app.accounts.models import User
from app.matching import mirrored, reasons, redaction
from app.matching.models import Match
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.outbox.models import MailCategory
from app.outbox.rendering import Mail, compose
from app.taxonomy import Country


def proposals(match: Match, note: str = "") -> list[Mail]:
    """An approved match, told to the people of both sides; each hears of the other as a teaser, and what a manager adds."""
    return [_proposal(match, side, user, note) for side in Country for user in _people(match.side(side))]


def _people(organization: Organization) -> list[User]:
    people = organizations.people_of(organization.id, can_edit=True)
    return [user for user in people if user.wants_match_mail]


def _proposal(match: Match, side: Country, user: User, note: str) -> Mail:
    own = match.side(side)
    other = match.partner_of(own)
    hidden = redaction.pattern(redaction.names_of_organization(other))
    (note,) = _without([note], hidden)
    with force_locale(user.locale):
        why_you = _without(reasons.sentences(match, side), hidden)
        why_they = _without(mirrored.sentences(match, side.other), hidden)
        found = reasons.teaser(other)
        partner = replace(
            found,
            needs=_without(found.needs, hidden),
            offers=_without(found.offers, hidden),
        )
    return compose(
        "matching/mail/proposal",
        key=f"proposal:{match.id}:{user.id}",
        category=MailCategory.MATCH,
        to=user,
        subject=_("A partner for %(name)s waits for your answer", name=own.name),
        unsubscribe_url=unsubscribe_link(user, "match"),
        match=match,
        own=own,
        partner=partner,
        note=note,
        why_you=why_you,
        why_they=why_they,
        answers=lambda: acting.answers_to(user, match.id, own.id),
    )


def _without(texts: list[str], hidden: re.Pattern[str] | None) -> list[str]:
    return [redaction.redacted(text, hidden) for text in texts]


def questions(match: Match, note: str, sides: Iterable[str]) -> list[Mail]:
    """A manager's question before a match can be decided, to the people of the asked sides."""
    asked = [Country.INDIA if side == "india" else Country.UNITED_STATES for side in sides]
    return [_question(match, note, side, user) for side in asked for user in _people(match.side(side))]


def _question(match: Match, note: str, side: Country, user: User) -> Mail:
    own = match.side(side)
    return compose(
        "matching/mail/question",
        key=f"question:{match.id}:{match.version}:{user.id}",
        category=MailCategory.MATCH,
        to=user,
        subject=_("A question about %(name)s", name=own.name),
        unsubscribe_url=unsubscribe_link(user, "match"),
        own=own,
        note=note,
    )
