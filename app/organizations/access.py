"""Ask those who look after a profile to be let in, instead of registering the organization again."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from app.accounts.models import Role, User
from app.audit import services as audit
from app.db import db
from app.errors import RuleBroken
from app.organizations import emails, queries
from app.organizations.models import MemberRole, Organization
from app.outbox import services as outbox

_MOST_MANAGERS = 20


class AlreadyInside(RuleBroken):
    """Who asks belongs to the organization."""


def ask(organization: Organization, by: User) -> None:
    """Write to the owners, or to the program managers where there are none; once a day to each."""
    people = queries.memberships_in(organization.id)
    if any(one.user_id == by.id for one in people):
        raise AlreadyInside(_("You belong to this organization already."))
    owners = [one.user for one in people if one.role is MemberRole.OWNER and one.user.is_active]
    for to in owners or _managers():
        outbox.enqueue(emails.access_asked(organization, to, by, is_owner=bool(owners)))
    audit.record("organization.access_asked", ("organization", organization.id), by=by.id)


def _managers() -> list[User]:
    query = sa.select(User).where(
        User.role.in_((Role.PROGRAM_MANAGER, Role.ADMINISTRATOR)),
        User.confirmed_at.is_not(None),
        User.deactivated_at.is_(None),
    )
    return list(db.session.scalars(query.order_by(User.id).limit(_MOST_MANAGERS)))
