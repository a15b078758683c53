"""Hold on to a lease while a long computation runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from flask import Flask, current_app

from app.db import db
from app.jobs import services as leases

log = structlog.get_logger(__name__)


@contextmanager
def kept(name: str, token: str, seconds: float) -> Iterator[None]:
    """Renew the lease, from a thread with a session of its own, every third of its time until the block ends.

    A renewal that fails is tried again; whether the lease was kept is for the caller to ask, with `renew`, before it
    writes.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    over = threading.Event()

    def keep() -> None:
        while not over.wait(seconds / 3):
            with app.app_context():
                _renew(name, token, seconds)

    thread = threading.Thread(target=keep, name=f"keeps {name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _renew(name: str, token: str, seconds: float) -> None:
    try:
        leases.renew(name, token, seconds)
        db.session.commit()
    except Exception:
        # The database may be away or locked for a while; two more attempts come before the lease ends.
        log.exception("lease not renewed", lease=name)
        db.session.rollback()
