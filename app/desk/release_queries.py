"""Reads of releases and the decisions in them, for who made them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from app.accounts.models import User
from app.db import db
from app.desk import queries
from app.desk.models import Case, Decision, DecisionState, Release
from app.errors import NotFound
from app.organizations.models import Organization

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
            ),
            joinedload(Decision.program),
        )
        .order_by(Decision.id)
    )


def _read(query: sa.Select[Decision]) -> list[Decision]:
    """The decisions with all organizations in them, which are read at once with their technologies."""
    found = list(db.session.scalars(query).unique())
    ids = {id_ for one in found for id_ in (one.case.one_id, one.case.other_id, one.organization_id)}
    wanted = sa.select(Organization).where(Organization.id.in_(ids - {None}))
    sides: dict[int | None, Organization] = {}
    if found:
        wanted = wanted.options(joinedload(Organization.technology_rows))
        sides = {one.id: one for one in db.session.scalars(wanted).unique()}
    for one in found:
        set_committed_value(one.case, "one", sides[one.case.one_id])
        set_committed_value(one.case, "other", sides.get(one.case.other_id))
        set_committed_value(one, "organization", sides.get(one.organization_id))
    return found


def staged_for(user: User) -> Sequence[Decision]:
    """What this person has staged, oldest first."""
    return _read(_decisions(user).where(Decision.state == DecisionState.STAGED))


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
    return _read(_decisions(user).where(Decision.release_id == release.id))


def kept_in(user: User, release: Release) -> list[tuple[Decision, str]]:
    """What stayed staged at this release and still is, with the reason."""
    kept: dict[str, Any] = release.foreseen.get("kept", {})
    staged = {str(one.id): one for one in staged_for(user)} if kept else {}
    return [(staged[id_], why) for id_, why in kept.items() if id_ in staged]


def releases_of(user: User) -> Sequence[Release]:
    """The newest of their releases."""
    query = sa.select(Release).where(Release.by_id == user.id).order_by(Release.id.desc()).limit(_RECENT)
    return db.session.scalars(query).all()
