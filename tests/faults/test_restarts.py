"""PostgreSQL restarted, Redis restarted, a worker stopped and continued, under load: the six invariants hold.

ROUNDS=10 makes ten rounds of all faults and prints figures; a run of the suite makes one.
"""

from __future__ import annotations

import collections
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.accounts import services as accounts
from app.accounts.models import Role
from app.audit import queries as audit
from app.audit.models import AuditEvent
from app.db import db
from app.jobs import services as engine
from app.jobs.models import Job, JobState
from app.organizations.models import Membership, Organization
from app.outbox.models import Email, MailState
from config import Settings
from tests.deploy.machines import Visitor, until
from tests.faults.restarts import (
    CANARY,
    STEPS,
    Load,
    Site,
    restart_database,
    restart_redis,
    stop_and_continue,
)
from tests.jobs.test_worker_process import mail
from tests.outbox.sink import Sink
from tests.world import World

pytestmark = pytest.mark.processes
ROUNDS = int(os.environ.get("ROUNDS", "1"))
PASSWORD = "a new lantern for the harbor"
# Asked for at the begin of a round, and again before a worker is stopped.
MAILS, JOBS = 10, 4
WRITERS_A_ROUND = 7


@pytest.fixture
def sink() -> Iterator[Sink]:
    server = Sink()
    server.seconds = 0.05
    with server.listening():
        yield server


@pytest.fixture
def site(tmp_path: Path, sink: Sink) -> Iterator[Site]:
    made = Site(tmp_path, sink)
    try:
        yield made
    except BaseException:
        print(made.machine.logs())
        raise
    finally:
        made.stop()


@pytest.fixture
def app(site: Site, tmp_path: Path) -> Iterator[Flask]:
    """The same database seen from here."""
    url = site.server.url
    made = create_app(
        Settings(environment="test", base_url="http://127.0.0.1", database_url=url, jobs_url="memory:")
    )
    assert made.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    yield made
    with made.app_context():
        db.engine.dispose()


def people(app: Flask, site: Site) -> list[Visitor]:
    """Those who write, signed in from addresses of their own."""
    with app.app_context():
        for number in range(WRITERS_A_ROUND * ROUNDS):
            accounts.create_account(f"writer{number}@example.org", "Writer", Role.MEMBER, PASSWORD)
        db.session.commit()
    visitors = [Visitor(f"10.0.0.{number}") for number in range(WRITERS_A_ROUND * ROUNDS)]
    for number, visitor in enumerate(visitors):
        visitor.post(f"{site.machine.url}/sign-in", email=f"writer{number}@example.org", password=PASSWORD)
    return visitors


def ask(app: Flask, time: int) -> None:
    with app.app_context():
        for number in range(JOBS):
            engine.enqueue("count", f"count {time}-{number}")
        db.session.add_all(mail(time * MAILS + number) for number in range(MAILS))
        db.session.commit()


def done(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).where(Job.state == JobState.DONE)) or 0


def unsent(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).where(Email.state != MailState.SENT)) or 0


def test_nothing_is_lost_or_done_twice_and_it_comes_back_by_itself(app, site, sink) -> None:
    world = World(app)
    secret = world.organization(owner=world.user(email=f"{CANARY}@example.org", name=CANARY))
    site.start()
    crashes = 0
    times_away: list[tuple[float, float]] = []
    with Load(site, people(app, site), f"/organizations/{secret.id}") as load:
        for round_ in range(ROUNDS):
            ask(app, 2 * round_)
            times_away.append(restart_database(site, load))
            # A connection of each worker may have died between the handing over of a mail and its mark.
            crashes += 2
            restart_redis(site, load)
            ask(app, 2 * round_ + 1)
            worker = ("worker.one", "worker.other")[round_ % 2]
            before = done(app)
            stop_and_continue(site, load, worker, lambda before=before: done(app) > before)
            crashes += 1
        until(lambda: done(app) == 2 * ROUNDS * JOBS and not unsent(app), 90)
    assert_written_once(app, load)
    assert_mailed(sink, crashes)
    assert_watched(load, times_away)
    assert load.told_secret == 0
    assert load.statuses[500] == 0, load.statuses
    print(
        f"{ROUNDS} rounds: {len(load.kept)} writes, answers {dict(load.statuses)}, copies {sink.copies.total()}"
    )


def assert_written_once(app: Flask, load: Load) -> None:
    with app.app_context():
        names = db.session.scalars(sa.select(Organization.name)).all()
        assert set(load.kept) <= set(names), "an answered write is gone"
        assert len(set(names)) == len(names)
        owned = db.session.scalar(sa.select(sa.func.count()).select_from(Membership))
        assert owned == len(names), "an organization without the person who made it"
        checked = audit.chain_check()
        assert checked.broken_number is None
        counted = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "counted")).all()
        steps = collections.Counter((event.subject_id, event.detail["number"]) for event in counted)
        assert set(steps.values()) == {1}, "a step was done twice"
        assert len(steps) == 2 * ROUNDS * JOBS * STEPS


def assert_mailed(sink: Sink, crashes: int) -> None:
    copies = sink.copies
    assert set(copies) == {f"<{number}@sangam.example>" for number in range(2 * ROUNDS * MAILS)}
    assert copies.total() - 2 * ROUNDS * MAILS <= crashes


def assert_watched(load: Load, times_away: list[tuple[float, float]]) -> None:
    for begin, end in times_away:
        inside = [look for look in load.looks if begin <= look[0] and look[1] <= end]
        assert inside, "nobody looked while the database was away"
        assert not any(ready or database for _, _, ready, database in inside)
        after = [look for look in load.looks if look[0] >= end]
        back = next(look for look in after if look[2])
        assert back[1] - end <= 10
    assert load.looks[-1][2]
