"""Reads of needs and offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app import clock
from app.db import db
from app.errors import NotFound
from app.organizations.models import Brief, Side

LARGEST_ID = 2**31 - 1


@dataclass(frozen=True)
class Briefs:
    """What an organization needs and offers now, and what has run out and can be renewed."""

    needs: Sequence[Brief]
    offers: Sequence[Brief]
    expired: Sequence[Brief]

    def of(self, side: Side) -> Sequence[Brief]:
        return self.needs if side is Side.NEED else self.offers


def briefs_of(organization_id: int) -> Briefs:
    """All that was not ended, in the order of the lines."""
    query = (
        sa.select(Brief)
        .where(Brief.organization_id == organization_id, Brief.ended_at.is_(None))
        .order_by(Brief.place, Brief.id)
        .execution_options(populate_existing=True)
    )
    today, found = clock.now().date(), db.session.scalars(query).all()
    valid = [one for one in found if one.is_valid_on(today)]
    return Briefs(
        needs=[one for one in valid if one.side is Side.NEED],
        offers=[one for one in valid if one.side is Side.OFFER],
        expired=[one for one in found if one.is_over_on(today)],
    )


def brief_in(organization_id: int, brief_id: int) -> Brief:
    """One that was not ended; raises `NotFound`, also for another organization's."""
    brief = db.session.get(Brief, brief_id) if 0 < brief_id <= LARGEST_ID else None
    if brief is None or brief.organization_id != organization_id or brief.ended_at is not None:
        raise NotFound
    return brief


def organizations_with_expired(most: int) -> Sequence[int]:
    """Organizations of which something ran out and still stands among the lines."""
    query = (
        sa.select(Brief.organization_id)
        .where(
            Brief.ended_at.is_(None),
            Brief.expired_at.is_(None),
            Brief.valid_until < clock.now().date(),
        )
        .distinct()
        .order_by(Brief.organization_id)
        .limit(most)
    )
    return db.session.scalars(query).all()
