"""A week's letters of a whole world while people ask for pages: ``python -m tests.load.letters``.

Takes a copy of the filled world of the bench, moves the clock to a Monday on which every zone's letter is due, starts the
real worker with a mail server in a process of its own, and lets a few people ask for pages before and meanwhile.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.db import db, reading
from app.digests.models import Digest, DigestState
from app.outbox.models import Email, MailState
from tests.load import cast, locusts
from tests.load.places import ROOT, Place, place
from tests.load.sampling import Sampler
from tests.load.web import served, warm
from tests.outbox.sink import free_port

PROMISED_MINUTES = 15


def until_monday() -> int:
    """Seconds from now to a Monday at 18:00 UTC, when it is past nine in India and in New York."""
    now = datetime.now(UTC)
    monday = (now - timedelta(days=now.weekday())).replace(hour=18, minute=0, second=0, microsecond=0)
    return round((monday - now).total_seconds())


@contextlib.contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[int]:
    """A process of ours, ended afterwards."""
    # Fixed words, and ports and paths of our own.
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


@dataclasses.dataclass(frozen=True)
class LetterPlace(Place):
    """A place whose clock is moved and whose mail goes to a server of ours."""

    more: dict[str, str] = dataclasses.field(default_factory=dict)

    def environment(self, **more: str) -> dict[str, str]:
        return super().environment(**{**self.more, **more})


def measure(found: Place, given: argparse.Namespace, folder: Path) -> None:
    port, told = free_port(), folder / "told.json"
    url = f"sqlite:///{folder}/load.sqlite"
    shutil.copy(found.folder / "load.sqlite", folder / "load.sqlite")
    shutil.copytree(found.folder / "models", folder / "models")
    more = {
        "MAIL_URL": f"smtp://127.0.0.1:{port}",
        "CLOCK_OFFSET": str(until_monday()),
        "JOBS_URL": f"sqlite:///{folder}/jobs.sqlite",
        "LOG_FORMAT": "json",
        "BASE_URL": f"http://127.0.0.1:{given.port}",
    }
    ours = LetterPlace(folder, "sqlite", found.organizations, found.matches, url, more=more)
    file = folder / "cast.json"
    cast.write(ours.app(), file)
    if not given.at_once:
        _settle(ours)
    sink = [sys.executable, "-m", "tests.load.sinking", str(port), str(told)]
    worker = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work"]
    with served(ours, "wsgi:app", given.port) as server, running(sink, ours.environment()):
        warm(given.port)
        before = locusts.run(file, given.port, given.users, given.seconds)
        began = time.time()
        with running(worker, ours.environment()) as pid, Sampler({"web": server, "worker": pid}) as sampler:
            meanwhile = locusts.run(file, given.port, given.users, given.seconds)
            counts = _wait(ours, told, given.most_minutes * 60)
        report(counts, time.time() - began, began, before, meanwhile)
        for one in sampler.processes():
            print(f"{one.group}: {one.megabytes:.0f} MB, {one.seconds:.0f} s of processor time")


def _settle(ours: LetterPlace) -> None:
    """On the Saturday before: what a worker of a filled world has to learn and to propose first is done, and mail is out."""
    saturday = {"CLOCK_OFFSET": str(until_monday() - 2 * 86_400), "MAIL_URL": f"file://{ours.folder}/outbox"}
    before = dataclasses.replace(ours, more={**ours.more, **saturday})
    for _round in range(2):
        before.flask("jobs", "work", "--once")


def _wait(found: Place, told: Path, most: float) -> dict[str, Any]:
    """Until no letter is written or waits any more for half a minute; what came."""
    app, until, settled, since = found.app(), time.monotonic() + most, -1, time.monotonic()
    while time.monotonic() < until:
        with app.app_context(), reading():
            weeks = db.session.scalar(sa.select(sa.func.count()).select_from(Digest)) or 0
            open_ = (MailState.WAITING, MailState.SENDING)
            waiting = db.session.scalar(sa.select(sa.exists().where(Email.state.in_(open_))))
        if waiting or weeks != settled:
            settled, since = weeks, time.monotonic()
        elif weeks and time.monotonic() - since > 35:
            break
        time.sleep(2)
    with app.app_context(), reading():
        count = sa.select(Digest.state, sa.func.count()).group_by(Digest.state)
        states = {row[0]: row[1] for row in db.session.execute(count)}
    return {**json.loads(told.read_text(encoding="utf-8")), "states": states}


def report(
    counts: dict[str, Any], seconds: float, began: float, before: locusts.Counted, meanwhile: locusts.Counted
) -> None:
    took = (counts["last"] or began) - began
    letters, states = counts["states"].get(DigestState.ENQUEUED, 0), counts["states"]
    print(
        f"{letters:,} letters written ({states.get(DigestState.NOTHING, 0):,} people had nothing to be told), "
        f"{counts['count']:,} mails handed over, {counts['different']:,} different, in {took / 60:.1f} minutes: "
        f"{counts['count'] / max(took, 1):.1f} letters a second; watched for {seconds / 60:.1f} minutes"
    )
    for name, one in (("without letters", before), ("meanwhile", meanwhile)):
        whole = one.whole
        print(
            f"pages {name}: {whole.requests} requests, median {whole.median:.0f} ms, p95 {whole.p95:.0f} ms, "
            f"p99 {whole.p99:.0f} ms, faults {one.faults or 'none'}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.load.letters", description=__doc__)
    parser.add_argument("--organizations", type=int, default=20_000)
    parser.add_argument("--matches", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "load")
    parser.add_argument("--users", type=int, default=10, help="people who ask for pages")
    parser.add_argument("--seconds", type=int, default=60, help="how long they do, before and meanwhile")
    parser.add_argument("--most-minutes", type=int, default=PROMISED_MINUTES, help="when to stop waiting")
    parser.add_argument("--port", type=int, default=8192)
    parser.add_argument(
        "--at-once", action="store_true", help="while the worker learns and proposes anew, too"
    )
    given = parser.parse_args()
    size = (given.organizations, given.matches)
    with (
        place(given.folder.resolve(), "sqlite", *size, with_meanings=True) as found,
        tempfile.TemporaryDirectory() as folder,
    ):
        measure(found, given, Path(folder))


if __name__ == "__main__":
    main()
