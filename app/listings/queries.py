"""Reads of reviews of listings."""

from __future__ import annotations

import sqlalchemy as sa

from app.audit.models import AuditEvent
from app.db import db
from app.listings.models import ListingCursor, ListingReview
from app.organizations.models import LISTED_STATES, Organization

PAGE_SIZE = 40
LARGEST_ID = 2**31 - 1
# What people do to a profile's answers; needs and offers are records of their own.
_SAVED = (
    "organization.saved",
    "organization.brief_added",
    "organization.brief_saved",
    "organization.brief_ended",
    "organization.brief_renewed",
)


def last_review_of(organization_id: int) -> ListingReview | None:
    """The newest review of an organization."""
    query = sa.select(ListingReview).where(ListingReview.organization_id == organization_id)
    return db.session.scalars(query.order_by(ListingReview.id.desc()).limit(1)).first()


def last_judged_of(organization_id: int) -> ListingReview | None:
    """The newest review somebody has decided: what is new is told from there."""
    query = sa.select(ListingReview).where(
        ListingReview.organization_id == organization_id, ListingReview.decided_at.is_not(None)
    )
    return db.session.scalars(query.order_by(ListingReview.id.desc()).limit(1)).first()


def saved_since_cursor(limit: int) -> tuple[int, list[int]]:
    """How far the trail was read with this, and the listed organizations whose people saved something in that part."""
    start = db.session.scalar(sa.select(ListingCursor.number)) or 0
    query = (
        sa.select(AuditEvent.number, AuditEvent.subject_id)
        .where(AuditEvent.number > start, AuditEvent.action.in_(_SAVED))
        .order_by(AuditEvent.number)
        .limit(limit)
    )
    events = db.session.execute(query).all()
    if not events:
        return start, []
    ids = {int(subject) for _, subject in events}
    listed = sa.select(Organization.id).where(Organization.id.in_(ids), Organization.state.in_(LISTED_STATES))
    return events[-1].number, sorted(db.session.scalars(listed))


def is_behind(number: int) -> bool:
    """Whether the trail was read further than the cursor says."""
    return number > (db.session.scalar(sa.select(ListingCursor.number)) or 0)
