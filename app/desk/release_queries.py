"""Reads of releases and the decisions in them, for who made them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import User
from app.db import db
from app.desk import queries
from app.desk.models import Case, Decision, DecisionState, Release
from app.errors import NotFound

_RECENT = 10


def _decisions(user: User) -> sa.Select[Decision]:
    """This person's decisions on cases they may still know of, with what a list shows."""
    return (
        sa.select(Decision)
        .join(Case, Case.id == Decision.case_id)
        .where(Decision.by_id == user.id, queries.visible(user))
        .options(
            joinedload(Decision.case).options(
                joinedload(Case.match),
                joinedload(Case.program),
                selectinload(Case.one),
                selectinload(Case.other),
            ),
            joinedload(Decision.organization),
            joinedload(Decision.program),
        )
        .order_by(Decision.id)
    )


def staged_for(user: User) -> Sequence[Decision]:
    """What this person has staged, oldest first."""
    return db.session.scalars(_decisions(user).where(Decision.state == DecisionState.STAGED)).unique().all()


def decision_for(user: User, decision_id: int) -> Decision:
    """One of their decisions; raises `NotFound`."""
    found = db.session.scalars(_decisions(user).where(Decision.id == decision_id)).unique().one_or_none()
    if found is None:
        raise NotFound
    return found


def release_for(user: User, release_id: int) -> Release:
    """One of their releases; raises `NotFound`."""
    query = sa.select(Release).where(Release.id == release_id, Release.by_id == user.id)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def decisions_in(user: User, release: Release) -> Sequence[Decision]:
    """What the release made true, as far as they may know of it."""
    return db.session.scalars(_decisions(user).where(Decision.release_id == release.id)).unique().all()


def kept_in(user: User, release: Release) -> list[tuple[Decision, str]]:
    """What stayed staged at this release and still is, with the reason."""
    kept: dict[str, Any] = release.foreseen.get("kept", {})
    staged = {str(one.id): one for one in staged_for(user)} if kept else {}
    return [(staged[id_], why) for id_, why in kept.items() if id_ in staged]


def releases_of(user: User) -> Sequence[Release]:
    """The newest of their releases."""
    query = sa.select(Release).where(Release.by_id == user.id).order_by(Release.id.desc()).limit(_RECENT)
    return db.session.scalars(query).all()
