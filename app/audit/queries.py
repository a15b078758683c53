"""Reads of the audit chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.audit.models import AuditEvent, AuditHead
from app.db import db

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What a walk along the chain found; `broken_number` is None when it is intact."""

    events: int
    broken_number: int | None = None
    reason: str = ""


def events_about(subject_type: str, subject_id: object) -> Sequence[AuditEvent]:
    """What happened to one thing, oldest first."""
    query = (
        sa.select(AuditEvent)
        .where(AuditEvent.subject_type == subject_type, AuditEvent.subject_id == str(subject_id))
        .order_by(AuditEvent.number)
    )
    return db.session.scalars(query).all()


def events_page(before: int | None = None, limit: int = 50) -> Sequence[AuditEvent]:
    """The newest events, or those older than number `before`; newest first."""
    query = sa.select(AuditEvent).order_by(AuditEvent.number.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditEvent.number < before)
    return db.session.scalars(query).all()


def chain_check() -> ChainCheck:
    """Walk the whole chain, also while others add to it: only what was there at the start is judged."""
    # One statement, so that head and newest number belong together on both databases.
    newest = sa.select(sa.func.coalesce(sa.func.max(AuditEvent.number), 0)).scalar_subquery()
    head = db.session.execute(sa.select(AuditHead.number, AuditHead.hash, newest)).one_or_none()
    if head is None:
        return ChainCheck(0, 0, "the head of the chain is missing")
    number, sealed, last = head
    previous, count = "0" * 64, 0
    for event in _events(max(number, last)):
        count += 1
        if reason := _fault(event, count, previous):
            return ChainCheck(count, count, reason)
        previous = event.hash
    if count != number:
        return ChainCheck(count, min(count, number) + 1, f"the head says {number} events, there are {count}")
    if sealed != previous:
        return ChainCheck(count, count, "its hash is not the one at the head")
    return ChainCheck(count)


def _fault(event: AuditEvent, expected: int, previous: str) -> str:
    if event.number != expected:
        return f"it is missing; the next one is {event.number}"
    if event.previous_hash != previous:
        return "it does not continue the event before it"
    return "" if event.hash == event.seal() else "its content does not fit its hash"


def _events(last: int) -> Iterator[AuditEvent]:
    """Events up to number `last`, in batches, so that memory stays level."""
    query = (
        sa.select(AuditEvent)
        .where(AuditEvent.number > sa.bindparam("after"), AuditEvent.number <= last)
        .order_by(AuditEvent.number)
        .limit(_BATCH)
    )
    # Lower than any number, so that an event planted before the first one shows.
    after = -(2**62)
    while batch := db.session.scalars(query, {"after": after}).all():
        after = batch[-1].number
        yield from batch
        for event in batch:
            db.session.expunge(event)
