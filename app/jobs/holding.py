"""One worker at one job: it takes it, notes how far it came, and says what became of it.

Each of these writes only while the job is held under the worker's token, and in the transaction of the work itself: a worker
that was stopped, and continued when another had taken over, cannot commit what it still had in hand.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app import clock
from app.audit import services as audit
from app.db import db
from app.jobs import queries
from app.jobs.models import Job, JobState
from app.jobs.services import PROCESS

FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=10), timedelta(hours=1)
_random = random.SystemRandom()


class Lost(Exception):
    """Another worker took over, or the job was ended: what this worker holds must not be written."""


class Postponed(Exception):
    """What the job needs is taken by somebody else; it is no failure, and is tried again after `seconds`."""

    def __init__(self, seconds: float = 15) -> None:
        super().__init__(f"tried again in {seconds} s")
        self.seconds = seconds


class Interrupted(Exception):
    """The worker is to stop: the job goes back as it is, and another one goes on."""


@dataclass(frozen=True)
class Held:
    """A job in the hands of a worker."""

    id: int
    name: str
    args: dict[str, Any]
    token: str
    lease_seconds: float

    def note(self, done: int, total: int | None = None, *, lasting: bool = False) -> None:
        """Write down how far it is and hold on to it, in the present transaction. Raises `Lost`.

        What is `lasting` need not be done again by whoever takes over, so tries are counted anew.
        """
        values: dict[str, Any] = {"progress_done": done, "leased_until": _until(self.lease_seconds)}
        if total is not None:
            values["progress_total"] = total
        if lasting:
            values["attempts"] = 1
        _change(self, values)

    def renew(self) -> None:
        """Hold on to it. Raises `Lost`."""
        _change(self, {"leased_until": _until(self.lease_seconds)})


def claim(
    name: str,
    lease_seconds: float,
    most_attempts: int,
    on_dead: Callable[[dict[str, Any]], None] = lambda _args: None,
) -> Held | None:
    """The next due job of a kind; None when there is none. Jobs whose workers died each time are buried on the way.

    Commit at once, so that others see it.
    """
    while (job := db.session.scalars(_next_of(name)).first()) is not None:
        if job.state is JobState.RUNNING and job.attempts >= most_attempts:
            bury(job, "The worker died or hung each time.")
            on_dead(job.args)
            continue
        now = clock.now()
        job.state, job.attempts, job.token = JobState.RUNNING, job.attempts + 1, _token()
        job.leased_until, job.started_at = now + timedelta(seconds=lease_seconds), job.started_at or now
        db.session.flush()
        return Held(job.id, job.name, job.args, job.token, lease_seconds)
    return None


def _next_of(name: str) -> sa.Select[Job]:
    query = sa.select(Job).where(Job.name == name, queries.is_due())
    one = query.order_by(Job.next_attempt_at, Job.id).limit(1)
    return one.with_for_update(skip_locked=True).execution_options(populate_existing=True)


def finish(held: Held, outcome: str = "") -> None:
    """It is done. Raises `Lost`."""
    _change(held, _ended(JobState.DONE) | {"outcome": outcome[:300], "last_error": ""})


def give_back(held: Held, seconds: float = 0) -> None:
    """Put it back as if it had not been taken; due again after `seconds`. Raises `Lost`."""
    _change(
        held, _waiting(_until(seconds)) | {"attempts": sa.case((Job.attempts > 0, Job.attempts - 1), else_=0)}
    )


def fail(held: Held, error: str, most_attempts: int) -> bool:
    """Note what went wrong; try again later, or bury it after so many tries. True when buried. Raises `Lost`."""
    job = db.session.scalars(_mine(held)).one_or_none()
    if job is None:
        raise Lost
    if job.attempts >= most_attempts:
        bury(job, error)
        return True
    _change(held, _waiting(clock.now() + delay_after(job.attempts)) | {"last_error": error[:500]})
    return False


def bury(job: Job, error: str) -> None:
    """Try it no more until a person says so."""
    for name, value in _ended(JobState.DEAD).items():
        setattr(job, name, value)
    job.last_error = error[:500]
    db.session.flush()
    audit.record("job.died", ("job", job.id), detail={"name": job.name, "error": job.last_error})


def delay_after(attempts: int) -> timedelta:
    """How long to wait after so many tries: doubling, with jitter, between five seconds and an hour."""
    return min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(attempts - 1, 10)) * _random.uniform(0.5, 1.0)


def give_back_all() -> None:
    """Put back every job of this process, which ends."""
    own = sa.update(Job).where(Job.state == JobState.RUNNING, Job.token.startswith(f"{PROCESS}-"))
    attempts = sa.case((Job.attempts > 0, Job.attempts - 1), else_=0)
    statement = own.values(**_waiting(clock.now()), attempts=attempts)
    db.session.execute(statement.execution_options(synchronize_session=False))


def _mine(held: Held) -> sa.Select[Job]:
    query = sa.select(Job).where(Job.id == held.id, Job.token == held.token, Job.state == JobState.RUNNING)
    return query.with_for_update().execution_options(populate_existing=True)


def _change(held: Held, values: dict[str, Any]) -> None:
    own = sa.update(Job).where(Job.id == held.id, Job.token == held.token, Job.state == JobState.RUNNING)
    done = db.session.execute(own.values(**values).execution_options(synchronize_session=False))
    if not done.rowcount:  # type: ignore[attr-defined]
        raise Lost


def _waiting(due: Any) -> dict[str, Any]:
    return {"state": JobState.WAITING, "next_attempt_at": due, "token": None, "leased_until": None}


def _ended(state: JobState) -> dict[str, Any]:
    return {"state": state, "open_key": None, "token": None, "leased_until": None, "ended_at": clock.now()}


def _until(seconds: float) -> Any:
    return clock.now() + timedelta(seconds=seconds)


def _token() -> str:
    return f"{PROCESS}-{secrets.token_hex(8)}"
