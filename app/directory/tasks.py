"""Work of the directory for the job worker."""

from __future__ import annotations

from pathlib import Path

import structlog
from flask import current_app

from app.db import db, reading
from app.directory import learning, live
from app.jobs import services as leases
from app.jobs.engine import jobs
from app.jobs.keeping import kept

log = structlog.get_logger(__name__)


@jobs.condition("directory")
def is_read() -> bool:
    """Whether this process has read the directory: until then who opens it waits."""
    return live.is_read()


@jobs.task("directory.learn", every=300)
def learn() -> None:
    """Let new and changed profiles be found by their meaning too; by their words they are found at once."""
    folder = Path(current_app.config["SETTINGS"].model_dir)
    with reading():
        due = learning.is_due(folder)
        db.session.rollback()
    if not due:
        return
    token = leases.hold(learning.LEASE, learning.LEASE_SECONDS)
    db.session.commit()
    if token is None:
        return
    try:
        with kept(learning.LEASE, token, learning.LEASE_SECONDS):
            count = learning.learn(folder)
        db.session.commit()
        log.info("directory learned", organizations=count)
    finally:
        db.session.rollback()
        leases.release(learning.LEASE, token)
        db.session.commit()
