"""Work of the desk for the job worker."""

from __future__ import annotations

import structlog

from app.db import db, reading
from app.desk import sla, syncing
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
