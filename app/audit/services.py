"""Write to the audit chain, in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa

from app import clock
from app.audit.models import AuditEvent, AuditHead
from app.db import db

_way: ContextVar[str] = ContextVar("audit_way", default="")


@contextmanager
def through(way: str) -> Iterator[None]:
    """What is written meanwhile says in its detail by which way it came, such as a link in a mail."""
    token = _way.set(way)
    try:
        yield
    finally:
        _way.reset(token)


def record(
    action: str, subject: tuple[str, object], *, by: int | None = None, detail: dict[str, Any] | None = None
) -> AuditEvent:
    """Add one event. `action` is like ``match.approved``; `subject` like ``("match", 17)``; `by` a user id.

    The head row stays locked until the caller's transaction ends, so that the chain has one order.
    """
    return record_many(action, [subject], by=by, detail=detail)[0]


def record_many(
    action: str,
    subjects: Iterable[tuple[str, object]],
    *,
    by: int | None = None,
    detail: dict[str, Any] | None = None,
) -> list[AuditEvent]:
    """Add the same event for many subjects, in few statements."""
    head = _locked_head()
    told = {**(detail or {}), "through": _way.get()} if _way.get() else detail or {}
    events = []
    for type_, id_ in subjects:
        event = AuditEvent(
            number=head.number + 1,
            at=clock.now().replace(microsecond=0),
            actor_id=by,
            action=action,
            subject_type=type_,
            subject_id=str(id_),
            detail=told,
            previous_hash=head.hash,
            hash="",
        )
        event.hash = event.seal()
        head.number, head.hash = event.number, event.hash
        events.append(event)
    db.session.add_all(events)
    db.session.flush()
    return events


def _locked_head() -> AuditHead:
    query = (
        sa.select(AuditHead)
        .where(AuditHead.id == 1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).one()
