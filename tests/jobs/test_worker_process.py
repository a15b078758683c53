"""The real worker, killed, frozen and stopped while it delivers: nothing is lost, and no copy without a crash."""

from __future__ import annotations

import os
import random
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock, create_app
from app.db import db
from app.jobs.models import Worker
from app.outbox.models import Email, MailCategory, MailState
from config import Settings
from tests import warm
from tests.outbox.sink import Sink, always
from tests.warm import Warm

pytestmark = pytest.mark.processes
MAILS = 60
LEASE_SECONDS = 2


def until(condition: Callable[[], bool], seconds: float = 120) -> None:
    """Wait for a condition; fails when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def slow_sink() -> Iterator[Sink]:
    """A mail server that takes its time, so that a kill falls into the middle of a conversation."""
    server = Sink()
    server.seconds = 0.04
    with server.listening():
        yield server


@pytest.fixture
def own_app(
    database: str, tmp_path: Path, slow_sink: Sink, request: pytest.FixtureRequest
) -> Iterator[Flask]:
    """An app on a migrated database of its own, with `MAILS` mails waiting."""
    if database == "sqlite":
        url = f"sqlite:///{tmp_path}/own.sqlite"
    else:
        url = own_database(request.getfixturevalue("postgresql_url"))
    settings = Settings(
        environment="test",
        base_url="http://localhost",
        database_url=url,
        mail_url=f"smtp://127.0.0.1:{slow_sink.port}",
        jobs_url=f"sqlite:///{tmp_path}/jobs.sqlite",
        outbox_lease_seconds=LEASE_SECONDS,
    )
    app = create_app(settings)
    assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    with app.app_context():
        db.session.add_all(mail(number) for number in range(MAILS))
        db.session.commit()
    yield app
    with app.app_context():
        db.engine.dispose()


def own_database(url: str) -> str:
    """A fresh database beside the one that the other tests share."""
    name = f"worker_{secrets.token_hex(6)}"
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return sa.make_url(url).set(database=name).render_as_string(hide_password=False)


def mail(number: int) -> Email:
    now = clock.now()
    return Email(
        key=f"mail:{number}",
        category=MailCategory.DIGEST,
        to_address=f"person{number}@example.org",
        subject=f"Digest {number}",
        text="Text\n",
        html="<p>Html</p>",
        message_id=f"<{number}@sangam.example>",
        next_attempt_at=now,
        created_at=now,
    )


@pytest.fixture
def start(own_app: Flask, tmp_path: Path) -> Iterator[Callable[[], Warm]]:
    """Starts a real worker process; what is left of them ends with the test."""
    settings: Settings = own_app.config["SETTINGS"]
    environment = {
        **os.environ,
        "SANGAM_ENV": "test",
        "BASE_URL": settings.base_url,
        "DATABASE_URL": settings.database_url,
        "MAIL_URL": settings.mail_url,
        "JOBS_URL": settings.jobs_url,
        "OUTBOX_LEASE_SECONDS": str(LEASE_SECONDS),
    }
    command = ["flask", "--app", "wsgi", "jobs", "work"]
    started: list[Warm] = []

    def run() -> Warm:
        started.append(warm.start(command, environment, tmp_path / "worker.log"))
        return started[-1]

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def unsent(app: Flask) -> int:
    with app.app_context():
        query = sa.select(sa.func.count(Email.id)).where(Email.state != MailState.SENT)
        left = db.session.scalar(query)
        db.session.rollback()
    return left


def assert_nothing_lost(app: Flask, sink: Sink, crashes: int) -> None:
    copies = sink.copies
    assert set(copies) == {f"<{number}@sangam.example>" for number in range(MAILS)}
    assert copies.total() - MAILS <= crashes


def test_a_worker_killed_three_times_loses_no_mail_and_repeats_at_most_one_a_kill(
    own_app, slow_sink, start
) -> None:
    chance = random.Random(20261122)
    for moment in ("on_rcpt", "on_data", "anywhere"):
        worker, target = start(), len(slow_sink.letters) + chance.randint(4, 14)

        def strike(_: object, worker: Warm = worker, target: int = target) -> None:
            if len(slow_sink.letters) >= target:
                worker.kill()

        # Before the mail is taken, after it is taken and before that is written down, and just somewhere.
        setattr(slow_sink, moment, strike)
        if moment == "anywhere":
            until(lambda target=target: len(slow_sink.letters) >= target)
            time.sleep(chance.uniform(0, 0.08))
            worker.kill()
        worker.wait(timeout=40)
        slow_sink.on_rcpt = slow_sink.on_data = always(None)
    last = start()
    until(lambda: unsent(own_app) == 0)
    last.send_signal(signal.SIGINT)
    assert last.wait(timeout=15) == 0
    assert_nothing_lost(own_app, slow_sink, crashes=3)


def test_a_frozen_worker_is_overtaken_and_its_late_word_ignored(own_app, slow_sink, start) -> None:
    frozen = start()
    struck: list[int] = []

    def strike(_: object) -> None:
        # In the middle of a conversation: a process stopped inside a transaction would keep SQLite's only lock.
        if len(slow_sink.letters) >= 5 and not struck:
            os.kill(frozen.pid, signal.SIGSTOP)
            struck.append(frozen.pid)

    slow_sink.on_rcpt = strike
    until(lambda: bool(struck))
    start()
    until(lambda: unsent(own_app) == 0)
    os.kill(frozen.pid, signal.SIGCONT)
    frozen.terminate()
    frozen.wait(timeout=15)
    assert unsent(own_app) == 0
    assert_nothing_lost(own_app, slow_sink, crashes=1)


def test_a_worker_told_to_stop_ends_cleanly_and_leaves_no_lease(own_app, slow_sink, start) -> None:
    worker = start()
    until(lambda: len(slow_sink.letters) >= 5)
    worker.terminate()
    assert worker.wait(timeout=15) == 0
    with own_app.app_context():
        assert (
            db.session.scalar(sa.select(sa.func.count(Email.id)).where(Email.lease_token.is_not(None))) == 0
        )
        assert db.session.scalars(sa.select(Worker.name)).all() == []
        sent = db.session.scalar(sa.select(sa.func.count(Email.id)).where(Email.state == MailState.SENT))
    assert sent == len(slow_sink.letters) < MAILS
