"""Make a decision true: for each kind of case and each action the service of the feature it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from app import clock
from app.accounts.models import User
from app.db import db
from app.desk import journal, refusals, staging
from app.desk.models import Action, Case, CaseKind, CaseState, Decision
from app.errors import RuleBroken
from app.grievances import services as grievances
from app.listings import services as listings
from app.matching import services as matching
from app.matching import swapping
from app.matching.models import RejectReason
from app.organizations import merging
from app.organizations.models import Brief, BriefWish, Organization


class Changed(RuleBroken):
    """What the decision is about is no longer what the manager saw."""


@dataclass(frozen=True)
class Act:
    """A decision on its way to become true."""

    case: Case
    decision: Decision
    by: User
    # When letters leave and sides are told.
    at: datetime

    @property
    def note(self) -> str:
        return self.decision.note

    @property
    def refusal(self) -> str:
        """What is told of a refusal."""
        return refusals.polite(self.case.kind, self.decision.reason_code, self.note)


def apply(act: Act, noted: journal.Journal) -> None:
    """Do what was decided, and let the case close or wait. Raises `RuleBroken` when that is no longer possible."""
    case, action = act.case, act.decision.action
    if not case.is_repeat:
        _require_as_seen(act)
        if case.kind is CaseKind.MERGE:
            _watch_briefs(case, noted)
        _ACTS[_group(case.kind), action](act)
    case.claimed_by_id, case.claimed_until = None, None
    if action is Action.HOLD and not case.is_repeat:
        case.state, case.waits_until = CaseState.WAITING, act.decision.until
    elif action is Action.ASK and case.kind is CaseKind.PAIR and not case.is_repeat:
        case.state, case.waits_until = CaseState.WAITING, None
    elif action is Action.REFER and not case.is_repeat:
        case.state, case.program_id = CaseState.OPEN, act.decision.program_id
    else:
        case.state, case.closed_at, case.waits_until = CaseState.CLOSED, clock.now(), None
    db.session.flush()


def _require_as_seen(act: Act) -> None:
    subject = staging.subject_of(act.case)
    db.session.refresh(subject, with_for_update=True)
    if subject.version != act.decision.before["subject"]:
        raise Changed(_("It was changed after you decided. Look at it again."))


def _watch_briefs(case: Case, noted: journal.Journal) -> None:
    """A merge writes needs and offers in bulk."""
    both = [case.one_id, case.other_id]
    noted.watch(Brief.__table__, Brief.organization_id.in_(both))  # type: ignore[arg-type]
    own = sa.select(Brief.id).where(Brief.organization_id.in_(both))
    noted.watch(BriefWish.__table__, BriefWish.brief_id.in_(own))  # type: ignore[arg-type]


def _group(kind: CaseKind) -> CaseKind:
    return CaseKind.LISTING if kind is CaseKind.RESUBMISSION else kind


def _nothing(act: Act) -> None:
    """The case alone waits or moves."""


def _approve_pair(act: Act) -> None:
    match = staging.subject_of(act.case)
    matching.approve(
        match, act.by, version=match.version, note=act.decision.comment, letter=act.note, opens_at=act.at
    )


def _hold_pair(act: Act) -> None:
    match, until = staging.subject_of(act.case), act.decision.until
    if until is not None:
        matching.hold(match, act.by, until, version=match.version, note=act.decision.comment)


def _ask_pair(act: Act) -> None:
    match = staging.subject_of(act.case)
    matching.ask_more(
        match,
        act.by,
        act.note,
        version=match.version,
        sides=act.decision.sides or ("india", "us"),
        comment=act.decision.comment,
    )


def _reject_pair(act: Act) -> None:
    match, reason = staging.subject_of(act.case), RejectReason(act.decision.reason_code or "other")
    matching.reject(match, act.by, reason, version=match.version, note=act.decision.comment)


def _refer_pair(act: Act) -> None:
    match = staging.subject_of(act.case)
    match.program_id, match.is_referred = act.decision.program_id, True
    db.session.flush()


def _swap(act: Act) -> None:
    newcomer = db.session.get(Organization, act.decision.organization_id)
    if newcomer is None:
        raise Changed(_("The partner you chose is not there any more."))
    match = staging.subject_of(act.case)
    made = swapping.swap(
        match,
        newcomer,
        act.by,
        cap=current_app.config["SETTINGS"].proposals_per_organization,
        letter=act.note,
        note=act.decision.comment,
        opens_at=act.at,
    )
    _close_case_of(made.id)


def _close_case_of(match_id: int) -> None:
    """The pair that took the place had a case of its own, perhaps."""
    query = sa.select(Case).where(
        Case.match_id == match_id, Case.state != CaseState.CLOSED, Case.repeats_id.is_(None)
    )
    case = db.session.scalars(query.with_for_update(of=Case)).one_or_none()
    if case is None:
        return
    if case.state is CaseState.STAGED:
        raise Changed(_("Somebody has staged a decision on the pair that would come in."))
    case.state, case.closed_at, case.waits_until = CaseState.CLOSED, clock.now(), None


def _approve_listing(act: Act) -> None:
    review = staging.subject_of(act.case)
    listings.approve(review, act.by, version=review.version, comment=act.note)


def _ask_listing(act: Act) -> None:
    review = staging.subject_of(act.case)
    listings.send_back(review, act.by, act.note, version=review.version, fields=act.decision.fields)


def _reject_listing(act: Act) -> None:
    review = staging.subject_of(act.case)
    listings.refuse(review, act.by, act.refusal, version=review.version)


def _merge(act: Act) -> None:
    duplicate = staging.subject_of(act.case)
    merging.merge(duplicate, act.decision.organization_id or 0, act.by, version=duplicate.version)


def _keep_apart(act: Act) -> None:
    duplicate = staging.subject_of(act.case)
    merging.keep_apart(duplicate, act.by, version=duplicate.version)


def _uphold(act: Act) -> None:
    grievances.uphold(staging.subject_of(act.case), act.by, act.note)


def _dismiss(act: Act) -> None:
    grievances.dismiss(staging.subject_of(act.case), act.by, act.refusal)


_ACTS: dict[tuple[CaseKind, Action], Callable[[Act], None]] = {
    (CaseKind.PAIR, Action.APPROVE): _approve_pair,
    (CaseKind.PAIR, Action.HOLD): _hold_pair,
    (CaseKind.PAIR, Action.ASK): _ask_pair,
    (CaseKind.PAIR, Action.REJECT): _reject_pair,
    (CaseKind.PAIR, Action.SWAP): _swap,
    (CaseKind.PAIR, Action.REFER): _refer_pair,
    (CaseKind.LISTING, Action.APPROVE): _approve_listing,
    (CaseKind.LISTING, Action.ASK): _ask_listing,
    (CaseKind.LISTING, Action.REJECT): _reject_listing,
    (CaseKind.LISTING, Action.HOLD): _nothing,
    (CaseKind.LISTING, Action.REFER): _nothing,
    (CaseKind.MERGE, Action.APPROVE): _merge,
    (CaseKind.MERGE, Action.REJECT): _keep_apart,
    (CaseKind.MERGE, Action.HOLD): _nothing,
    (CaseKind.APPEAL, Action.APPROVE): _uphold,
    (CaseKind.APPEAL, Action.REJECT): _dismiss,
    (CaseKind.APPEAL, Action.HOLD): _nothing,
    (CaseKind.ABUSE, Action.APPROVE): _uphold,
    (CaseKind.ABUSE, Action.REJECT): _dismiss,
    (CaseKind.ABUSE, Action.HOLD): _nothing,
}
