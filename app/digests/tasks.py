"""Work of digests for the job worker."""

from __future__ import annotations

from app import clock
from app.db import db, reading
from app.digests import services
from app.jobs import services as leases
from app.jobs.engine import jobs

NAME = "digests.enqueue_due"
LEASE_SECONDS = 120


@jobs.task(NAME, every=60)
def enqueue_due() -> None:
    """Write the letters whose hour has come, a batch at a time, until none is left."""
    token = leases.hold(NAME, LEASE_SECONDS)
    db.session.commit()
    if token is None:
        return
    try:
        while _next_batch(token):
            pass
    finally:
        db.session.rollback()
        leases.release(NAME, token)
        db.session.commit()


def _next_batch(token: str) -> bool:
    # Reading and composing take no write lock; the batch is then written at once.
    with reading():
        letters = services.letters_due(clock.now())
        db.session.rollback()
    if not letters or not leases.renew(NAME, token, LEASE_SECONDS):
        return False
    services.enqueue(letters)
    db.session.commit()
    return True
