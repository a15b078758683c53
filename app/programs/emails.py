"""The letters about taking part in a program."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask_babel import lazy_gettext as _

from app import links
from app.accounts.models import User
from app.organizations import queries as organizations
from app.outbox.models import MailCategory
from app.outbox.rendering import Mail, compose
from app.programs import wording
from app.programs.models import Participation

# One of the letters below.
Letter = Callable[[Participation, User], Mail]


def to_people(found: Participation, letter: Letter) -> Iterator[Mail]:
    """The letter, to each of those who may act on it."""
    for user in organizations.people_of(found.organization_id, can_edit=True):
        yield letter(found, user)


def invited(found: Participation, to: User) -> Mail:
    """Asks an organization to take part."""
    return _letter("invited", found, to, _("%(program)s invites you", program=found.program.name))


def accepted(found: Participation, to: User) -> Mail:
    """Tells that it has a place."""
    return _letter("accepted", found, to, _("You have a place: %(program)s", program=found.program.name))


def waitlisted(found: Participation, to: User) -> Mail:
    """Tells that it waits for a place."""
    subject = _("You are on the waiting list: %(program)s", program=found.program.name)
    return _letter("waitlisted", found, to, subject)


def declined(found: Participation, to: User) -> Mail:
    """Tells politely why it is not taken."""
    return _letter("declined", found, to, _("No place this time: %(program)s", program=found.program.name))


def _letter(name: str, found: Participation, to: User, subject: object) -> Mail:
    return compose(
        f"programs/mail/{name}",
        key=f"participation:{found.id}:{found.version}:{name}:{to.id}",
        category=MailCategory.ACCOUNT,
        to=to,
        subject=subject,
        organization=found.organization,
        program=found.program,
        reason=wording.DECLINED[found.reason_code] if found.reason_code else "",
        note=found.note,
        page_url=links.absolute("programs.ours", organization_id=found.organization_id),
    )
