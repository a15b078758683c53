"""The card of a profile that wants into the directory, or changed in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.accounts.models import User
from app.conflicts import queries as conflicts
from app.db import db
from app.desk import words
from app.desk.cards import facts, risks
from app.desk.models import Case
from app.listings import queries as listings
from app.listings import wording
from app.listings.models import ListingReview
from app.organizations import identifying, publication
from app.organizations import wording as organizations
from app.organizations.identifying import Shown
from app.organizations.models import Duplicate, DuplicateState, MemberRole, Organization
from app.organizations.publication import Gap
from app.taxonomy import technology_label

_MOST_CHANGES = 6
_MOST_LINES = 3


@dataclass(frozen=True)
class ListingCard:
    """A profile with what is new in it, what is missing, and who it may be already."""

    template = "desk/cards/listing.html"
    beside = "listing"
    case: Case
    review: ListingReview
    organization: Organization
    verification: Any
    facts: list[tuple[str, Any]]
    changes: list[wording.Told]
    more_changes: int
    gaps: list[Gap]
    doubts: list[Any]
    numbers: Sequence[Shown]
    duplicates: Sequence[Any]
    earlier: ListingReview | None
    risks: list[str]


def card_of(case: Case, reader: User) -> ListingCard:
    review, one = db.session.get_one(ListingReview, case.listing_review_id), case.one
    changes = wording.told(review.changes)
    return ListingCard(
        case=case,
        review=review,
        organization=one,
        verification=words.LEVELS[one.verification],
        facts=facts_of(one),
        changes=changes[:_MOST_CHANGES],
        more_changes=max(0, len(changes) - _MOST_CHANGES),
        gaps=publication.gaps_of(one),
        doubts=publication.doubts_of(one),
        numbers=identifying.shown_to(MemberRole.VIEWER, one.id),
        duplicates=_duplicates(one.id, reader),
        earlier=listings.last_judged_of(one.id),
        risks=[]
        if one.id in facts.reachable([one.id], reader)
        else risks.of_side(one, is_reachable=False)[-1:],
    )


def facts_of(one: Organization) -> list[tuple[str, Any]]:
    """What the profile says in few words; empty answers are left out."""
    technologies = ", ".join(str(technology_label(code)) for code in one.technologies)
    found = [*organizations.facts_of(one), ("", technologies)]
    return [(name, value) for name, value in found if value]


def _duplicates(organization_id: int, reader: User) -> Sequence[Any]:
    """(case's subject, name) of profiles that look like this one."""
    partner = sa.case((Duplicate.one_id == organization_id, Duplicate.other_id), else_=Duplicate.one_id)
    query = (
        sa.select(Organization.id, Organization.name, Organization.state)
        .select_from(Duplicate)
        .join(Organization, Organization.id == partner)
        .where(
            Duplicate.state == DuplicateState.OPEN,
            sa.or_(Duplicate.one_id == organization_id, Duplicate.other_id == organization_id),
            conflicts.not_hidden(reader.id, Organization.id),
        )
        .order_by(Duplicate.score.desc())
        .limit(_MOST_LINES)
    )
    return db.session.execute(query).all()
