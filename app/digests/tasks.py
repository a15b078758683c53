"""Work of digests for the job worker."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flask import current_app

from app import clock
from app.db import db, reading
from app.digests import services
from app.digests.services import Letter
from app.jobs import services as leases
from app.jobs.engine import jobs

LEASE = "digests.enqueue"
LEASE_SECONDS = 120


@jobs.task("digests.enqueue_due", every=30)
def enqueue_due() -> None:
    """Write the letters whose hour has come, a batch at a time, until none is left."""
    token = leases.hold(LEASE, LEASE_SECONDS)
    db.session.commit()
    if token is None:
        return
    try:
        after = 0
        while not jobs.stopping.is_set() and (letters := _read(after)):
            if not leases.renew(LEASE, token, LEASE_SECONDS):
                return
            services.enqueue(letters)
            db.session.commit()
            after = letters[-1].user_id
    finally:
        db.session.rollback()
        leases.release(LEASE, token)
        db.session.commit()


def _read(after: int) -> Sequence[Letter]:
    # Reading and composing take no write lock; the batch is then written at once.
    with reading():
        folder = Path(current_app.config["SETTINGS"].model_dir)
        letters = services.letters_due(clock.now(), after, folder)
        db.session.rollback()
    return letters
