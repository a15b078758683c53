"""What an organization reads of decisions about it: nothing that can still be undone, no name it does not know, no comment among managers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import joinedload

from app import clock
from app.db import db
from app.desk.models import Action, Case, CaseKind, Decision, DecisionState, Release
from app.errors import NotFound
from app.grievances import queries as grievances
from app.grievances import services as appeals
from app.grievances.models import Grievance, GrievanceState
from app.introductions.models import Introduction
from app.listings.models import ListingReview, ReviewState
from app.matching import reasons, redaction
from app.matching.models import Match, MatchState, RejectReason, ReviewAction, ReviewDecision
from app.organizations.models import Organization
from app.taxonomy import Country

MOST = 100
_LISTING = (CaseKind.LISTING, CaseKind.RESUBMISSION)
_BY_STATE = {
    ReviewState.APPROVED: Action.APPROVE,
    ReviewState.RETURNED: Action.ASK,
    ReviewState.REFUSED: Action.REJECT,
}
DONE = {
    Action.APPROVE: lazy_gettext("Approved"),
    Action.HOLD: lazy_gettext("Put on hold"),
    Action.ASK: lazy_gettext("Asked for more"),
    Action.SWAP: lazy_gettext("Another partner was proposed in its place"),
    Action.REJECT: lazy_gettext("Not approved"),
    Action.REFER: lazy_gettext("Referred to another program"),
}
POLITE = {
    RejectReason.NEED_NOT_CURRENT.value: lazy_gettext("The need it rested on may no longer be current."),
    RejectReason.COMPETITORS.value: lazy_gettext("The two work in the same field for the same customers."),
    RejectReason.NOT_COMPLEMENTARY.value: lazy_gettext("What one needs is not quite what the other offers."),
    RejectReason.OVERLOADED.value: lazy_gettext("One side has as many partners to answer as it can take."),
    RejectReason.SENSITIVE.value: lazy_gettext("The subject asks for more care than a proposal gives."),
    RejectReason.PROFILE_TOO_THIN.value: lazy_gettext("The profiles say too little for a decision in favor."),
    RejectReason.OTHER.value: lazy_gettext("It did not meet the criteria as things stand."),
    RejectReason.SWAPPED.value: lazy_gettext("Another partner fits better."),
}


@dataclass(frozen=True)
class Told:
    """One decision as the organization reads it."""

    against: Match | ListingReview
    # The other side in words that give nobody away; empty for a listing.
    title: str
    at: datetime
    action: Action
    criterion: str
    words: str
    appeal: Grievance | None = None
    # What came of the appeal, as far as it may be told.
    appeal_state: GrievanceState | None = None

    @property
    def key(self) -> str:
        """What an appeal is against, as a form sends it."""
        return f"{'match' if isinstance(self.against, Match) else 'listing'}-{self.against.id}"

    @property
    def can_appeal(self) -> bool:
        return self.appeal_state in {None, GrievanceState.WITHDRAWN} and appeals.is_appealable(
            self.against, self.at
        )


def told_to(organization: Organization) -> list[Told]:
    """What was decided of its profile and of its pairs, newest first."""
    decided = [*_on_the_desk(organization), *_old_reviews(organization), *_old_refusals(organization)]
    decided.sort(key=lambda one: one.at, reverse=True)
    return _with_appeals(organization.id, decided[:MOST])


def decision_told(organization: Organization, key: str) -> Told:
    """The newest decision of this key that can be appealed against, or the newest; raises `NotFound`."""
    found = [one for one in told_to(organization) if one.key == key]
    if not found:
        raise NotFound
    return next((one for one in found if one.can_appeal), found[0])


def _on_the_desk(organization: Organization) -> Iterable[Told]:
    rows = db.session.execute(
        sa.select(Decision, Case, Release.effective_at)
        .join(Case, Case.id == Decision.case_id)
        .join(Release, Release.id == Decision.release_id)
        .where(
            Decision.state == DecisionState.RELEASED,
            Release.effective_at <= clock.now(),
            Case.repeats_id.is_(None),
            Case.kind.in_((CaseKind.PAIR, *_LISTING)),
            sa.or_(Case.one_id == organization.id, Case.other_id == organization.id),
        )
        .options(
            joinedload(Case.match).joinedload(Match.india),
            joinedload(Case.match).joinedload(Match.us),
            joinedload(Case.listing_review),
        )
        .order_by(Release.effective_at.desc(), Decision.id.desc())
        .limit(MOST)
    )
    met = _introduced(organization.id)
    for decision, case, at in rows.unique():
        if case.match is not None and _concerns(decision, organization):
            said = _said_of_pair(decision.action, decision.reason_code)
            title = _title(case.match, organization, met)
            yield Told(case.match, title, at, decision.action, decision.criterion, said)
        elif case.listing_review is not None:
            review = case.listing_review
            yield Told(review, "", at, decision.action, decision.criterion, review.comment)


def _concerns(decision: Decision, organization: Organization) -> bool:
    """A question is told to the side that was asked."""
    own = "india" if organization.country is Country.INDIA else "us"
    return decision.action is not Action.ASK or not decision.sides or own in decision.sides


def _said_of_pair(action: Action, reason_code: str) -> str:
    return str(POLITE.get(reason_code, "")) if action is Action.REJECT else ""


def _introduced(organization_id: int) -> set[int]:
    """Pairs whose sides know each other by name."""
    query = (
        sa.select(Introduction.match_id)
        .join(Match, Match.id == Introduction.match_id)
        .where(sa.or_(Match.india_id == organization_id, Match.us_id == organization_id))
    )
    return set(db.session.scalars(query))


def _title(match: Match, organization: Organization, met: set[int]) -> str:
    partner = match.partner_of(organization)
    if match.id in met:
        return partner.name
    hidden = redaction.pattern(redaction.names_of_organization(partner))
    return redaction.redacted(reasons.teaser(partner).title, hidden)


def _no_case(column: Any, id_: Any) -> sa.ColumnElement[bool]:
    """Decided before there were cases; one whose decision can still be undone has a decision."""
    standing = Decision.state.in_((DecisionState.STAGED, DecisionState.RELEASED))
    return ~sa.exists().where(Decision.case_id == Case.id, standing, column == id_)


def _old_reviews(organization: Organization) -> Iterable[Told]:
    query = (
        sa.select(ListingReview)
        .where(
            ListingReview.organization_id == organization.id,
            ListingReview.decided_by_id.is_not(None),
            ListingReview.state.in_(_BY_STATE),
            _no_case(Case.listing_review_id, ListingReview.id),
        )
        .order_by(ListingReview.id.desc())
        .limit(MOST)
    )
    for review in db.session.scalars(query):
        at = review.decided_at or review.submitted_at
        yield Told(review, "", at, _BY_STATE[review.state], "", review.comment)


def _old_refusals(organization: Organization) -> Iterable[Told]:
    query = (
        sa.select(ReviewDecision, Match)
        .join(Match, Match.id == ReviewDecision.match_id)
        .where(
            sa.or_(Match.india_id == organization.id, Match.us_id == organization.id),
            Match.state == MatchState.REJECTED,
            ReviewDecision.action == ReviewAction.REJECT,
            ReviewDecision.at >= Match.decided_at,
            _no_case(Case.match_id, Match.id),
        )
        .options(joinedload(Match.india), joinedload(Match.us))
        .order_by(ReviewDecision.id.desc())
        .limit(MOST)
    )
    met = _introduced(organization.id)
    for decision, match in db.session.execute(query).unique():
        said = _said_of_pair(Action.REJECT, decision.reason_code or "")
        yield Told(match, _title(match, organization, met), decision.at, Action.REJECT, "", said)


def _with_appeals(organization_id: int, decided: Sequence[Told]) -> list[Told]:
    """Each with the last appeal that followed it; an answer is told once it can no longer be undone."""
    made = grievances.appeals_of(organization_id)
    hidden = _not_yet_told([one.id for one in made])
    return [_with_appeal(one, made, hidden) for one in decided]


def _with_appeal(one: Told, made: Sequence[Grievance], hidden: set[int]) -> Told:
    column = "match_id" if isinstance(one.against, Match) else "listing_review_id"
    for appeal in made:
        if getattr(appeal, column) == one.against.id and appeal.opened_at >= one.at:
            state = GrievanceState.WAITING if appeal.id in hidden else appeal.state
            plain: Mapping[str, Any] = vars(one) | {"appeal": appeal, "appeal_state": state}
            return Told(**plain)
    return one


def _not_yet_told(ids: Sequence[int]) -> set[int]:
    query = (
        sa.select(Case.grievance_id)
        .join(Decision, Decision.case_id == Case.id)
        .join(Release, Release.id == Decision.release_id)
        .where(
            Case.grievance_id.in_(ids),
            Decision.state == DecisionState.RELEASED,
            Release.effective_at > clock.now(),
        )
    )
    return {id_ for id_ in db.session.scalars(query) if id_ is not None}


def kind_words(one: Told) -> str:
    """What was decided on."""
    if isinstance(one.against, Match):
        return _("A match with %(partner)s", partner=one.title)
    return _("A change of your profile") if one.against.is_change else _("Your profile in the directory")
