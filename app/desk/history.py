"""What the audit chain says of a case: its own events, those of its decisions, and those of what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext, lazy_gettext

from app.accounts.models import User
from app.audit.models import AuditEvent
from app.db import db
from app.desk.models import Case, Decision

MOST = 6
WORDS = {
    "case.escalated": lazy_gettext("brought before the lead"),
    "decision.staged": lazy_gettext("staged a decision"),
    "decision.dropped": lazy_gettext("took a staged decision back"),
    "decision.released": lazy_gettext("released a decision"),
    "decision.undone": lazy_gettext("undid a decision"),
    "match.approved": lazy_gettext("approved the pair"),
    "match.rejected": lazy_gettext("rejected the pair"),
    "match.held": lazy_gettext("put the pair on hold"),
    "match.info_requested": lazy_gettext("asked the sides"),
    "match.reopened": lazy_gettext("opened the pair again after an appeal"),
    "listing.submitted": lazy_gettext("handed the profile in"),
    "listing.change_noticed": lazy_gettext("a change was noticed"),
    "listing.approved": lazy_gettext("approved the profile"),
    "listing.returned": lazy_gettext("sent the profile back"),
    "listing.refused": lazy_gettext("refused the profile"),
    "listing.withdrawn": lazy_gettext("took the profile back"),
    "grievance.appealed": lazy_gettext("appealed"),
    "grievance.reported": lazy_gettext("reported the profile"),
    "grievance.upheld": lazy_gettext("upheld it"),
    "grievance.dismissed": lazy_gettext("dismissed it"),
    "grievance.withdrawn": lazy_gettext("took it back"),
}


@dataclass(frozen=True)
class Event:
    """One line of the history."""

    number: int
    at: datetime
    who: str
    words: Any


def history_of(case: Case) -> list[Event]:
    """The newest events, newest first. Of a blind repeat nothing: it must look like any other case."""
    if case.is_repeat:
        return []
    query = (
        sa.select(AuditEvent, User)
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .where(sa.or_(*_about(case)), AuditEvent.action.in_(WORDS))
        .order_by(AuditEvent.number.desc())
        .limit(MOST)
    )
    return [
        Event(event.number, event.at, by.display_name if by else gettext("Sangam"), WORDS[event.action])
        for event, by in db.session.execute(query)
    ]


def _about(case: Case) -> Sequence[sa.ColumnElement[bool]]:
    decisions = sa.select(sa.cast(Decision.id, sa.String)).where(Decision.case_id == case.id)
    subjects: dict[str, int | None] = {
        "case": case.id,
        "match": case.match_id,
        "listing": case.listing_review_id,
        "duplicate": case.duplicate_id,
        "grievance": case.grievance_id,
    }
    found = [
        sa.and_(AuditEvent.subject_type == kind, AuditEvent.subject_id == str(id_))
        for kind, id_ in subjects.items()
        if id_ is not None
    ]
    staged = sa.and_(AuditEvent.subject_type == "decision", AuditEvent.subject_id.in_(decisions))
    return [*found, staged]
