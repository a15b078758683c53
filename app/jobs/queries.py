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
from app.jobs.engine import jobs
from app.jobs.models import Lease, Worker

log = structlog.get_logger(__name__)
WORKER_SEEN_WITHIN = timedelta(seconds=30)


@dataclass(frozen=True)
class Readiness:
    """What /readyz tells. Measures inform; only database, migrations and worker decide."""

    database: bool = False
    migrations: bool = False
    worker: bool = False
    worker_seen_seconds_ago: int | None = None
    measures: dict[str, object] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        return self.database and self.migrations and self.worker


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
