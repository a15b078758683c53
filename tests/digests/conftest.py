from __future__ import annotations

import datetime
from collections.abc import Callable
from datetime import UTC

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.db import db
from app.jobs.engine import jobs
from app.outbox.models import Email


@pytest.fixture
def at(app: Flask) -> Callable[[str], datetime.datetime]:
    """Put the clock to a UTC moment like ``2026-11-16T03:30``."""

    def move(moment: str) -> datetime.datetime:
        wanted = datetime.datetime.fromisoformat(moment).replace(tzinfo=UTC)
        clock.shift(0)
        clock.shift(round((wanted - clock.now()).total_seconds()) + 1)
        return clock.now()

    return move


@pytest.fixture
def run(app: Flask) -> Callable[[], None]:
    """Let the scheduler come round once."""

    def once() -> None:
        with app.app_context():
            jobs.run("desk.sync")
            jobs.run("digests.enqueue_due")

    return once


@pytest.fixture
def letters(app: Flask) -> Callable[[], list[Email]]:
    """The weekly letters in the outbox, oldest first."""

    def read() -> list[Email]:
        with app.app_context():
            query = sa.select(Email).where(Email.key.startswith("digest:")).order_by(Email.id)
            found = db.session.scalars(query).all()
            db.session.expunge_all()
            return list(found)

    return read
