"""Mails to send, and a real mail server to send them to."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.db import db
from app.jobs.engine import jobs
from app.outbox.models import Email, MailCategory
from tests.outbox.sink import Sink


@pytest.fixture
def write(world) -> Callable[..., Email]:
    """Writes a waiting mail: `write(to_address=..., category=...)`."""
    numbers = itertools.count(1)

    def make(**fields: Any) -> Email:
        number = next(numbers)
        now = clock.now()
        chosen = {
            "key": f"test:{number}",
            "category": MailCategory.MATCH,
            "to_address": f"person{number}@example.org",
            "to_name": f"Person {number}",
            "subject": f"Subject {number}",
            "text": f"Text {number}\n",
            "html": f"<p>Html {number}</p>",
            "message_id": f"<test-{number}@sangam.example>",
            "next_attempt_at": now,
            "created_at": now,
            **fields,
        }
        return world.add(Email(**chosen))

    return make


@pytest.fixture
def mail_to(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Points MAIL_URL elsewhere for one test."""

    def point(url: str, **settings: Any) -> None:
        chosen = dataclasses.replace(app.config["SETTINGS"], mail_url=url, **settings)
        monkeypatch.setitem(app.config, "SETTINGS", chosen)
        app.extensions.pop("mail_outage", None)

    yield point
    app.extensions.pop("mail_outage", None)


@pytest.fixture
def sink(mail_to) -> Iterator[Sink]:
    """A mail server that the app delivers to."""
    server = Sink()
    with server.listening():
        mail_to(f"smtp://127.0.0.1:{server.port}")
        yield server


@pytest.fixture
def deliver(app: Flask) -> Callable[[], None]:
    """Runs the delivery task once, as the worker would."""

    def run() -> None:
        assert jobs.perform(app, "outbox.deliver")

    return run


@pytest.fixture
def row(app: Flask) -> Callable[[Email], Email]:
    """The present row of a mail."""

    def read(email: Email) -> Email:
        with app.app_context():
            found = db.session.scalars(sa.select(Email).where(Email.id == email.id)).one()
            db.session.expunge_all()
            return found

    return read
