"""The product as it is deployed, in small: gunicorn and the worker as processes of their own, on a database of their own."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from config import ROOT
from tests import warm
from tests.warm import Warm


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Site:
    """Web server and worker; `stop` ends both, `move_clock` restarts them at another time."""

    def __init__(self, folder: Path, database_url: str, mail_url: str | None = None) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.outbox = folder / "outbox"
        self.log = folder / "site.log"
        self.environment = {
            **os.environ,
            "FLASK_APP": "wsgi",
            "SECRET_KEY": secrets.token_urlsafe(32),
            "BASE_URL": self.url,
            "DATABASE_URL": database_url,
            "MAIL_URL": mail_url or f"file://{self.outbox}",
            "JOBS_URL": f"sqlite:///{folder}/jobs.sqlite",
        }
        self.web: Warm | None = None
        self.worker: Warm | None = None

    def flask(self, *arguments: str) -> str:
        """Run a `flask` command to its end; gives what it printed."""
        with tempfile.NamedTemporaryFile(mode="r", dir=self.folder) as printed:
            done = warm.start(["flask", *arguments], self.environment, Path(printed.name)).wait(300)
            said = printed.read()
        assert done == 0, said
        return said

    def start(self) -> Site:
        command = ["gunicorn", "--config", ROOT / "docs" / "deploy" / "gunicorn.conf.py", "wsgi:app"]
        self.web = self._spawn([*command, "--workers", "1", "--bind", f"127.0.0.1:{self.port}"])
        self.start_worker()
        self._wait_until_alive()
        return self

    def start_worker(self) -> None:
        self.worker = self._spawn(["flask", "jobs", "work"])

    def _spawn(self, command: list[object]) -> Warm:
        return warm.start(command, self.environment, self.log)

    def _wait_until_alive(self) -> None:
        for _ in range(200):
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"the site did not start; see {self.log}")

    def move_clock(self, seconds: int) -> None:
        """Start again as if `seconds` had passed."""
        self.stop()
        self.environment["CLOCK_OFFSET"] = str(seconds)
        self.start()

    def stop(self) -> None:
        for process in (self.web, self.worker):
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in (self.web, self.worker):
            if process is not None:
                try:
                    process.wait(timeout=15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
