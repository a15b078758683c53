"""Reads of the audit chain."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.audit.models import AuditEvent
from app.db import db


def events_about(subject_type: str, subject_id: object) -> Sequence[AuditEvent]:
    """What happened to one thing, oldest first."""
    query = (
        sa.select(AuditEvent)
        .where(AuditEvent.subject_type == subject_type, AuditEvent.subject_id == str(subject_id))
        .order_by(AuditEvent.number)
    )
    return db.session.scalars(query).all()
