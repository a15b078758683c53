"""Needs and offers that come with a merge: copies, so that the absorbed profile keeps its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from app import clock
from app.db import db
from app.organizations.models import Brief, BriefWish, Organization, Side

_OWN = frozenset({"id", "organization_id", "version"})


def copy(kept: Organization, absorbed: Organization) -> list[int]:
    """Copies of what holds, with its wishes, for the sides on which the kept profile says nothing."""
    lines = {Side.NEED: kept.needs, Side.OFFER: kept.offers}
    query = sa.select(Brief).where(
        Brief.organization_id == absorbed.id,
        Brief.side.in_([side for side, text in lines.items() if not text.strip()]),
        Brief.valid_on(clock.now().date()),
        Brief.expired_at.is_(None),
    )
    made = [_copied(brief, kept) for brief in db.session.scalars(query.order_by(Brief.id))]
    db.session.add_all(made)
    db.session.flush()
    return [brief.id for brief in made]


def _copied(brief: Brief, kept: Organization) -> Brief:
    names = [column.name for column in Brief.__table__.columns if column.name not in _OWN]
    made = Brief(organization_id=kept.id, **{name: getattr(brief, name) for name in names})
    made.wishes = [
        BriefWish(aspect=wish.aspect, value=wish.value, weight=wish.weight) for wish in brief.wishes
    ]
    return made


def are_as_they_came(ids: Collection[int]) -> bool:
    """Whether nobody has changed or ended one of these copies."""
    return all(brief.version == 1 and brief.ended_at is None for brief in _found(ids))


def remove(ids: Collection[int]) -> None:
    """Take copies away again."""
    for brief in _found(ids):
        db.session.delete(brief)
    db.session.flush()


def _found(ids: Collection[int]) -> Sequence[Brief]:
    return db.session.scalars(sa.select(Brief).where(Brief.id.in_(ids))).all()
