"""Work of the engine itself for the job worker."""

from __future__ import annotations

from app.db import db, reading
from app.jobs import queries, services
from app.jobs.engine import jobs
from app.jobs.models import JobState
from app.jobs.working import KINDS


@jobs.measure("jobs")
def long_work() -> dict[str, int]:
    """Jobs that were given up and wait for a person, and those that wait for a worker."""
    counts = queries.job_counts()
    return {"dead": counts[JobState.DEAD], "waiting": counts[JobState.WAITING]}


@jobs.task("jobs.look", every=1)
def look() -> None:
    """Wake the kinds of which a job is due: one that was asked for, failed a while ago, or lost its worker."""
    with reading():
        names = queries.due_names()
        db.session.rollback()
    for name in names:
        if name in KINDS:
            jobs.wake(name)


@jobs.task("jobs.tidy", every=3600)
def tidy() -> None:
    """Forget jobs that were done long ago."""
    if services.forget_done():
        db.session.commit()
    db.session.rollback()
