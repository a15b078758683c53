"""What changes appeals and reports: make, take back, uphold, dismiss.

All is written through the session, so that the undo of a release finds and restores it (see `app.desk.journal`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import RuleBroken
from app.grievances import emails, queries
from app.grievances.models import AbuseReason, Grievance, GrievanceKind, GrievanceState
from app.listings import services as listings
from app.listings.models import ListingReview, ReviewState
from app.matching import services as matching
from app.matching.models import Match, MatchState
from app.organizations import services as organizations
from app.organizations.models import Organization
from app.outbox import services as outbox

APPEAL_DAYS = 30
_APPEALABLE = {ReviewState.REFUSED, ReviewState.RETURNED}


class NotAppealable(RuleBroken):
    """The decision stands: nothing was refused, it is too long ago, or there was an appeal already."""


def appeal(
    organization: Organization, against: Match | ListingReview, by: User, text: str, *, told_at: datetime
) -> Grievance:
    """Object to a decision the organization was told of at `told_at`, once and within `APPEAL_DAYS`.

    Raises `NotAppealable`.
    """
    db.session.refresh(organization, with_for_update=True)
    _require_appealable(against, told_at)
    earlier = _earlier_appeal(organization, against, told_at)
    if earlier is not None and earlier.is_waiting and earlier.by_id == by.id and earlier.text == text:
        return earlier
    if earlier is not None:
        raise NotAppealable(_("There was an appeal against this decision already."))
    is_pair = isinstance(against, Match)
    made = Grievance(
        kind=GrievanceKind.APPEAL,
        organization_id=organization.id,
        match_id=against.id if is_pair else None,
        listing_review_id=None if is_pair else against.id,
        text=text,
        by_id=by.id,
        opened_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    _record("appealed", made, by)
    return made


def is_appealable(against: Match | ListingReview, told_at: datetime) -> bool:
    """Whether a decision is of the kind that can be appealed against, and its time is not over."""
    is_against = (
        against.state is MatchState.REJECTED if isinstance(against, Match) else against.state in _APPEALABLE
    )
    return is_against and told_at <= clock.now() <= told_at + timedelta(days=APPEAL_DAYS)


def _require_appealable(against: Match | ListingReview, told_at: datetime) -> None:
    if not is_appealable(against, told_at):
        raise NotAppealable(
            _("Only a refusal can be appealed against, within %(days)s days.", days=APPEAL_DAYS)
        )


def _earlier_appeal(
    organization: Organization, against: Match | ListingReview, told_at: datetime
) -> Grievance | None:
    """A pair can be turned down again after an appeal: then there is a new decision."""
    column = Grievance.match_id if isinstance(against, Match) else Grievance.listing_review_id
    query = sa.select(Grievance).where(
        Grievance.kind == GrievanceKind.APPEAL,
        Grievance.organization_id == organization.id,
        column == against.id,
        Grievance.opened_at >= told_at,
        Grievance.state != GrievanceState.WITHDRAWN,
    )
    return db.session.scalars(query).first()


def report(organization: Organization, by: User, reason: AbuseReason, text: str) -> Grievance:
    """Say that something is wrong with an organization; a second report while one waits changes nothing."""
    waiting = queries.open_report(by, organization.id)
    if waiting is not None:
        return waiting
    made = Grievance(
        kind=GrievanceKind.ABUSE,
        organization_id=organization.id,
        reason_code=reason,
        text=text,
        by_id=by.id,
        opened_at=clock.now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        # The same person, in another window.
        waiting = queries.open_report(by, organization.id)
        if waiting is None:
            raise
        return waiting
    _record("reported", made, by)
    return made


def withdraw(grievance: Grievance, by: User) -> None:
    """Take an appeal back that nobody has decided yet; taking it back twice changes nothing."""
    db.session.refresh(grievance, with_for_update=True)
    if grievance.state is GrievanceState.WITHDRAWN:
        return
    _require_waiting(grievance)
    grievance.state = GrievanceState.WITHDRAWN
    db.session.flush()
    _record("withdrawn", grievance, by)


def uphold(grievance: Grievance, by: User, answer: str) -> None:
    """Right was whoever complained: what was decided is open again, or the reported profile is paused."""
    _decide(grievance, GrievanceState.UPHELD, by, answer)
    if grievance.kind is GrievanceKind.ABUSE:
        organizations.suspend(grievance.organization, by)
        for mail in emails.paused(grievance):
            outbox.enqueue(mail)
    elif grievance.match is not None:
        matching.reopen(grievance.match, by)
    elif grievance.listing_review is not None:
        listings.reopen(grievance.listing_review, by)


def dismiss(grievance: Grievance, by: User, answer: str) -> None:
    """What was decided stands, or nothing was found against the rules."""
    _decide(grievance, GrievanceState.DISMISSED, by, answer)


def _decide(grievance: Grievance, state: GrievanceState, by: User, answer: str) -> None:
    db.session.refresh(grievance, with_for_update=True)
    _require_waiting(grievance)
    grievance.state, grievance.answer = state, answer
    grievance.decided_by_id, grievance.decided_at = by.id, clock.now()
    db.session.flush()
    _record(state.value, grievance, by)
    for mail in emails.answers(grievance):
        outbox.enqueue(mail)


def _require_waiting(grievance: Grievance) -> None:
    if not grievance.is_waiting:
        raise RuleBroken(_("This was decided already, or taken back."))


def _record(action: str, grievance: Grievance, by: User) -> None:
    detail = {"kind": grievance.kind.value, "organization": grievance.organization_id}
    audit.record(f"grievance.{action}", ("grievance", grievance.id), by=by.id, detail=detail)
