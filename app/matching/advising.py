"""Advice to organizations on what would open more willing partners: computed by the worker, read by the page.

A service like `services`. Advice holds for one state of a profile and one model; partners come and go, so that it is
computed anew after a week in any case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app import clock
from app.db import db, reading
from app.matching import eligibility, frames, live, scoring
from app.matching.models import Advice
from app.organizations.models import Membership, Organization, ProfileState

LEASE, LEASE_SECONDS = "matching.advise", 300
KEPT_FOR = timedelta(days=7)
UNLISTED = (ProfileState.DRAFT, ProfileState.SUBMITTED, ProfileState.RETURNED)
ADVISED = (ProfileState.LISTED, *UNLISTED)
# What stands for the model while none was trained.
RULE = "rule"


@dataclass(frozen=True)
class Answer:
    """What was computed for one organization."""

    organization_id: int
    profile_changed_at: datetime
    model_version: str
    suggestions: list[dict[str, Any]]


def advice_for(organization: Organization) -> Advice | None:
    """The advice for the profile as it is now; None while it is being computed."""
    found = db.session.get(Advice, organization.id)
    is_current = found is not None and found.profile_changed_at == organization.profile_changed_at
    return found if is_current else None


def model_version() -> str:
    found = live.in_force()
    return found.version if found else RULE


def waiting(limit: int) -> list[int]:
    """Organizations with people of their own whose advice is missing or out of date: listed ones first, longest waiting first.

    Those who still write their profile are told too what an answer would open: that is when they can give it.
    """
    out_of_date = sa.or_(
        Advice.organization_id.is_(None),
        Advice.profile_changed_at != Organization.profile_changed_at,
        Advice.model_version != model_version(),
        Advice.computed_at < clock.now() - KEPT_FOR,
    )
    query = (
        sa.select(Organization.id)
        .outerjoin(Advice, Advice.organization_id == Organization.id)
        .where(
            Organization.state.in_(ADVISED),
            sa.exists().where(Membership.organization_id == Organization.id),
            out_of_date,
        )
        .order_by(
            sa.case((Organization.state == ProfileState.LISTED, 0), else_=1),
            Organization.profile_changed_at,
            Organization.id,
        )
        .limit(limit)
    )
    return list(db.session.scalars(query))


def compute(ids: Sequence[int], cap: int, folder: Path | None) -> list[Answer]:
    """Advice for these organizations; writes nothing, and ends the transaction before it computes."""
    with scoring.model.lock:
        with reading():
            traits = _traits_of(ids)
            rules = eligibility.matching_rules(cap)
            version = model_version()
            recommender = live.recommender(folder)
            unlisted = [id_ for id_ in ids if id_ in traits and id_ not in rules.groups]
            drafts = frames.organization_frame(unlisted, states=UNLISTED) if unlisted else None
            db.session.rollback()
        takes_part = [id_ for id_ in ids if id_ in traits and id_ in rules.groups]
        found = scoring.advice(recommender, rules, takes_part)
        if drafts is not None and len(drafts):
            # The rules let nobody else meet them, and each is tried alone.
            recommender.update(drafts)
            for id_ in drafts["id"].tolist():
                alone = eligibility.joined_by(rules, traits[id_].country, traits[id_].kind, id_)
                found |= scoring.advice(recommender, alone, [id_])
    return [Answer(id_, traits[id_].profile_changed_at, version, found[id_]) for id_ in found]


def _traits_of(ids: Sequence[int]) -> dict[int, Any]:
    columns = (Organization.id, Organization.profile_changed_at, Organization.country, Organization.kind)
    query = sa.select(*columns).where(Organization.id.in_(ids), Organization.state.in_(ADVISED))
    return {row.id: row for row in db.session.execute(query)}


def write(answers: Sequence[Answer]) -> None:
    """Keep what was computed in the place of what was there."""
    db.session.execute(
        sa.delete(Advice).where(Advice.organization_id.in_([answer.organization_id for answer in answers]))
    )
    now = clock.now()
    db.session.add_all(
        Advice(
            organization_id=answer.organization_id,
            profile_changed_at=answer.profile_changed_at,
            model_version=answer.model_version,
            computed_at=now,
            suggestions=answer.suggestions,
        )
        for answer in answers
    )
    db.session.flush()
