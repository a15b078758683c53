"""Jobs to be done, leases for tasks that only one may do at a time, over all processes, and the workers' signs of life."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app import clock
from app.audit import services as audit
from app.db import db
from app.errors import RuleBroken
from app.jobs.models import Job, JobState, Lease, Worker

# Marks the leases of this process, so that it can give them all back when it ends.
PROCESS = secrets.token_hex(6)
FORGET_WORKERS_AFTER = timedelta(days=1)
FORGET_DONE_AFTER = timedelta(days=30)


class NotDead(RuleBroken):
    """Somebody else tried it again already, or the same work was asked for since."""


def enqueue(name: str, key: str, args: dict[str, Any] | None = None, *, by: int | None = None) -> Job:
    """Ask for a job in the caller's transaction; the one that is open under this key when there is one."""
    if (job := _open(key)) is not None:
        return job
    now = clock.now()
    job = Job(
        name=name, key=key, open_key=key, args=args or {}, next_attempt_at=now, created_at=now, by_id=by
    )
    try:
        with db.session.begin_nested():
            db.session.add(job)
    except sa.exc.IntegrityError:
        # Somebody asked for the same in this very moment.
        found = _open(key)
        if found is None:
            raise
        return found
    return job


def _open(key: str) -> Job | None:
    return db.session.scalars(sa.select(Job).where(Job.open_key == key)).one_or_none()


def replay(job: Job, *, by: int | None = None) -> None:
    """Try a dead job again, as if it had never been tried. Raises `NotDead`."""
    dead = sa.update(Job).where(Job.id == job.id, Job.state == JobState.DEAD)
    now = clock.now()
    values = {
        "state": JobState.WAITING,
        "open_key": job.key,
        "attempts": 0,
        "ended_at": None,
        "started_at": None,
    }
    try:
        with db.session.begin_nested():
            again = _changed(dead.values(**values, progress_done=0, progress_total=None, next_attempt_at=now))
    except sa.exc.IntegrityError:
        again = False
    if not again:
        raise NotDead("This job waits already, or the same work was asked for since. Nothing was changed.")
    audit.record("job.replayed", ("job", job.id), by=by, detail={"name": job.name, "key": job.key})
    db.session.refresh(job)


def replay_all(*, by: int | None = None) -> int:
    """Try every dead job again, but for those whose work was asked for since; gives how many."""
    count = 0
    for job in db.session.scalars(sa.select(Job).where(Job.state == JobState.DEAD).order_by(Job.id)).all():
        try:
            replay(job, by=by)
        except NotDead:
            continue
        count += 1
    return count


def forget_done() -> int:
    """Forget jobs that were done a month ago; dead ones stay until a person looks at them."""
    old = Job.ended_at < clock.now() - FORGET_DONE_AFTER
    return _count(sa.delete(Job).where(Job.state == JobState.DONE, old))


def hold(name: str, seconds: float) -> str | None:
    """Take the lease `name`; None when somebody holds it. Commit at once, so that others see it.

    The token is what `renew` and `release` ask for. After `seconds` anyone may take it.
    """
    token, now = f"{PROCESS}-{secrets.token_hex(8)}", clock.now()
    until = now + timedelta(seconds=seconds)
    expired = sa.update(Lease).where(Lease.name == name, Lease.until <= now)
    if _changed(expired.values(token=token, until=until)):
        return token
    if db.session.scalar(sa.select(sa.exists().where(Lease.name == name))):
        return None
    try:
        with db.session.begin_nested():
            db.session.execute(sa.insert(Lease).values(name=name, token=token, until=until))
    except sa.exc.IntegrityError:
        return None
    return token


def renew(name: str, token: str, seconds: float) -> bool:
    """Hold on for `seconds` from now; False when the lease is lost and the work must stop."""
    until = clock.now() + timedelta(seconds=seconds)
    own = sa.update(Lease).where(Lease.name == name, Lease.token == token)
    return _changed(own.values(until=until))


def release(name: str, token: str) -> bool:
    """Give the lease back; False when it was lost before."""
    return _changed(sa.delete(Lease).where(Lease.name == name, Lease.token == token))


def release_all() -> None:
    """Give back every lease of this process."""
    _changed(sa.delete(Lease).where(Lease.token.startswith(f"{PROCESS}-")))


def beat(name: str) -> None:
    """Say that the worker `name` lives, and forget those not seen for a day."""
    now = clock.now()
    if not _changed(sa.update(Worker).where(Worker.name == name).values(seen_at=now)):
        db.session.add(Worker(name=name, started_at=now, seen_at=now))
        _changed(sa.delete(Worker).where(Worker.seen_at < now - FORGET_WORKERS_AFTER))
        db.session.flush()


def sign_off(name: str) -> None:
    """Say that the worker `name` has ended."""
    _changed(sa.delete(Worker).where(Worker.name == name))


def _changed(statement: sa.UpdateBase) -> bool:
    return bool(_count(statement))


def _count(statement: sa.UpdateBase) -> int:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)  # type: ignore[attr-defined]
