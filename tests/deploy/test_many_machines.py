"""Two machines on PostgreSQL, Redis and a Dask cluster: one site."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import Client

from app import create_app
from app.accounts import services as accounts
from app.accounts.models import Role
from app.db import db
from app.taxonomy import Country
from config import Settings
from tests.deploy.machines import Machine, Visitor, redis_line, shared_settings, until
from tests.jobs.test_worker_process import own_database
from tests.outbox.sink import free_port
from tests.world import World

pytestmark = pytest.mark.processes
PASSWORD = "a new lantern for the harbor"


def fill(database_url: str, folder: Path) -> None:
    """Somebody who administers, and a partner for each of two."""
    app = create_app(
        Settings(environment="test", database_url=database_url, jobs_url="memory:", model_dir=str(folder))
    )
    try:
        with app.app_context():
            accounts.create_account(
                "administrator@example.org", "Administrator", Role.ADMINISTRATOR, PASSWORD
            )
            db.session.commit()
        world = World(app)
        for country in (Country.INDIA, Country.UNITED_STATES):
            for _ in range(2):
                world.organization(country)
    finally:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def machines(tmp_path: Path, postgresql_url: str) -> Iterator[tuple[Machine, Machine]]:
    redis, cluster = free_port(), f"tcp://127.0.0.1:{free_port()}"
    url = own_database(postgresql_url)
    queue = {"JOBS_URL": f"redis://127.0.0.1:{redis}/0", "LIMITS_URL": f"redis://127.0.0.1:{redis}/1"}
    shared = shared_settings(url, SCORING_SCHEDULER=cluster, **queue)
    shared["SCHEDULER_PORT"] = cluster.rpartition(":")[2]
    one, other = Machine(tmp_path / "one", shared), Machine(tmp_path / "other", shared)
    try:
        one.start("redis", redis_line(redis, one.folder))
        assert one.start("release").wait(120) == 0
        one.start("scheduler")
        for machine in (one, other):
            for name in ("web", "worker", "scorer"):
                # What reads no recommender serves sooner.
                machine.start(name, FLASK_RUN_FROM_CLI="1")
        fill(url, tmp_path / "models")
        until(lambda: one.is_alive() and other.is_alive(), 120)
        yield one, other
    except BaseException:
        print(one.logs(), other.logs())
        raise
    finally:
        for machine in (one, other):
            machine.stop()


def moved(dask_scheduler) -> int:
    """How many steps of tasks the cluster has seen."""
    return int(dask_scheduler.transition_counter)


def test_one_session_on_both_and_a_job_of_one_is_done_by_the_other(machines: tuple[Machine, Machine]) -> None:
    one, other = machines
    until(lambda: all(machine.readiness().get("ready") for machine in machines))
    visitor = Visitor()
    visitor.post(f"{one.url}/sign-in", email="administrator@example.org", password=PASSWORD)
    until(lambda: "2 workers are at work." in visitor.get(f"{other.url}/jobs"))
    one.signal("worker", signal.SIGSTOP)
    assert visitor.post(f"{one.url}/jobs/ask/matching.train", f"{one.url}/jobs") == 200
    until(lambda: "Too few decisions: 0 so far" in visitor.get(f"{other.url}/jobs"))
    one.signal("worker", signal.SIGCONT)
    with Client(one.environment["SCORING_SCHEDULER"], set_as_default=False) as client:
        until(lambda: client.run_on_scheduler(moved), 90, lambda: "nothing was scored on the cluster")
        assert len(client.scheduler_info()["workers"]) == 2
    assert all(machine.readiness()["ready"] for machine in machines)
    assert other.processes["worker"].poll() is None
