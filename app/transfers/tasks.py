"""Work of transfers for the job worker."""

from __future__ import annotations

import structlog

from app.db import db, reading
from app.jobs import services as leases
from app.jobs.engine import jobs
from app.jobs.keeping import kept
from app.organizations.records import UnreadableFile
from app.transfers import queries, running, services
from app.transfers.models import ImportRun
from app.transfers.reading import opened

log = structlog.get_logger(__name__)


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
                    _bring_on(run_id, token)
            finally:
                db.session.rollback()
                leases.release(name, token)
                db.session.commit()


def _bring_on(run_id: int, token: str) -> None:
    run = running.begin(run_id)
    db.session.commit()
    if run is None:
        return
    try:
        with opened(run) as file:
            for _ in running.take(run, file, token):
                db.session.commit()
                if jobs.stopping.is_set():
                    return
        ended = running.finish(run_id, token)
        db.session.commit()
        log.info("import ended", run=run_id, state=ended.state.value, rows=ended.read_rows)
    except running.Stopped:
        db.session.rollback()
        log.info("import stopped", run=run_id)
    except UnreadableFile as error:
        db.session.rollback()
        running.fail(db.session.get_one(ImportRun, run_id), str(error))
        db.session.commit()


@jobs.task("transfers.tidy", every=3600)
def tidy() -> None:
    """Forget files nobody went on with."""
    if services.forget_stale():
        db.session.commit()
    db.session.rollback()
