"""Work of introductions for the job worker."""

from __future__ import annotations

from app.db import db, reading
from app.introductions import expiring
from app.jobs.engine import jobs


@jobs.task("introductions.expire", every=300)
def expire() -> None:
    """End the matches that were declined or whose time to answer is over, then remind of those that still wait."""
    with reading():
        to_close, to_end, to_remind = expiring.has_due()
        db.session.rollback()
    while to_close and not jobs.stopping.is_set() and expiring.close_declined():
        db.session.commit()
    while to_end and not jobs.stopping.is_set() and expiring.expire():
        db.session.commit()
    while to_remind and not jobs.stopping.is_set() and expiring.remind():
        db.session.commit()
    db.session.rollback()
