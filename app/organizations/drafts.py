"""What one person typed into a profile form and has not saved: kept as typed, right or wrong."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from app import clock
from app.accounts.models import User
from app.db import db
from app.forms import is_storable
from app.organizations.models import Organization, ProfileDraft

Typed = dict[str, list[str]]
# Far above what any field takes, so that too long a text comes back whole to be shortened.
MOST_CHARACTERS = 50_000
MOST_VALUES = 80


def keep(organization: Organization, by: User, step: str, typed: Mapping[str, list[str]]) -> None:
    """Remember what `by` typed into one step."""
    draft = _locked(organization, by)
    draft.typed = {**draft.typed, step: {name: _storable(values) for name, values in typed.items()}}
    draft.updated_at = clock.now()
    db.session.flush()


def forget(organization: Organization, by: User, step: str) -> None:
    """Drop what `by` typed into one step: it was saved, or is not wanted any more."""
    draft = _found(organization, by)
    if draft is not None and step in draft.typed:
        draft.typed = {name: typed for name, typed in draft.typed.items() if name != step}
        db.session.flush()


def _storable(values: list[str]) -> list[str]:
    """Texts without the characters that a database refuses."""
    cut = (value[:MOST_CHARACTERS] for value in values[:MOST_VALUES])
    return [value if is_storable(value) else "".join(filter(is_storable, value)) for value in cut]


def _found(organization: Organization, by: User) -> ProfileDraft | None:
    query = (
        sa.select(ProfileDraft)
        .where(ProfileDraft.organization_id == organization.id, ProfileDraft.user_id == by.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).one_or_none()


def _locked(organization: Organization, by: User) -> ProfileDraft:
    """The draft, locked; the unique constraint decides when two browsers begin one at once."""
    draft = _found(organization, by)
    if draft is not None:
        return draft
    draft = ProfileDraft(organization_id=organization.id, user_id=by.id, typed={}, updated_at=clock.now())
    try:
        with db.session.begin_nested():
            db.session.add(draft)
    except sa.exc.IntegrityError:
        draft = _found(organization, by)
        if draft is None:
            raise
    return draft
