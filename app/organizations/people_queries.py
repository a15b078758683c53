"""Reads of invitations and advisers."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app import clock
from app.accounts import queries as accounts
from app.db import db
from app.errors import NotFound
from app.organizations.models import Invitation, Membership

_OPEN = (Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))


def open_invitation(organization_id: int, email: str) -> Invitation | None:
    """What was sent to this address and neither used nor withdrawn; it may have expired."""
    query = sa.select(Invitation).where(
        Invitation.organization_id == organization_id, Invitation.email == email, *_OPEN
    )
    return db.session.scalars(query).one_or_none()


def open_invitations(organization_id: int) -> Sequence[Invitation]:
    """What still waits for an answer, newest first, expired ones too."""
    query = sa.select(Invitation).where(Invitation.organization_id == organization_id, *_OPEN)
    return db.session.scalars(query.order_by(Invitation.id.desc()).limit(200)).all()


def live_invitation(token: str) -> Invitation:
    """The invitation of a mailed link. Raises `NotFound` when it was used, withdrawn or is too old."""
    query = sa.select(Invitation).where(
        Invitation.token_hash == accounts.token_hash(token), Invitation.expires_at > clock.now(), *_OPEN
    )
    found = db.session.scalars(query).one_or_none()
    if found is None or found.organization.merged_into_id is not None:
        raise NotFound
    return found


def advisers_in(organization_id: int) -> dict[int, Membership]:
    """Those who act for an organization with its consent, by the id of their membership."""
    query = (
        sa.select(Membership)
        .join(Membership.adviser)
        .where(Membership.organization_id == organization_id)
        .options(selectinload(Membership.adviser))
    )
    return {one.id: one for one in db.session.scalars(query)}
