"""How soon a mail that somebody waits for is handed over while many letters wait: ``python -m tests.load.mail``.

Fills an outbox with weekly letters, starts real workers on it, and then introduces pairs at a steady pace. A real mail
server notes when each mail comes. Prints letters a second, and how long introductions took from their commit on.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import statistics
import subprocess
import sys
import time
from email.message import EmailMessage
from typing import Any

from app import clock
from app.db import db
from app.introductions import emails
from app.matching.models import Match
from app.outbox import services
from app.outbox.models import Email, MailCategory
from app.outbox.rendering import new_message_id
from config import ROOT, Settings
from tests.outbox.kills import KEY, servers, waiting
from tests.outbox.letters import Cast
from tests.outbox.sink import Sink
from tests.world import World

PROMISED_SECONDS = 10.0
# What a weekly letter weighs, about.
HTML = "<p>" + "A match that fits you, and why they would say yes. " * 300 + "</p>"


class Arrivals(Sink):
    """Notes when each mail came, and keeps none."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds
        self.at: dict[str, float] = {}
        self.on_data = self._note

    def _note(self, letter: EmailMessage) -> str:
        self.at[str(letter["Message-ID"])] = time.monotonic()
        return "250 OK"


def fill(count: int) -> None:
    now = clock.now()
    for start in range(0, count, 1000):
        db.session.execute(
            Email.__table__.insert(),  # type: ignore[attr-defined]
            [_row(number, now) for number in range(start, min(count, start + 1000))],
        )
    db.session.commit()


def _row(number: int, now: Any) -> dict[str, Any]:
    return {
        "key": f"digest:{number}",
        "category": MailCategory.DIGEST,
        "to_address": f"person{number}@example.org",
        "to_name": f"Person {number}",
        "subject": "Two answers wait for you",
        "text": "Two answers wait for you.\n" * 40,
        "html": HTML,
        "unsubscribe_url": f"https://sangam.example/unsubscribe/digest/{number:043d}",
        "message_id": f"<digest-{number}@sangam.example>",
        "next_attempt_at": now,
        "created_at": now,
    }


def introduce(app: Any, match: Match, count: int, pause: float) -> dict[str, float]:
    """Commit an introduction every `pause` seconds; when each was committed, by Message-ID."""
    committed: dict[str, float] = {}
    for number in range(count):
        with app.app_context():
            letter = next(iter(emails.introduction(db.session.get_one(Match, match.id))))
            mail = dataclasses.replace(letter, key=f"load:{number}", message_id=new_message_id())
            services.enqueue(mail)
            db.session.commit()
        committed[mail.message_id] = time.monotonic()
        time.sleep(pause)
    return committed


def workers(settings: Settings, count: int) -> list[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "SANGAM_ENV": "test",
        "LOG_FORMAT": "json",
        "BASE_URL": settings.base_url,
        "DATABASE_URL": settings.database_url,
        "MAIL_URL": settings.mail_url,
        "JOBS_URL": settings.jobs_url,
        "DKIM_KEY": settings.dkim_key,
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work"]
    return [
        subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) for _ in range(count)
    ]


def measure(given: argparse.Namespace) -> bool:
    with servers({given.database, given.queue}) as found, contextlib.ExitStack() as stack:
        sink = Arrivals(given.server_seconds)
        stack.enter_context(sink.listening())
        settings = Settings(
            environment="test",
            base_url="http://localhost",
            database_url=found.database(given.database),
            jobs_url=found.queue(given.queue),
            mail_url=f"smtp://127.0.0.1:{sink.port}",
            dkim_key=str(KEY),
        )
        app = stack.enter_context(waiting(settings, 0))
        match = Cast(World(app)).introduced
        with app.app_context():
            fill(given.letters)
        processes = workers(settings, given.workers)
        try:
            while not sink.at:
                time.sleep(0.05)
            began = time.monotonic()
            committed = introduce(app, match, given.introductions, given.pause)
            deadline = time.monotonic() + 60
            while not committed.keys() <= sink.at.keys() and time.monotonic() < deadline:
                time.sleep(0.05)
            letters_a_second = (len(sink.at) - given.introductions) / (time.monotonic() - began)
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(timeout=30)
    return report(sink, committed, letters_a_second, given)


def report(sink: Arrivals, committed: dict[str, float], pace: float, given: argparse.Namespace) -> bool:
    took = sorted(sink.at.get(name, float("inf")) - at for name, at in committed.items())
    in_time = sum(seconds <= PROMISED_SECONDS for seconds in took) / len(took)
    ninety_fifth = took[max(0, round(0.95 * len(took)) - 1)]
    print(
        f"{given.database}, {given.queue}, {given.workers} workers, {given.letters} letters waiting: "
        f"{pace:.1f} letters a second; {len(took)} introductions: median {statistics.median(took):.2f} s, "
        f"95 % {ninety_fifth:.2f} s, longest {took[-1]:.2f} s; {in_time:.1%} within {PROMISED_SECONDS:.0f} s"
    )
    return in_time >= 0.95


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="sqlite", choices=["sqlite", "postgresql"])
    parser.add_argument("--queue", default="sqlite", choices=["sqlite", "postgresql", "redis"])
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--letters", type=int, default=20_000)
    parser.add_argument("--introductions", type=int, default=100)
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between introductions")
    parser.add_argument("--server-seconds", type=float, default=0.01, help="how long the mail server takes")
    sys.exit(not measure(parser.parse_args()))


if __name__ == "__main__":
    main()
