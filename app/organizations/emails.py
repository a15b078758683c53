"""The letters organizations write."""

from __future__ import annotations

import hashlib

from flask_babel import lazy_gettext as _

from app import clock, links
from app.accounts.emails import Addressee
from app.accounts.models import User
from app.organizations.models import Invitation, Organization
from app.outbox.models import MailCategory
from app.outbox.rendering import Mail, compose


def invitation(invited: Invitation, token: str, by: User) -> Mail:
    """Asks somebody to belong to an organization; the link in it works once."""
    organization = invited.organization
    return compose(
        "organizations/mail/invitation",
        key=f"invitation:{invited.id}:{invited.sent}",
        category=MailCategory.ACCOUNT,
        to=Addressee(invited.email, by.locale),
        subject=_("%(name)s invites you to Sangam", name=organization.name),
        organization=organization,
        by=by,
        invitation=invited,
        join_url=links.absolute("organizations.invitations.show", token=token),
    )


def access_asked(organization: Organization, to: User, by: User, *, is_owner: bool) -> Mail:
    """Tells an owner, or a program manager where nobody owns it, that a person wants to belong to an organization."""
    return compose(
        "organizations/mail/access_asked",
        key=_key(f"access-{by.id}", organization, to.email),
        category=MailCategory.ACCOUNT,
        to=to,
        subject=_("%(person)s asks for access to %(name)s", person=by.display_name, name=organization.name),
        organization=organization,
        by=by,
        is_owner=is_owner,
        page_url=links.absolute(
            "organizations.people.index" if is_owner else "organizations.show",
            organization_id=organization.id,
        ),
    )


def merged(kept: Organization, absorbed: Organization, to: User, merge_id: int) -> Mail:
    """Tells people of both profiles that one goes on in place of two."""
    return compose(
        "organizations/mail/merged",
        key=f"merged:{merge_id}:{to.id}",
        category=MailCategory.ACCOUNT,
        to=to,
        subject=_("Two profiles of %(name)s are one now", name=kept.name),
        kept=kept,
        absorbed=absorbed,
        page_url=links.absolute("organizations.show", organization_id=kept.id),
    )


def _key(letter: str, organization: Organization, email: str) -> str:
    """One such letter a day to one address."""
    digest = hashlib.sha256(email.encode()).hexdigest()[:24]
    return f"{letter}:{organization.id}:{digest}:{clock.now():%Y-%m-%d}"
