"""The letter that asks the other side to confirm a milestone."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import lazy_gettext as _

from app.accounts import emails as accounts
from app.introductions import queries as introductions
from app.outbox.models import MailCategory
from app.outbox.rendering import Mail, compose
from app.outcomes import wording
from app.outcomes.models import Milestone


def to_confirm(milestone: Milestone) -> list[Mail]:
    """One letter to each owner and editor of the other side."""
    other = milestone.match.partner_of(milestone.organization)
    letters = []
    for person in introductions.answerers_of([other.id])[other.id]:
        if not person.wants_contact_mail:
            continue
        with force_locale(person.locale):
            what = str(wording.MILESTONES[milestone.kind])
        letters.append(
            compose(
                "outcomes/mail/confirm",
                key=f"milestone:{milestone.id}:{person.id}",
                category=MailCategory.INTRODUCTION,
                to=person,
                subject=_("Is it so? %(what)s, with %(name)s", what=what, name=milestone.organization.name),
                unsubscribe_url=accounts.unsubscribe_link(person, "contact"),
                milestone=milestone,
                what=what,
                own=other,
            )
        )
    return letters
