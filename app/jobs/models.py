"""What the worker tells of itself, who holds a task that only one may do at a time, and work that is asked for."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, choice, json_object


class Worker(Base):
    """A worker process and when it was last seen alive."""

    __tablename__ = "worker"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)


class Lease(Base):
    """A named task held by one holder until a moment; afterwards anyone may take it."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    token: Mapped[str] = mapped_column(sa.String(40))
    until: Mapped[datetime]


class JobState(StrEnum):
    """Where a job stands. `DEAD` was tried as often as its kind allows, and waits for a person."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Job(Base):
    """A piece of long work: asked for once, held by one worker at a time, tried again when it fails."""

    __tablename__ = "job"
    __table_args__ = (
        sa.Index("ix_job_queue", "state", "next_attempt_at"),
        sa.CheckConstraint("progress_done >= 0", name="progress"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    key: Mapped[str] = mapped_column(sa.String(160))
    # The key as long as the job is to be done: the same work is asked for once, and again when it is over.
    open_key: Mapped[str | None] = mapped_column(sa.String(160), unique=True)
    args: Mapped[dict[str, Any]] = mapped_column(json_object(), default=dict)
    state: Mapped[JobState] = mapped_column(choice(JobState, "state"), default=JobState.WAITING)
    # Tries since it last got on; a job that gets on may be interrupted any number of times.
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    # Whoever has the token may write what comes of the job, and nobody else.
    token: Mapped[str | None] = mapped_column(sa.String(40))
    leased_until: Mapped[datetime | None]
    progress_done: Mapped[int] = mapped_column(default=0)
    progress_total: Mapped[int | None]
    outcome: Mapped[str] = mapped_column(sa.String(300), default="")
    last_error: Mapped[str] = mapped_column(sa.String(500), default="")
    # The person who asked; nobody for work that falls due by itself. As in the trail, no foreign key.
    by_id: Mapped[int | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)

    @property
    def is_open(self) -> bool:
        return self.state in {JobState.WAITING, JobState.RUNNING}
