"""Leases for tasks that only one may do at a time, over all processes, and the workers' signs of life."""

from __future__ import annotations

import secrets
from datetime import timedelta

import sqlalchemy as sa

from app import clock
from app.db import db
from app.jobs.models import Lease, Worker

# Marks the leases of this process, so that it can give them all back when it ends.
PROCESS = secrets.token_hex(6)
FORGET_WORKERS_AFTER = timedelta(days=1)


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
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return bool(result.rowcount)  # type: ignore[attr-defined]
