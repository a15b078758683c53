"""What changes who belongs to an organization: invitations, roles, advisers, leaving."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from app import clock
from app.accounts import queries as accounts
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import Forbidden, NotFound, RuleBroken
from app.organizations import emails, people_queries, queries
from app.organizations.models import Adviser, Invitation, MemberRole, Membership, Organization, ProfileDraft
from app.outbox import services as outbox

VALID = timedelta(days=14)


class LastOwner(RuleBroken):
    """An organization always has an owner."""


class AdviserOwns(RuleBroken):
    """An adviser acts for an organization and never owns it."""


class OtherAddress(RuleBroken):
    """An invitation is for one address."""


def invite(
    organization: Organization, email: str, role: MemberRole, by: User, *, is_adviser: bool = False
) -> None:
    """Mail an invitation; for an adviser it is the consent too. Who asks is told the same for known and unknown addresses."""
    _lock_owned(organization, by)
    _require_may(role, is_adviser=is_adviser)
    user = accounts.user_by_email(email)
    if user is not None and queries.membership_of(user, organization.id) is not None:
        return
    open_ = people_queries.open_invitation(organization.id, email)
    if open_ is not None and open_.expires_at > clock.now():
        _offer_other(open_, role, by, is_adviser=is_adviser)
        return
    if open_ is not None:
        open_.withdrawn_at = clock.now()
        db.session.flush()
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        organization=organization,
        email=email,
        role=role,
        is_adviser=is_adviser,
        token_hash=accounts.token_hash(token),
        invited_by=by,
        created_at=clock.now(),
        expires_at=clock.now() + VALID,
    )
    db.session.add(invitation)
    _send("invited", invitation, token, by)


def _offer_other(invitation: Invitation, role: MemberRole, by: User, *, is_adviser: bool) -> None:
    """The link that is out leads to what was asked for last."""
    if (invitation.role, invitation.is_adviser) == (role, is_adviser):
        return
    invitation.role, invitation.is_adviser, invitation.invited_by = role, is_adviser, by
    detail = {"invitation": invitation.id, "role": role.value}
    _record("invitation_changed", invitation.organization, by, detail)


def resend(organization: Organization, invitation_id: int, by: User) -> None:
    """Mail it again with a new link; the old one works no more."""
    _lock_owned(organization, by)
    invitation = _invitation(organization, invitation_id)
    token = secrets.token_urlsafe(32)
    invitation.token_hash = accounts.token_hash(token)
    invitation.expires_at = clock.now() + VALID
    invitation.sent += 1
    _send("invited_again", invitation, token, by)


def withdraw(organization: Organization, invitation_id: int, by: User) -> None:
    """Make an invitation worth nothing."""
    _lock_owned(organization, by)
    invitation = _invitation(organization, invitation_id)
    invitation.withdrawn_at = clock.now()
    _record("invitation_withdrawn", organization, by, {"invitation": invitation.id})


def accept(token: str, by: User) -> Organization:
    """Join with the link that came by mail. Raises `NotFound` for a dead link, `OtherAddress`."""
    found = people_queries.live_invitation(token)
    _lock(found.organization)
    # As it is now that nobody else can use, renew or withdraw it.
    db.session.refresh(found)
    if not found.is_open(clock.now()) or found.token_hash != accounts.token_hash(token):
        raise NotFound
    if found.email != by.email:
        raise OtherAddress(_("This invitation is for another address. Sign in with the invited one."))
    found.accepted_at = clock.now()
    if queries.membership_of(by, found.organization_id) is None:
        _join(found, by)
    return found.organization


def change_role(organization: Organization, membership_id: int, role: MemberRole, by: User) -> None:
    """Give a person another role; raises `LastOwner` when nobody would own the organization, `AdviserOwns`."""
    _lock_owned(organization, by)
    membership = _membership(organization, membership_id)
    if membership.role is role:
        return
    _require_may(role, is_adviser=membership.adviser is not None)
    if membership.role is MemberRole.OWNER:
        _require_other_owner(organization, membership)
        _withdraw_those_of(organization, membership.user_id)
    membership.role = role
    _record("role_changed", organization, by, {"user": membership.user_id, "role": role.value})


def remove_person(organization: Organization, membership_id: int, by: User) -> None:
    """Take a person out, or leave; raises `LastOwner` when nobody would own the organization."""
    _lock(organization)
    membership = _membership(organization, membership_id)
    if membership.user_id != by.id:
        _require_owner(organization, by)
    if membership.role is MemberRole.OWNER:
        _require_other_owner(organization, membership)
    _withdraw_those_of(organization, membership.user_id)
    db.session.execute(
        sa.delete(ProfileDraft).where(
            ProfileDraft.organization_id == organization.id, ProfileDraft.user_id == membership.user_id
        )
    )
    db.session.delete(membership)
    _record("person_removed", organization, by, {"user": membership.user_id})


def _send(action: str, invitation: Invitation, token: str, by: User) -> None:
    db.session.flush()
    outbox.enqueue(emails.invitation(invitation, token, by))
    _record(action, invitation.organization, by, {"invitation": invitation.id, "role": invitation.role.value})


def _join(invitation: Invitation, by: User) -> None:
    membership = Membership(
        organization_id=invitation.organization_id,
        user_id=by.id,
        role=invitation.role,
        created_at=clock.now(),
    )
    if invitation.is_adviser:
        membership.adviser = Adviser(
            consented_by_id=invitation.invited_by_id, consented_at=invitation.created_at
        )
    db.session.add(membership)
    db.session.flush()
    detail = {"user": by.id, "role": invitation.role.value, "adviser": invitation.is_adviser}
    _record("person_added", invitation.organization, by, {**detail, "consent": invitation.invited_by_id})


def _withdraw_those_of(organization: Organization, user_id: int) -> None:
    """Whoever may not invite any more has no invitations out."""
    these = (
        Invitation.organization_id == organization.id,
        Invitation.invited_by_id == user_id,
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
    )
    db.session.execute(sa.update(Invitation).where(*these).values(withdrawn_at=clock.now()))


def _require_may(role: MemberRole, *, is_adviser: bool) -> None:
    if is_adviser and role is MemberRole.OWNER:
        raise AdviserOwns(_("An adviser acts for an organization and cannot own it."))


def _lock_owned(organization: Organization, by: User) -> None:
    _lock(organization)
    _require_owner(organization, by)


def _lock(organization: Organization) -> None:
    """Let only one transaction at a time change who belongs to an organization."""
    db.session.execute(sa.select(Organization.id).where(Organization.id == organization.id).with_for_update())


def _invitation(organization: Organization, invitation_id: int) -> Invitation:
    query = (
        sa.select(Invitation)
        .where(
            Invitation.organization_id == organization.id,
            Invitation.id == min(invitation_id, queries.LARGEST_ID),
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .execution_options(populate_existing=True)
    )
    invitation = db.session.scalars(query).one_or_none()
    if invitation is None:
        raise NotFound
    return invitation


def _membership(organization: Organization, membership_id: int) -> Membership:
    """A membership as it is now that the organization is locked."""
    if membership_id > queries.LARGEST_ID:
        raise NotFound
    query = (
        sa.select(Membership)
        .where(Membership.organization_id == organization.id, Membership.id == membership_id)
        .execution_options(populate_existing=True)
    )
    membership = db.session.scalars(query).one_or_none()
    if membership is None:
        raise NotFound
    return membership


def _require_owner(organization: Organization, by: User) -> None:
    """The view saw an owner; meanwhile another owner may have changed that."""
    if by.id not in _owners(organization):
        raise Forbidden


def _require_other_owner(organization: Organization, membership: Membership) -> None:
    if not _owners(organization) - {membership.user_id}:
        raise LastOwner(
            _("An organization always has an owner. Make somebody else an owner first, then try again.")
        )


def _owners(organization: Organization) -> set[int]:
    query = sa.select(Membership.user_id).where(
        Membership.organization_id == organization.id, Membership.role == MemberRole.OWNER
    )
    return set(db.session.scalars(query))


def _record(action: str, organization: Organization, by: User, detail: dict[str, Any]) -> None:
    audit.record(f"organization.{action}", ("organization", organization.id), by=by.id, detail=detail)
