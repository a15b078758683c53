"""Work of transfers for the job worker."""

from __future__ import annotations

from app.db import db, reading
from app.jobs import services as leases
from app.jobs.engine import jobs
from app.jobs.keeping import kept
from app.transfers import bringing_on, queries, running, services


@jobs.task("transfers.work", every=2)
def work() -> None:
    """Take up import runs that wait, or whose worker died, one after the other."""
    with reading():
        waiting = queries.waiting_runs()
        db.session.rollback()
    for run_id in waiting:
        if jobs.stopping.is_set():
            return
        name = queries.lease_of(run_id)
        token = leases.hold(name, running.LEASE_SECONDS)
        db.session.commit()
        if token is not None:
            try:
                with kept(name, token, running.LEASE_SECONDS):
                    is_large = queries.size_of(run_id) > bringing_on.LARGE
                    db.session.rollback()
                    (bringing_on.elsewhere if is_large else bringing_on.bring_on)(run_id, token)
            finally:
                db.session.rollback()
                leases.release(name, token)
                db.session.commit()


@jobs.task("transfers.tidy", every=3600)
def tidy() -> None:
    """Forget files nobody went on with."""
    if services.forget_stale():
        db.session.commit()
    db.session.rollback()
