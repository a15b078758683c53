"""Register numbers of organizations: stated by their editors, confirmed by managers, read by few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from app import clock
from app.accounts.models import Role, User
from app.audit import services as audit
from app.db import db
from app.errors import Forbidden, NotFound, RuleBroken
from app.organizations import identifiers, queries
from app.organizations.identifiers import Scheme
from app.organizations.models import Identifier, MemberRole, Organization

VERIFIERS = (Role.PROGRAM_MANAGER, Role.ADMINISTRATOR)
MOST = 60


class AlreadyStated(RuleBroken):
    """The organization has stated this number, or another one of a register that gives only one."""


@dataclass(frozen=True)
class Shown:
    """A number as one reader may see it: whole or masked."""

    id: int
    name: str
    value: str
    added_at: datetime
    confirmed_at: datetime | None


@dataclass(frozen=True)
class Badge:
    """What everybody may know: that a number of this register was stated, and whether somebody confirmed it."""

    name: str
    is_confirmed: bool


def reader_of(user: User, organization_id: int) -> tuple[Organization, MemberRole | None]:
    """An organization and what this reader is in it (None for a verifier); raises `NotFound` for everybody else."""
    membership = queries.membership_of(user, organization_id)
    if membership is not None:
        queries.require_living(membership.organization)
        return membership.organization, membership.role
    if not user.has_role(*VERIFIERS):
        raise NotFound
    return queries.public_profile(user, organization_id)[0], None


def shown_to(role: MemberRole | None, organization_id: int) -> list[Shown]:
    """Numbers as owners and verifiers see them, or masked for editors and viewers."""
    is_open = role in (None, MemberRole.OWNER)
    return [
        Shown(
            one.id,
            identifiers.RULES[one.scheme].name,
            one.value if is_open else identifiers.masked(one.value),
            one.added_at,
            one.confirmed_at,
        )
        for one in _stated(organization_id)
    ]


def badges_of(organization_id: int) -> list[Badge]:
    """One badge a register, confirmed when any of its numbers is."""
    found: dict[Scheme, bool] = {}
    for one in _stated(organization_id):
        found[one.scheme] = found.get(one.scheme, False) or one.is_confirmed
    return [Badge(identifiers.RULES[scheme].name, is_confirmed) for scheme, is_confirmed in found.items()]


def _stated(organization_id: int) -> Sequence[Identifier]:
    query = (
        sa.select(Identifier)
        .where(Identifier.organization_id == organization_id)
        .order_by(Identifier.scheme, Identifier.id)
        .limit(MOST)
    )
    return db.session.scalars(query).all()


def state(organization: Organization, scheme: Scheme, value: str, by: User) -> Identifier:
    """Add a number, already normalized; raises `AlreadyStated`."""
    db.session.execute(sa.select(Organization.id).where(Organization.id == organization.id).with_for_update())
    stated = _stated(organization.id)
    same = [one for one in stated if one.scheme is scheme]
    rule = identifiers.RULES[scheme]
    if len(stated) >= MOST or any(one.value == value for one in same) or (same and not rule.many):
        raise AlreadyStated(
            _("A %(scheme)s is already stated. Remove it first if it is wrong.", scheme=rule.name)
        )
    identifier = Identifier(organization_id=organization.id, scheme=scheme, value=value, added_at=clock.now())
    db.session.add(identifier)
    db.session.flush()
    _record("identifier_stated", organization.id, scheme, by)
    return identifier


def remove(organization: Organization, identifier_id: int, by: User) -> None:
    """Take a number back; what a verifier said of it goes with it."""
    identifier = _of(organization.id, identifier_id)
    db.session.delete(identifier)
    _record("identifier_removed", organization.id, identifier.scheme, by)


def confirm(organization_id: int, identifier_id: int, by: User) -> None:
    """Say that a register knows this organization by this number; raises `Forbidden` for its own people."""
    if queries.membership_of(by, organization_id) is not None:
        raise Forbidden
    identifier = _of(organization_id, identifier_id)
    if identifier.is_confirmed:
        return
    identifier.confirmed_by_id, identifier.confirmed_at = by.id, clock.now()
    _record("identifier_confirmed", organization_id, identifier.scheme, by)


def _of(organization_id: int, identifier_id: int) -> Identifier:
    query = sa.select(Identifier).where(
        Identifier.organization_id == organization_id, Identifier.id == identifier_id
    )
    found = db.session.scalars(query).one_or_none() if identifier_id <= queries.LARGEST_ID else None
    if found is None:
        raise NotFound
    return found


def _record(action: str, organization_id: int, scheme: Scheme, by: User) -> None:
    """The register is written down, the number never: an audit trail is read by more people."""
    audit.record(
        f"organization.{action}", ("organization", organization_id), by=by.id, detail={"scheme": scheme.value}
    )
