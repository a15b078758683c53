"""Periodic tasks are woken when due, never twice at once, and one that raises harms no other."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from app.db import db
from app.jobs.engine import Jobs, Queue, jobs
from app.jobs.models import Lease, Worker
from app.jobs.worker import Pulse, run_once

HOUR = 3600.0


@pytest.fixture
def pulse(app, registry, monkeypatch):
    """A pulse over `registry`'s tasks, whose time the test tells."""
    monkeypatch.setitem(app.extensions, "jobs", Queue(app, registry))

    def build() -> Pulse:
        made = Pulse(app, registry)
        made.due = dict.fromkeys(made.due, 0.0)
        made.next_beat = 0.0
        return made

    return build


def consume(queue: Queue) -> None:
    while (entry := queue.huey.dequeue()) is not None:
        queue.huey.execute(entry)


def test_a_task_is_woken_when_its_period_is_over(registry, pulse) -> None:
    ran = []
    registry.task("often", every=1)(lambda: ran.append("often"))
    registry.task("seldom", every=10)(lambda: ran.append("seldom"))
    registry.task("on demand")(lambda: ran.append("on demand"))
    beating = pulse()
    for now in range(1, 11):
        beating.tick(now)
        consume(beating.queue)
    assert (ran.count("often"), ran.count("seldom"), ran.count("on demand")) == (10, 1, 0)


def test_a_worker_that_was_away_an_hour_wakes_a_task_once(registry, pulse) -> None:
    ran = []
    registry.task("often", every=1)(lambda: ran.append(1))
    beating = pulse()
    beating.tick(1.0)
    beating.tick(1.0 + HOUR)
    beating.tick(1.1 + HOUR)
    assert beating.queue.waiting() == ["often"]
    consume(beating.queue)
    assert ran == [1]


def test_a_task_that_runs_is_not_woken(app, registry, pulse) -> None:
    inside, leave = threading.Event(), threading.Event()

    def slow() -> None:
        inside.set()
        leave.wait(10)

    registry.task("slow", every=1)(slow)
    beating = pulse()
    thread = threading.Thread(target=registry.perform, args=(app, "slow"))
    thread.start()
    assert inside.wait(10)
    beating.tick(100.0)
    assert beating.queue.waiting() == []
    leave.set()
    thread.join()
    beating.tick(200.0)
    assert beating.queue.waiting() == ["slow"]


def test_two_entries_of_one_task_never_run_at_once(app, registry) -> None:
    together, most, lock = [], [], threading.Lock()
    begin = threading.Barrier(4)

    def work() -> None:
        with lock:
            together.append(1)
            most.append(len(together))
        threading.Event().wait(0.02)
        with lock:
            together.pop()

    registry.task("work", every=1)(work)

    def repeatedly() -> None:
        begin.wait()
        for _ in range(5):
            registry.perform(app, "work")

    threads = [threading.Thread(target=repeatedly) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1


def test_a_task_that_raises_is_logged_and_leaves_nothing_behind(app, registry, pulse) -> None:
    ran = []

    def poison() -> None:
        db.session.add(Worker(name="half", started_at=sa.func.now(), seen_at=sa.func.now()))
        db.session.flush()
        raise RuntimeError("poison")

    registry.task("poison", every=1)(poison)
    registry.task("healthy", every=1)(lambda: ran.append(1))
    beating = pulse()
    with capture_logs() as said:
        for now in (1.0, 2.0):
            beating.tick(now)
            consume(beating.queue)
    assert ran == [1, 1]
    assert [line["task"] for line in said if line["event"] == "task failed"] == ["poison", "poison"]
    assert all(line.get("exc_info") for line in said if line["event"] == "task failed")
    with app.app_context():
        assert "half" not in db.session.scalars(sa.select(Worker.name)).all()


def test_each_run_has_a_session_of_its_own(app, registry) -> None:
    seen = []
    registry.task("look")(lambda: seen.append(db.session))
    with app.app_context():
        registry.perform(app, "look")
        registry.perform(app, "look")
        assert len({id(session) for session in [*seen, db.session]}) == 3


def test_the_pulse_shows_that_the_worker_lives(app, pulse) -> None:
    beating = pulse()
    beating.tick(1.0)
    with app.app_context():
        assert db.session.scalars(sa.select(Worker.name)).all() == [beating.worker_name]


def test_once_runs_every_periodic_task_in_order_and_names_those_that_failed(app, registry: Jobs) -> None:
    ran = []
    registry.task("first", every=1)(lambda: ran.append("first"))
    registry.task("poison", every=1)(lambda: 1 / 0)
    registry.task("last", every=60)(lambda: ran.append("last"))
    assert run_once(app, registry) == ["poison"]
    assert ran == ["first", "last"]


def test_once_from_the_terminal_runs_the_tasks_of_all_features(app) -> None:
    result = app.test_cli_runner().invoke(args=["jobs", "work", "--once"])
    assert result.exit_code == 0, result.output
    assert f"Ran {len(jobs.periodic())} tasks." in result.output
    names = [task.name for task in jobs.periodic()]
    assert names.index("outbox.deliver") > names.index("digests.enqueue_due")


def test_status_shows_workers_queue_and_leases(app, pulse, world) -> None:
    from app import clock

    assert "No worker has been seen." in app.test_cli_runner().invoke(args=["jobs", "status"]).output
    pulse().tick(1.0)
    world.add(Lease(name="propose", token="t", until=clock.now().replace(year=2099)))
    output = app.test_cli_runner().invoke(args=["jobs", "status"]).output
    assert "seen 0 s ago" in output
    assert "Queue: empty" in output
    assert "lease propose:" in output
