"""Work of the desk for the job worker."""

from __future__ import annotations

import structlog

from app.db import db, reading
from app.desk import repeating, sla, stepping_aside, syncing
from app.jobs.engine import jobs

log = structlog.get_logger(__name__)


@jobs.task("desk.sync", every=5)
def sync() -> None:
    """Open, wake and close cases as what they are about changes."""
    with reading():
        found = syncing.look()
        db.session.rollback()
    if not found:
        return
    done = syncing.write(found)
    db.session.commit()
    log.info("cases brought up to date", opened=done.opened, closed=done.closed, woken=done.woken)


@jobs.task("desk.escalate", every=300)
def escalate() -> None:
    """Bring cases before the leads that are late by the promised time again."""
    with reading():
        late = sla.overdue_cases()
        db.session.rollback()
    if not late:
        return
    escalated = sla.escalate(late)
    db.session.commit()
    log.info("cases escalated", cases=escalated)


@jobs.task("desk.let_go", every=60)
def let_go() -> None:
    """Give cases back to the others whose reader has become tied to one of their organizations."""
    with reading():
        people = stepping_aside.holders()
        db.session.rollback()
    if not people:
        return
    stepping_aside.let_go(people)
    db.session.commit()
    log.info("cases let go of", people=len(people))


@jobs.task("desk.repeat", every=3600)
def repeat() -> None:
    """Let a few decided pairs come to their managers once more."""
    with reading():
        due = repeating.look()
        db.session.rollback()
    if not due:
        return
    opened = repeating.open_repeats(due)
    db.session.commit()
    log.info("cases repeated", cases=opened)
