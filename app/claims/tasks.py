"""Work of claims for the job worker."""

from __future__ import annotations

import structlog

from app.claims import stating, verifying
from app.db import db, reading
from app.jobs.engine import jobs

log = structlog.get_logger(__name__)


@jobs.task("claims.read_profiles", every=20)
def read_profiles() -> None:
    """Read the claims of profiles that changed since, a batch a commit, until none is left or the process ends."""
    while not jobs.stopping.is_set():
        with reading():
            ids = stating.unread()
            db.session.rollback()
        if not ids:
            return
        changed = stating.read(ids)
        db.session.commit()
        log.info("claims read", profiles=len(ids), changed=changed)


@jobs.task("claims.verify", every=60)
def verify() -> None:
    """Note what facts show of e-mail domains and register numbers, and end what they show no more, a batch a commit."""
    while not jobs.stopping.is_set():
        with reading():
            missing, gone = verifying.difference()
            db.session.rollback()
        if not missing and not gone:
            return
        changed = verifying.write(missing, gone)
        db.session.commit()
        log.info("verifications found", organizations=changed, ended=len(gone))
