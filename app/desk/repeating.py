"""Blind repeats: a few of a manager's own decisions come to them once more, and tell how steady they judge."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.desk import queries, sla
from app.desk.models import Case, CaseKind, CaseState, Decision, DecisionState, Release
from app.organizations.models import Organization, ProfileState

# One decision in this many.
ONE_IN = 50
SEED = 20_240_229
RESTS_FOR = timedelta(days=14)
FORGOTTEN_AFTER = timedelta(days=90)
AT_ONCE = 100
_PRIME = 7_919


def look() -> list[int]:
    """Decisions on pairs that are due to be repeated: old enough, drawn by the seed, and nothing has changed since."""
    now, repeat = clock.now(), aliased(Case)
    changed = sa.exists().where(
        sa.or_(Organization.id == Case.one_id, Organization.id == Case.other_id),
        sa.or_(Organization.state != ProfileState.LISTED, Organization.profile_changed_at > Decision.at),
    )
    later = aliased(Decision)
    query = (
        sa.select(Decision.id)
        .join(Case, Case.id == Decision.case_id)
        .join(Release, Release.id == Decision.release_id)
        .join(User, User.id == Decision.by_id)
        .where(
            Decision.state == DecisionState.RELEASED,
            Case.kind == CaseKind.PAIR,
            Case.state == CaseState.CLOSED,
            Case.repeats_id.is_(None),
            User.deactivated_at.is_(None),
            Release.effective_at.between(now - FORGOTTEN_AFTER, now - RESTS_FOR),
            is_drawn(),
            ~changed.correlate(Case, Decision),
            ~sa.exists().where(repeat.repeats_id == Case.id).correlate(Case),
            # The last word on the case, or there would be two to compare with.
            ~sa.exists()
            .where(
                later.case_id == Case.id,
                later.id > Decision.id,
                later.state == DecisionState.RELEASED,
            )
            .correlate(Case, Decision),
        )
    )
    return list(db.session.scalars(query.order_by(Decision.id).limit(AT_ONCE)))


def is_drawn(seed: int = SEED, one_in: int = ONE_IN) -> sa.ColumnElement[bool]:
    """The same decisions each time, spread over people and days."""
    return (sa.cast(Decision.id, sa.BigInteger) * _PRIME + seed) % one_in == 0


def open_repeats(decision_ids: list[int]) -> int:
    """Open the case again for who decided it, unless they have a conflict or left the program since."""
    opened = 0
    for decision in db.session.scalars(sa.select(Decision).where(Decision.id.in_(decision_ids))):
        case = _locked(decision)
        if case is None:
            continue
        now = clock.now()
        made = Case(
            kind=case.kind,
            match_id=case.match_id,
            program_id=case.program_id,
            one_id=case.one_id,
            other_id=case.other_id,
            value=case.value,
            wanted_opinions=case.wanted_opinions,
            opened_at=now,
            due_at=sla.due_after(now, case.kind),
            repeats_id=case.id,
            for_user_id=decision.by_id,
        )
        db.session.add(made)
        db.session.flush()
        audit.record("case.repeated", ("case", made.id), detail={"repeats": case.id})
        opened += 1
    return opened


def _locked(decision: Decision) -> Case | None:
    """The case, if it may be repeated still: two workers open one repeat."""
    query = sa.select(Case).where(Case.id == decision.case_id, queries.visible(decision.by))
    case = db.session.scalars(query.with_for_update(of=Case)).one_or_none()
    if case is None or db.session.scalar(sa.select(sa.exists().where(Case.repeats_id == case.id))):
        return None
    return case
