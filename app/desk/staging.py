"""Stage decisions: exactly one a case. Nothing follows from them until their release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.exc import StaleDataError

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.desk import words
from app.desk.models import Action, Case, CaseKind, CaseState, Decision, DecisionState
from app.errors import AlreadyDecided, RuleBroken

_PAIR = frozenset(Action)
_LISTING = _PAIR - {Action.SWAP}
_PLAIN = frozenset({Action.APPROVE, Action.REJECT, Action.HOLD})
# Which decisions a kind of case knows.
KNOWN: dict[CaseKind, frozenset[Action]] = {
    CaseKind.PAIR: _PAIR,
    CaseKind.LISTING: _LISTING,
    CaseKind.RESUBMISSION: _LISTING,
    CaseKind.MERGE: _PLAIN,
    CaseKind.APPEAL: _PLAIN,
    CaseKind.ABUSE: _PLAIN,
}
_NEEDED = {
    Action.HOLD: "until",
    Action.ASK: "note",
    Action.SWAP: "organization_id",
    Action.REFER: "program_id",
}


@dataclass(frozen=True)
class Terms:
    """What a manager decides, in plain values."""

    action: Action
    criterion: str = ""
    reason_code: str = ""
    note: str = ""
    comment: str = ""
    until: date | None = None
    sides: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    organization_id: int | None = None
    program_id: int | None = None
    # The version of the match, review, suspicion or grievance that was read; None when it was not.
    seen: int | None = None


def stage(case: Case, by: User, terms: Terms, *, version: int) -> Decision:
    """Note a decision for the next release; repeating one's own press changes nothing.

    Raises `AlreadyDecided`, which names who was first, and `RuleBroken`.
    """
    case_id = case.id
    case = locked(case_id)
    if not case.is_open or case.version != version:
        return _settle_with_winner(case, by, terms)
    _require_possible(case, terms)
    decision = Decision(case_id=case.id, by_id=by.id, at=clock.now(), **_columns(terms))
    decision.before = {"case": standing_of(case), "subject": subject_version(case)}
    case.state, case.claimed_by_id, case.claimed_until = CaseState.STAGED, None, None
    db.session.add(decision)
    try:
        db.session.flush()
    except (IntegrityError, StaleDataError):
        # Somebody else committed between our read and our write.
        db.session.rollback()
        return _settle_with_winner(locked(case_id), by, terms)
    _record("decision.staged", decision, by)
    return decision


def drop(decision: Decision, by: User) -> None:
    """Take a staged decision back; its case stands where it stood. Raises `RuleBroken` once it is released."""
    case = locked(decision.case_id)
    db.session.refresh(decision, with_for_update={"of": Decision})
    if decision.state is DecisionState.DROPPED:
        return
    if decision.state is not DecisionState.STAGED:
        raise RuleBroken(_("This decision was released already. Undo it on the page of its release."))
    decision.state = DecisionState.DROPPED
    restore_standing(case, decision)
    db.session.flush()
    _record("decision.dropped", decision, by)


def staged_by(user: User) -> Sequence[Decision]:
    """What this person has staged, oldest first."""
    query = (
        sa.select(Decision)
        .where(Decision.by_id == user.id, Decision.state == DecisionState.STAGED)
        .options(selectinload(Decision.case))
        .order_by(Decision.id)
    )
    return db.session.scalars(query).all()


def locked(case_id: int) -> Case:
    """The case as it is now; nobody else changes it before this transaction ends."""
    query = sa.select(Case).where(Case.id == case_id).with_for_update(of=Case)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def subject_of(case: Case) -> Any:
    """The match, review, suspicion or grievance the case is about."""
    return case.match or case.listing_review or case.duplicate or case.grievance


def subject_version(case: Case) -> int:
    """Moves on whenever somebody changes what the case is about."""
    return int(subject_of(case).version)


def standing_of(case: Case) -> dict[str, Any]:
    """Where a case stands, as it is kept beside a decision."""
    return {
        "state": case.state.value,
        "waits_until": case.waits_until.isoformat() if case.waits_until else None,
        "program_id": case.program_id,
    }


def restore_standing(case: Case, decision: Decision) -> None:
    """Put a case back to where it stood before the decision."""
    before = decision.before["case"]
    case.state, case.closed_at = CaseState(before["state"]), None
    case.waits_until = date.fromisoformat(before["waits_until"]) if before["waits_until"] else None
    case.program_id = before["program_id"]


def _columns(terms: Terms) -> dict[str, Any]:
    return {
        "action": terms.action,
        "criterion": terms.criterion,
        "reason_code": terms.reason_code,
        "note": terms.note,
        "comment": terms.comment,
        "until": terms.until,
        "sides": list(terms.sides),
        "fields": list(terms.fields),
        "organization_id": terms.organization_id,
        "program_id": terms.program_id,
    }


def _require_possible(case: Case, terms: Terms) -> None:
    if terms.action not in KNOWN[case.kind]:
        raise RuleBroken(_("This cannot be decided that way."))
    if terms.seen is not None and terms.seen != subject_version(case):
        raise RuleBroken(_("It was changed after you opened this page. Read it again, then decide."))
    needed = _NEEDED.get(terms.action)
    if case.kind is CaseKind.MERGE and terms.action is Action.APPROVE:
        needed = "organization_id"
    if needed and not getattr(terms, needed):
        raise RuleBroken(_("Something is missing for this decision. Open the case and decide there."))
    criteria = case.program.criteria if case.program else []
    if criteria and terms.criterion not in criteria:
        raise RuleBroken(_("Choose the criterion of the program that the decision rests on."))


def _settle_with_winner(case: Case, by: User, terms: Terms) -> Decision:
    """A repeated press of one's own button is no conflict; anything else names who was first."""
    last = _last_on(case.id)
    if last is None or case.state is CaseState.OPEN:
        # What was decided was taken back since, or the case came again.
        raise RuleBroken(_("This case was changed while you had it open. Look at it again."))
    if last.by_id == by.id and _columns(terms) == {name: getattr(last, name) for name in _columns(terms)}:
        return last
    name = last.by.display_name
    raise AlreadyDecided(
        _("%(name)s was first: %(action)s.", name=name, action=words.done(last.action)),
        winner=name,
        action=last.action.value,
    )


def _last_on(case_id: int) -> Decision | None:
    standing = (DecisionState.STAGED, DecisionState.RELEASED)
    query = sa.select(Decision).where(Decision.case_id == case_id, Decision.state.in_(standing))
    return db.session.scalars(query.order_by(Decision.id.desc()).limit(1)).first()


def _record(action: str, decision: Decision, by: User) -> None:
    detail = {"case": decision.case_id, "action": decision.action.value}
    audit.record(action, ("decision", decision.id), by=by.id, detail=detail)
