"""More requests than can be served: those that waited too long get a 503 at once, and it is over when it is over."""

from __future__ import annotations

import collections
import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import ROOT
from tests.outbox.sink import free_port

pytestmark = pytest.mark.processes
SLOW = """
import time
def app(environ, start_response):
    time.sleep(0.1)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "3")])
    return [b"ok\\n"]
"""


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A page of a tenth of a second behind our gunicorn settings, with one thread and a patience of half a second."""
    (tmp_path / "slow.py").write_text(SLOW)
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        ROOT / "docs" / "deploy" / "gunicorn.conf.py",
        "slow:app",
    ]
    settings = {"WEB_MOST_WAIT": "0.5", "WEB_THREADS": "1", "WEB_CONCURRENCY": "1", "PORT": str(port)}
    with subprocess.Popen(command, cwd=tmp_path, env={**os.environ, **settings}) as server:
        try:
            wait_for(port)
            yield port
        finally:
            server.terminate()


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            assert get(port)[0] == 200
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("gunicorn did not start")


def get(port: int) -> tuple[int, str | None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", "/", body=b"x" * 10_000)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers["Retry-After"]
    finally:
        connection.close()


def test_who_waited_too_long_is_told_to_try_again_and_the_next_is_served(port) -> None:
    answers: list[tuple[int, str | None]] = []
    crowd = [threading.Thread(target=lambda: answers.append(get(port))) for _ in range(40)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    counted = collections.Counter(status for status, _ in answers)
    # Forty would take four seconds; half a second and what was begun by then is served.
    assert set(counted) == {200, 503}
    assert counted[503] > counted[200] >= 3
    assert {after for status, after in answers if status == 503} == {"5"}
    assert get(port) == (200, None)
