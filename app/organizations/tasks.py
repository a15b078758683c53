"""Work on organizations for the job worker."""

from __future__ import annotations

import structlog

from app.db import db, reading
from app.jobs import services as leases
from app.jobs.engine import jobs
from app.organizations import brief_queries, briefs, duplicates, scanning

log = structlog.get_logger(__name__)
_AT_ONCE = 1000


@jobs.task("organizations.find_duplicates", every=3600)
def find_duplicates() -> None:
    """Once a day, look whether profiles that changed since are there twice."""
    with reading():
        due = duplicates.is_scan_due()
        db.session.rollback()
    if not due:
        return
    token = leases.hold(scanning.LEASE, scanning.LEASE_SECONDS)
    db.session.commit()
    if token is None:
        return
    try:
        with reading():
            found, only, profiles = scanning.find(changed_only=True)
            db.session.rollback()
        tally = scanning.write(found, only, profiles, None)
        db.session.commit()
        log.info("duplicates looked for", profiles=tally.profiles, found=tally.found, new=tally.new)
    finally:
        db.session.rollback()
        leases.release(scanning.LEASE, token)
        db.session.commit()


@jobs.task("organizations.retire_briefs", every=3600)
def retire_briefs() -> None:
    """Take needs and offers that have run out off their profiles; each organization in a transaction of its own."""
    with reading():
        due = brief_queries.organizations_with_expired(_AT_ONCE)
        db.session.rollback()
    for organization_id in due:
        briefs.retire_expired(organization_id)
        db.session.commit()
    if due:
        log.info("needs and offers retired", organizations=len(due))
