"""Who works, who holds what, and whether the whole is ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

import sqlalchemy as sa
import structlog
from alembic.migration import MigrationContext

from app import clock
from app.db import db
from app.db.commands import head_revision
from app.errors import NotFound
from app.jobs.engine import jobs
from app.jobs.models import Job, JobState, Lease, Worker

log = structlog.get_logger(__name__)
WORKER_SEEN_WITHIN = timedelta(seconds=30)


@dataclass(frozen=True)
class Readiness:
    """What /readyz tells. Measures inform; database, migrations, worker and the conditions of this process decide."""

    database: bool = False
    migrations: bool = False
    worker: bool = False
    worker_seen_seconds_ago: int | None = None
    conditions: dict[str, bool] = field(default_factory=dict)
    measures: dict[str, object] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        return self.database and self.migrations and self.worker and all(self.conditions.values())


def readiness() -> Readiness:
    """Look at everything the app stands on. A database that is away is an answer, not an error."""
    try:
        if MigrationContext.configure(db.session.connection()).get_current_revision() != _newest():
            return Readiness(database=True)
        seen = _worker_seen_ago()
        return Readiness(
            database=True,
            migrations=True,
            worker=seen is not None and seen <= WORKER_SEEN_WITHIN,
            worker_seen_seconds_ago=None if seen is None else int(seen.total_seconds()),
            conditions={name: holds() for name, holds in jobs.conditions.items()},
            measures={name: measure() for name, measure in jobs.measures.items()},
        )
    except sa.exc.SQLAlchemyError as error:
        log.warning("database away", error=str(error.__cause__ or error)[:300])
        return Readiness()


def _worker_seen_ago() -> timedelta | None:
    seen_at = db.session.scalar(sa.select(sa.func.max(Worker.seen_at)))
    return clock.now() - seen_at if seen_at else None


@cache
def _newest() -> str | None:
    return head_revision()


def workers() -> Sequence[Worker]:
    """Workers, last seen first."""
    return db.session.scalars(sa.select(Worker).order_by(Worker.seen_at.desc())).all()


def leases() -> Sequence[Lease]:
    """Leases that still hold."""
    return db.session.scalars(sa.select(Lease).where(Lease.until > clock.now()).order_by(Lease.name)).all()


def is_due() -> sa.ColumnElement[bool]:
    """Of a job: it waits and its time has come, or its worker has not been heard of since the lease ran out."""
    now = clock.now()
    waits = sa.and_(Job.state == JobState.WAITING, Job.next_attempt_at <= now)
    return sa.or_(waits, sa.and_(Job.state == JobState.RUNNING, Job.leased_until <= now))


def due_names() -> Sequence[str]:
    """Kinds of which a job is due."""
    return db.session.scalars(sa.select(Job.name).where(is_due()).distinct()).all()


def job(job_id: int) -> Job:
    """A job. Raises `NotFound`."""
    found = db.session.get(Job, job_id)
    if found is None:
        raise NotFound
    return found


def jobs_by_state(most: int = 50) -> dict[JobState, list[Job]]:
    """Jobs of each state: those to come in their order, those that are over newest first.

    Asked for at once, so that no job is met twice while it moves on.
    """
    parts = [sa.select(_first(state, most).subquery().c.id) for state in JobState]
    found = db.session.scalars(sa.select(Job).where(Job.id.in_(sa.union_all(*parts)))).all()
    newest_first = sorted(found, key=lambda job: job.ended_at or job.created_at, reverse=True)
    by_state = {state: [job for job in newest_first if job.state is state] for state in JobState}
    by_state[JobState.WAITING].sort(key=lambda job: job.next_attempt_at)
    return by_state


def _first(state: JobState, most: int) -> sa.Select[int]:
    order = Job.ended_at.desc() if state in {JobState.DONE, JobState.DEAD} else Job.next_attempt_at
    return sa.select(Job.id).where(Job.state == state).order_by(order, Job.id.desc()).limit(most)


def job_counts() -> dict[JobState, int]:
    """How many jobs there are of each state."""
    query = sa.select(Job.state, sa.func.count()).group_by(Job.state)
    return dict.fromkeys(JobState, 0) | {row[0]: row[1] for row in db.session.execute(query)}
