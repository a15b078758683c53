"""The card of an appeal against a decision, or of a report of abuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.accounts.models import User
from app.conflicts import queries as conflicts
from app.conversations import report_queries
from app.db import db
from app.desk import words
from app.desk.models import Case
from app.grievances.models import Grievance
from app.listings.models import ListingReview
from app.matching import queries as matching
from app.matching.models import Match, ReviewDecision
from app.organizations.models import Organization


@dataclass(frozen=True)
class ComplaintCard:
    """What is said, whom it is against, and what was decided before."""

    template = "desk/cards/complaint.html"
    beside = "complaint"
    case: Case
    grievance: Grievance
    organization: Organization
    verification: Any
    match: Match | None
    decisions: Sequence[ReviewDecision]
    review: ListingReview | None
    earlier: Sequence[Grievance]
    # Whether it is about messages, which are opened apart and on the record.
    has_messages: bool


def card_of(case: Case, reader: User) -> ComplaintCard:
    grievance = db.session.get_one(Grievance, case.grievance_id)
    return ComplaintCard(
        case=case,
        grievance=grievance,
        organization=case.one,
        verification=words.LEVELS[case.one.verification],
        match=grievance.match,
        decisions=matching.decisions_on(grievance.match_id) if grievance.match_id else [],
        review=grievance.listing_review,
        earlier=_earlier(grievance, reader),
        has_messages=report_queries.has_reported(grievance.id),
    )


def _earlier(grievance: Grievance, reader: User) -> Sequence[Grievance]:
    """What else was said of or by the organization, as far as the reader may know of the partner it was about."""
    query = (
        sa.select(Grievance)
        .outerjoin(Match, Match.id == Grievance.match_id)
        .where(
            Grievance.organization_id == grievance.organization_id,
            Grievance.id != grievance.id,
            conflicts.not_hidden(reader.id, Match.india_id, Match.us_id),
        )
    )
    return db.session.scalars(query.order_by(Grievance.id.desc()).limit(3)).all()
