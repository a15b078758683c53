"""Kinds of jobs, and how one is carried out: taken, kept while it runs, and marked in the transaction of its last change.

An edge, as tasks are: it commits. What a kind's function leaves uncommitted is committed together with the mark that the job
is done, so both happen or neither.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask, current_app

from app.db import db
from app.errors import SangamError
from app.jobs import holding, queries
from app.jobs import services as leases
from app.jobs.engine import jobs
from app.jobs.holding import Held, Interrupted, Lost, Postponed
from app.jobs.keeping import kept
from app.jobs.models import JobState

log = structlog.get_logger(__name__)
Run = Callable[[Held], str | None]


@dataclass(frozen=True)
class Kind:
    """A sort of job. `run` may say in a sentence what came of it; after `most_seconds` it counts as hung."""

    name: str
    run: Run
    most_attempts: int
    lease_seconds: float
    most_seconds: float
    on_dead: Callable[[dict[str, Any]], None]


KINDS: dict[str, Kind] = {}


def kind(
    name: str,
    *,
    most_attempts: int = 5,
    lease_seconds: float = 60,
    most_seconds: float = 4 * 3600,
    on_dead: Callable[[dict[str, Any]], None] = lambda _args: None,
) -> Callable[[Run], Run]:
    """Register a function as what carries out jobs of the kind `name`.

    `on_dead` gets the arguments of a job that is given up, in the transaction that buries it.
    """

    def register(run: Run) -> Run:
        KINDS[name] = one = Kind(name, run, most_attempts, lease_seconds, most_seconds, on_dead)
        jobs.task(name)(partial(carry_out, one))
        return run

    return register


def carry_out(one: Kind) -> None:
    """Do what is due of this kind, one job after the other."""
    while not jobs.stopping.is_set():
        held = holding.claim(one.name, one.lease_seconds, one.most_attempts, one.on_dead)
        db.session.commit()
        if held is None:
            return
        _do(one, held)


def tell(held: Held, done: int, total: int | None = None) -> None:
    """Show how far a job is, between two transactions of its work. Raises `Lost`, and `Interrupted` when to stop."""
    held.note(done, total)
    db.session.commit()
    if jobs.stopping.is_set():
        raise Interrupted


@contextmanager
def leased(name: str, seconds: float) -> Iterator[Callable[[], None]]:
    """A lease that others than jobs take too, for the block and in the transaction that the block leaves open.

    What it yields is asked before each commit inside. Raises `Postponed` when somebody else holds the lease, or took it over.
    """
    token = leases.hold(name, seconds)
    db.session.commit()
    if token is None:
        raise Postponed

    def still() -> None:
        if not leases.renew(name, token, seconds):
            raise Postponed

    try:
        with kept(name, token, seconds):
            yield still
        still()
        leases.release(name, token)
    except BaseException:
        db.session.rollback()
        leases.release(name, token)
        db.session.commit()
        raise


def _do(one: Kind, held: Held) -> None:
    started = time.monotonic()
    try:
        with _kept(one, held):
            outcome = one.run(held)
            holding.finish(held, outcome or "")
            db.session.commit()
        log.info("job done", job=held.id, kind=one.name, seconds=round(time.monotonic() - started, 1))
    except Lost:
        db.session.rollback()
        _tell_of_loss(held)
    except (Interrupted, Postponed) as why:
        db.session.rollback()
        _settle(partial(holding.give_back, held, getattr(why, "seconds", 0)))
    except Exception as error:
        db.session.rollback()
        log.exception("job failed", job=held.id, kind=one.name)
        _settle(partial(_fail, one, held, told(error)))


def _tell_of_loss(held: Held) -> None:
    """Another worker has it; or another process of this one marked it, in the transaction of its last change."""
    is_done = queries.job(held.id).state is JobState.DONE
    db.session.rollback()
    if is_done:
        log.info("job done", job=held.id, kind=held.name)
    else:
        log.warning("job lost to another worker", job=held.id, kind=held.name)


def _fail(one: Kind, held: Held, error: str) -> None:
    if holding.fail(held, error, one.most_attempts):
        one.on_dead(held.args)


def _settle(mark: Callable[[], object]) -> None:
    try:
        mark()
        db.session.commit()
    except Lost:
        db.session.rollback()


@contextmanager
def _kept(one: Kind, held: Held) -> Iterator[None]:
    """Renew the job's lease from a thread until the block ends, or for as long as the kind may take."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    over, hung = threading.Event(), time.monotonic() + one.most_seconds

    def keep() -> None:
        while not over.wait(one.lease_seconds / 3) and time.monotonic() < hung:
            with app.app_context():
                _renew(held)

    thread = threading.Thread(target=keep, name=f"keeps job {held.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _renew(held: Held) -> None:
    try:
        held.renew()
        db.session.commit()
    except Lost:
        # The work itself asks before it writes.
        db.session.rollback()
    except Exception:
        # The database may be away or locked for a while; two more tries come before the lease ends.
        log.exception("job not renewed", job=held.id)
        db.session.rollback()


def told(error: Exception) -> str:
    """What administrators see of an error: its kind and place. Its text may quote a profile, and is only in the log."""
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "/app/" in frame.filename or "/ml/" in frame.filename
    ]
    place = f" in {PurePath(own[-1].filename).name}:{own[-1].lineno} ({own[-1].name})" if own else ""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig is not None else error
    shown = isinstance(cause, SangamError | OSError | sa.exc.DBAPIError) or cause is not error
    text = str(cause).strip().split("\n")[0] if shown else ""
    return f"{type(error).__name__}{f': {text}' if text else ''}{place}"
