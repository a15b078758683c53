"""A job is asked for once, held by one worker, tried again when it fails, and committed by whoever holds it only."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from app import clock
from app.audit.models import AuditEvent
from app.db import db
from app.errors import RuleBroken
from app.jobs import holding, queries, services, working
from app.jobs.engine import jobs
from app.jobs.holding import Held, Interrupted, Lost, Postponed
from app.jobs.models import Job, JobState, Worker

NAME = "count"


@pytest.fixture
def kind(monkeypatch) -> Callable[..., object]:
    """Registers what carries out jobs of the kind `count` in this test."""
    monkeypatch.setattr(working, "KINDS", {})
    monkeypatch.setattr(jobs, "tasks", dict(jobs.tasks))
    return lambda run, **options: working.kind(NAME, **options)(run)


@pytest.fixture
def asked(app) -> Callable[..., int]:
    """Asks for a job; gives its number."""

    def ask(key: str = "once", **args: object) -> int:
        with app.app_context():
            job_id = services.enqueue(NAME, key, args).id
            db.session.commit()
            return job_id

    return ask


@pytest.fixture
def work(app) -> Callable[[], None]:
    def run() -> None:
        with app.app_context():
            jobs.run(NAME)

    return run


@pytest.fixture
def look(app) -> Callable[[int], Job]:
    def read(job_id: int) -> Job:
        with app.app_context():
            return db.session.get_one(Job, job_id)

    return read


def mark(name: str) -> None:
    """A write of some work, in the transaction of the work."""
    db.session.add(Worker(name=name, started_at=clock.now(), seen_at=clock.now()))
    db.session.flush()


def marks(app) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Worker.name).order_by(Worker.name)))


def taken(app, lease_seconds: float = 60, most_attempts: int = 5) -> Held | None:
    with app.app_context():
        held = holding.claim(NAME, lease_seconds, most_attempts)
        db.session.commit()
        return held


def test_the_same_work_is_asked_for_once_and_again_when_it_is_over(asked, kind, work, look) -> None:
    kind(lambda held: f"counted to {held.args['to']}")
    first = asked(to=3)
    assert asked(to=4) == first
    work()
    job = look(first)
    assert (job.state, job.outcome, job.attempts) == (JobState.DONE, "counted to 3", 1)
    assert asked(to=5) != first


def test_of_many_that_ask_at_once_all_get_the_same_job(asked) -> None:
    begin, found = threading.Barrier(4), []

    def ask() -> None:
        begin.wait()
        found.append(asked())

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_of_many_workers_one_gets_a_job(app, asked) -> None:
    asked()
    begin, found = threading.Barrier(4), []

    def take() -> None:
        begin.wait()
        found.append(taken(app))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([held for held in found if held]) == 1


def test_what_a_job_writes_and_that_it_is_done_are_one_transaction(app, asked, kind, work, look) -> None:
    def run(held: Held) -> None:
        mark("half")
        if held.args["fails"]:
            raise RuntimeError("the profile of somebody")
        mark("whole")

    kind(run)
    failing, good = asked("a", fails=True), asked("b", fails=False)
    work()
    assert marks(app) == ["half", "whole"]
    assert look(good).state is JobState.DONE
    failed = look(failing)
    assert (failed.state, failed.attempts) == (JobState.WAITING, 1)
    assert failed.last_error.startswith("RuntimeError")
    assert "somebody" not in failed.last_error


def test_a_job_that_fails_is_tried_later_each_time_then_buried_and_others_go_on(
    app, asked, kind, work, look
) -> None:
    tried, dead = [], []

    def run(held: Held) -> None:
        tried.append(held.args["name"])
        if held.args["name"] == "poison":
            raise RuntimeError

    kind(run, most_attempts=3, on_dead=dead.append)
    poison = asked("a", name="poison")
    for turn in range(6):
        asked(f"good {turn}", name="good")
        clock.shift(3600 * turn)
        work()
    assert (tried.count("poison"), tried.count("good")) == (3, 6)
    assert look(poison).state is JobState.DEAD
    assert dead == [{"name": "poison"}]
    with app.app_context():
        assert db.session.scalars(sa.select(AuditEvent.action)).all() == ["job.died"]


def test_waits_grow_and_differ() -> None:
    assert all(5 <= holding.delay_after(1).total_seconds() <= 10 for _ in range(50))
    assert len({holding.delay_after(4) for _ in range(10)}) > 1
    assert holding.delay_after(50) <= holding.LONGEST_DELAY


def test_a_worker_that_was_overtaken_can_write_nothing(app, asked, look) -> None:
    job_id = asked()
    late = taken(app)
    clock.shift(61)
    now = taken(app)
    assert late
    assert now
    acts = (late.renew, lambda: late.note(1), lambda: holding.finish(late), lambda: holding.give_back(late))
    for act in (*acts, lambda: holding.fail(late, "late", 5)):
        with app.app_context():
            mark("late")
            with pytest.raises(Lost):
                act()
            db.session.rollback()
    with app.app_context():
        mark("in time")
        holding.finish(now, "by the other")
        db.session.commit()
    assert marks(app) == ["in time"]
    assert look(job_id).outcome == "by the other"


def test_a_job_whose_workers_die_each_time_is_buried(app, asked, look) -> None:
    job_id = asked()
    for turn in range(3):
        clock.shift(100 * turn)
        assert taken(app, most_attempts=3)
    clock.shift(1000)
    assert taken(app, most_attempts=3) is None
    assert look(job_id).last_error == "The worker died or hung each time."


def test_a_job_that_gets_on_may_lose_any_number_of_workers(app, asked) -> None:
    asked()
    for turn in range(6):
        clock.shift(100 * turn)
        held = taken(app, most_attempts=2)
        assert held
        with app.app_context():
            held.note(turn, 6, lasting=True)
            db.session.commit()


@pytest.mark.parametrize(("why", "waits"), [(Interrupted(), False), (Postponed(30), True)])
def test_a_job_that_is_given_back_has_not_been_tried(asked, kind, work, look, why, waits) -> None:
    def run(_held: Held) -> None:
        jobs.stopping.set()
        raise why

    kind(run)
    job_id = asked()
    try:
        work()
    finally:
        jobs.stopping.clear()
    job = look(job_id)
    assert (job.state, job.attempts, job.token) == (JobState.WAITING, 0, None)
    assert (job.next_attempt_at > clock.now()) is waits


def test_a_process_that_ends_gives_back_its_jobs_only(app, asked, look, monkeypatch) -> None:
    theirs = asked("theirs")
    taken(app)
    monkeypatch.setattr(holding, "PROCESS", "another")
    ours = asked("ours")
    taken(app)
    with app.app_context():
        holding.give_back_all()
        db.session.commit()
    assert (look(ours).state, look(theirs).state) == (JobState.WAITING, JobState.RUNNING)


def test_a_dead_job_is_tried_again_once_unless_the_same_was_asked_for_since(
    app, asked, kind, work, look
) -> None:
    fails = [True]

    def run(_held: Held) -> None:
        if fails:
            raise RuntimeError

    kind(run, most_attempts=1)
    job_id = asked()
    work()
    assert look(job_id).state is JobState.DEAD
    with app.app_context():
        job = queries.job(job_id)
        services.replay(job)
        with pytest.raises(RuleBroken):
            services.replay(job)
        db.session.commit()
    work()
    newer = asked()
    with app.app_context(), pytest.raises(RuleBroken):
        services.replay(queries.job(job_id))
    fails.clear()
    work()
    assert (look(job_id).state, look(newer).state) == (JobState.DEAD, JobState.DONE)


def test_due_kinds_are_woken_and_jobs_that_were_done_long_ago_forgotten(
    app, asked, kind, look, monkeypatch
) -> None:
    woken = []
    kind(lambda _held: None)
    monkeypatch.setattr("app.jobs.tasks.KINDS", working.KINDS)
    monkeypatch.setattr(jobs, "wake", woken.append)
    job_id = asked()
    with app.app_context():
        jobs.run("jobs.look")
        assert woken == [NAME]
        jobs.run(NAME)
        jobs.run("jobs.look")
        assert woken == [NAME]
    assert look(job_id).state is JobState.DONE
    clock.shift(31 * 86400)
    with app.app_context():
        jobs.run("jobs.tidy")
        assert db.session.get(Job, job_id) is None


def test_a_long_job_keeps_its_lease_until_it_counts_as_hung(app, asked, kind, work, look) -> None:
    seen = []

    def run(held: Held) -> None:
        before = look(held.id).leased_until
        for _ in range(200):
            threading.Event().wait(0.01)
            if look(held.id).leased_until > before:
                seen.append("renewed")
                return

    kind(run, lease_seconds=0.3)
    asked("a")
    work()
    assert seen == ["renewed"]
