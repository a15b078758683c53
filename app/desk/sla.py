"""The clock of a case: when a decision is due, and when a late one goes to the lead."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from app import clock, workdays
from app.audit import services as audit
from app.db import db
from app.desk.models import PROMISED_DAYS, Case, CaseKind, CaseState

AT_ONCE = 500


def due_after(start: datetime, kind: CaseKind) -> datetime:
    """When a decision on a case of this kind is due."""
    return workdays.after(start, PROMISED_DAYS[kind])


def overdue_cases(limit: int = AT_ONCE) -> list[int]:
    """Open cases that are late by the promised time again and not escalated, latest first."""
    query = (
        sa.select(Case.id)
        .where(Case.state == CaseState.OPEN, Case.escalated_at.is_(None), _is_overdue(clock.now()))
        .order_by(Case.due_at, Case.id)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def escalate(ids: list[int]) -> int:
    """Bring these cases before the leads, each once."""
    now, changed = clock.now(), 0
    for id_ in ids:
        still = sa.and_(Case.id == id_, Case.escalated_at.is_(None), Case.state == CaseState.OPEN)
        update = sa.update(Case).where(still).values(escalated_at=now)
        if db.session.execute(update.execution_options(synchronize_session=False)).rowcount:  # type: ignore[attr-defined]
            audit.record("case.escalated", ("case", id_))
            changed += 1
    return changed


def _is_overdue(now: datetime) -> sa.ColumnElement[bool]:
    kinds = (
        sa.and_(Case.kind == kind, Case.due_at < workdays.before(now, days))
        for kind, days in PROMISED_DAYS.items()
    )
    return sa.or_(*kinds)
