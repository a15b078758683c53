"""Reads of organizations, the people in them, and what people typed and have not saved."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.accounts.models import User
from app.audit.models import AuditEvent
from app.db import db
from app.errors import Forbidden, NotFound
from app.organizations.models import (
    LISTED_STATES,
    MemberRole,
    Membership,
    Organization,
    ProfileDraft,
    ProfileState,
)
from app.taxonomy import Kind

LARGEST_ID = 2**31 - 1


class MergedAway(NotFound):
    """Another profile of the same organization goes on in its place; pages lead there."""

    def __init__(self, kept_id: int) -> None:
        super().__init__()
        self.kept_id = kept_id


def memberships_of(user: User) -> Sequence[Membership]:
    """The organizations of a person and their role in each, by name."""
    return db.session.scalars(_SEATS, {"user_id": user.id}).all()


# Built once: most pages of who is signed in ask it.
_SEATS = (
    sa.select(Membership)
    .join(Membership.organization)
    .where(Membership.user_id == sa.bindparam("user_id"))
    .order_by(Organization.name, Organization.id)
)


def membership_of(user: User, organization_id: int) -> Membership | None:
    """What a person is in an organization; None for strangers and visitors."""
    if not user.is_authenticated or not 0 < organization_id <= LARGEST_ID:
        return None
    query = sa.select(Membership).where(
        Membership.organization_id == organization_id, Membership.user_id == user.id
    )
    return db.session.scalars(query).one_or_none()


def organization_for(user: User, organization_id: int) -> tuple[Organization, Membership]:
    """An organization of this person and their place in it; raises `NotFound` for everybody else."""
    membership = membership_of(user, organization_id)
    if membership is None:
        raise NotFound
    require_living(membership.organization)
    return membership.organization, membership


def require_living(organization: Organization) -> None:
    """Raise `MergedAway` for a profile that another one took in."""
    if organization.merged_into_id is not None:
        raise MergedAway(organization.merged_into_id)


def editable_by(user: User, organization_id: int) -> Organization:
    """An organization this person may change; its viewers get `Forbidden`, strangers `NotFound`."""
    organization, membership = organization_for(user, organization_id)
    if not membership.can_edit:
        raise Forbidden
    return organization


def owned_by(user: User, organization_id: int) -> tuple[Organization, Membership]:
    """An organization this person owns; its editors and viewers get `Forbidden`, strangers `NotFound`."""
    organization, membership = organization_for(user, organization_id)
    if membership.role is not MemberRole.OWNER:
        raise Forbidden
    return organization, membership


def public_profile(user: User, organization_id: int) -> tuple[Organization, Membership | None]:
    """A profile as this person or visitor may read it; drafts are there for their own people only."""
    membership = membership_of(user, organization_id)
    if membership is not None:
        require_living(membership.organization)
        return membership.organization, membership
    # A draft is found as little as what does not exist, by the same statement.
    open_to_all = sa.or_(Organization.state.in_(LISTED_STATES), Organization.merged_into_id.is_not(None))
    query = sa.select(Organization).where(Organization.id == organization_id, open_to_all)
    organization = db.session.scalars(query).one_or_none() if 0 < organization_id <= LARGEST_ID else None
    if organization is None:
        raise NotFound
    require_living(organization)
    return organization, None


def people_of(organization_id: int, can_edit: bool = False) -> Sequence[User]:
    """Active people of an organization, or only those who may edit and answer for it."""
    query = (
        sa.select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.organization_id == organization_id,
            User.confirmed_at.is_not(None),
            User.deactivated_at.is_(None),
        )
        .order_by(User.id)
    )
    if can_edit:
        query = query.where(Membership.role.in_((MemberRole.OWNER, MemberRole.EDITOR)))
    return db.session.scalars(query).all()


def memberships_in(organization_id: int) -> Sequence[Membership]:
    """Everybody in an organization, owners first."""
    rank = sa.case({"owner": 0, "editor": 1}, value=Membership.role, else_=2)
    query = (
        sa.select(Membership)
        .where(Membership.organization_id == organization_id)
        .order_by(rank, Membership.id)
        .limit(500)
    )
    return db.session.scalars(query).all()


def sees_raises(user: User) -> bool:
    """Whether raise terms are open to this person: those who own a listed investor organization."""
    if not user.is_authenticated:
        return False
    query = sa.exists().where(
        Membership.user_id == user.id,
        Membership.role == MemberRole.OWNER,
        Organization.id == Membership.organization_id,
        Organization.kind == Kind.INVESTOR,
        Organization.state == ProfileState.LISTED,
    )
    return bool(db.session.scalar(sa.select(query)))


def draft_of(user: User, organization_id: int) -> dict[str, dict[str, list[str]]]:
    """What this person typed and has not saved, by step and field."""
    query = sa.select(ProfileDraft.typed).where(
        ProfileDraft.organization_id == organization_id, ProfileDraft.user_id == user.id
    )
    return db.session.scalars(query).one_or_none() or {}


def last_saver(organization_id: int) -> User | None:
    """Who last saved the profile."""
    query = (
        sa.select(User)
        .join(AuditEvent, AuditEvent.actor_id == User.id)
        .where(
            AuditEvent.subject_type == "organization",
            AuditEvent.subject_id == str(organization_id),
            AuditEvent.action == "organization.saved",
        )
        .order_by(AuditEvent.number.desc())
        .limit(1)
    )
    return db.session.scalars(query).one_or_none()
