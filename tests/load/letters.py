"""A week's letters of a whole world while people read pages: ``python -m tests.load.letters``.

Takes a copy of the filled world of the bench, moves its clock from Sunday evening to the Monday evening on which every
zone's letter is due, starts the real worker with a mail server in a process of its own, and lets a few people read pages
before and meanwhile. Ends with status 1 when a letter came twice, was empty, or when any were missing.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app import clock
from app.accounts.models import User
from app.db import db, reading
from app.digests import emails, queries, weeks
from app.digests.desk_week import ManagerPart
from app.digests.member_week import MemberPart
from app.digests.models import Digest, DigestState
from app.digests.queries import Content
from app.outbox.models import Email, MailCategory, MailState
from tests.load import cast, locusts
from tests.load.due import copied
from tests.load.places import ROOT, Place, place
from tests.load.sampling import Process, Sampler
from tests.load.web import served, warm
from tests.outbox.sink import free_port

PROMISED_MINUTES = 15
# Nothing new for so long, and nothing that waits: the week is told.
QUIET_SECONDS = 35
OPEN = (MailState.WAITING, MailState.SENDING)


def monday_after(moment: datetime) -> datetime:
    """The next Monday at 18:00 UTC, when it is past nine in India and in New York."""
    day = moment + timedelta(days=7 - moment.weekday())
    return day.replace(hour=18, minute=0, second=0, microsecond=0)


@dataclasses.dataclass
class Told:
    """What came of the week: as the mail server counted, and as our rows say."""

    began: float
    sink: dict[str, Any]
    states: dict[DigestState, int]
    without: int
    empty: int
    others: int
    # Of one letter in the outbox, both its forms.
    bytes: float

    @property
    def letters(self) -> int:
        return self.states.get(DigestState.ENQUEUED, 0)

    @property
    def seconds(self) -> float:
        return max(1.0, (self.sink["last_letter"] or self.began) - self.began)

    @property
    def twice(self) -> int:
        """Letters that came again, by their name or to somebody who had one."""
        sink = self.sink
        again = sink["count"] - sink["different"], sink["letters"] - sink["readers"]
        return max(again)

    @property
    def is_well(self) -> bool:
        return self.letters == self.sink["readers"] and not (self.twice or self.empty or self.without)


@contextlib.contextmanager
def running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[int]:
    """A process of ours, ended afterwards."""
    with log.open("ab") as file:
        # Fixed words, and ports and paths of our own.
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def measure(found: Place, given: argparse.Namespace, folder: Path) -> bool:
    port, told = free_port(), folder / "told.json"
    copy = copied(found, folder)
    own = {
        "mail_url": f"smtp://127.0.0.1:{port}",
        "jobs_url": f"sqlite:///{folder}/jobs.sqlite",
        "base_url": f"http://127.0.0.1:{given.port}",
    }
    ours = dataclasses.replace(copy, begins=monday_after(copy.begins), own=own)
    file = folder / "cast.json"
    cast.write(ours.app(), file)
    sink = [sys.executable, "-m", "tests.load.sinking", str(port), str(told)]
    worker = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work"]
    log = found.folder / "worker.log"
    reads = {} if given.writes else {"LOAD_READS": "1"}
    with (
        served(ours, "wsgi:app", given.port) as server,
        running(sink, ours.environment(), found.folder / "sink.log"),
    ):
        warm(given.port)
        locusts.run(file, given.port, given.users, given.seconds // 4, more=reads)
        before = locusts.run(file, given.port, given.users, given.seconds, more=reads)
        began = time.time()
        with (
            running(worker, ours.environment(), log) as pid,
            Sampler({"web": server, "worker": pid}) as sampler,
        ):
            meanwhile = locusts.run(file, given.port, given.users, given.seconds, more=reads)
            _wait(ours, began + given.most_minutes * 60)
        time.sleep(2)
        result = _counted(ours, began, json.loads(told.read_text(encoding="utf-8")))
    lines = report(found, result, before, meanwhile, sampler.processes())
    print("\n".join(lines), flush=True)
    if given.markdown:
        given.markdown.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return result.is_well


def _wait(found: Place, until: float) -> None:
    """Until no letter is written or waits any more for half a minute."""
    app, settled, since = found.app(), -1, time.monotonic()
    while time.time() < until:
        with app.app_context(), reading():
            weeks_ = db.session.scalar(_of_week(found, sa.func.count())) or 0
            waiting = db.session.scalar(sa.select(sa.exists().where(Email.state.in_(OPEN))))
        if waiting or weeks_ != settled:
            settled, since = weeks_, time.monotonic()
        elif weeks_ and time.monotonic() - since > QUIET_SECONDS:
            return
        time.sleep(2)


def _of_week(found: Place, *columns: Any) -> sa.Select[Any]:
    return sa.select(*columns).select_from(Digest).where(Digest.week == _week(found))


def _week(found: Place) -> str:
    year, week, _day = found.begins.isocalendar()
    return f"{year}-W{week:02}"


def _counted(found: Place, began: float, sink: dict[str, Any]) -> Told:
    with found.app().test_request_context(), reading():
        states = _of_week(found, Digest.state, sa.func.count()).group_by(Digest.state)
        other = sa.select(sa.func.count()).where(
            Email.category != MailCategory.DIGEST, Email.state == MailState.SENT
        )
        weight = sa.select(sa.func.avg(sa.func.length(Email.text) + sa.func.length(Email.html)))
        return Told(
            began,
            sink,
            {row[0]: row[1] for row in db.session.execute(states)},
            _due_without(found),
            _empty_letters(found),
            db.session.scalar(other) or 0,
            db.session.scalar(weight.where(Email.category == MailCategory.DIGEST)) or 0,
        )


def _due_without(found: Place) -> int:
    """People whose letter was due when the worker began, and whose week is not settled."""
    after = count = 0
    while True:
        due = queries.people_due(found.begins, after, 1000)
        if not due:
            return count
        count, after = count + len(due), due[-1].user.id


def _empty_letters(found: Place) -> int:
    """Letters that have no line more than one of a week in which nothing was."""
    user = db.session.get_one(User, 100)
    week = weeks.week_of(clock.now(), user.zone)
    frame = _lines(emails.weekly(Content(user, week, MemberPart(), ManagerPart())).text)
    texts = db.session.scalars(sa.select(Email.text).where(Email.key.like("digest:%")))
    return sum(_lines(text) <= frame for text in texts.yield_per(500))


def _lines(text: str) -> int:
    return sum(bool(line.strip()) for line in text.splitlines())


def report(
    found: Place,
    told: Told,
    before: locusts.Counted,
    meanwhile: locusts.Counted,
    processes: list[Process],
) -> list[str]:
    sink, pages = told.sink, (("without letters", before), ("meanwhile", meanwhile))
    worker = sum(one.seconds for one in processes if one.group == "worker")
    return [
        f"\n### Letters of {found.organizations:,} organizations, {found.matches:,} matches, on SQLite with one worker\n",
        "| | |",
        "|---|--:|",
        f"| letters written | {told.letters:,} |",
        f"| people who had nothing to be told | {told.states.get(DigestState.NOTHING, 0):,} |",
        f"| people whose letter was due and is not settled | {told.without:,} |",
        f"| letters at the mail server | {sink['letters']:,} |",
        f"| twice | {told.twice:,} |",
        f"| empty | {told.empty:,} |",
        f"| kB of a letter in the outbox | {told.bytes / 1000:.1f} |",
        f"| other mails beside them | {told.others:,} |",
        f"| minutes from the worker's start to the last letter | {told.seconds / 60:.1f} |",
        f"| letters a second | {sink['letters'] / told.seconds:.1f} |",
        f"| worker, processor seconds | {worker:.0f} |",
        f"| worker, memory MB | {max((one.megabytes for one in processes if one.group == 'worker'), default=0):.0f} |",
        "",
        "| pages | requests | p50 ms | p95 ms | p99 ms | faults |",
        "|---|--:|--:|--:|--:|--:|",
        *(
            f"| {name} | {one.whole.requests} | {one.whole.median:.0f} | {one.whole.p95:.0f} | {one.whole.p99:.0f} "
            f"| {one.faults or 'none'} |"
            for name, one in pages
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.load.letters", description=__doc__)
    parser.add_argument("--organizations", type=int, default=20_000)
    parser.add_argument("--matches", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "load")
    parser.add_argument("--users", type=int, default=10, help="people who read pages")
    parser.add_argument("--seconds", type=int, default=120, help="how long they do, before and meanwhile")
    parser.add_argument("--writes", action="store_true", help="they answer, decide and save, too")
    parser.add_argument(
        "--most-minutes",
        type=int,
        default=2 * PROMISED_MINUTES,
        help="when to stop waiting for the last letter",
    )
    parser.add_argument("--port", type=int, default=8192)
    parser.add_argument("--markdown", type=Path, help="write the tables there too")
    given = parser.parse_args()
    size = (given.organizations, given.matches)
    with (
        place(given.folder.resolve(), "sqlite", *size, with_meanings=True) as found,
        tempfile.TemporaryDirectory(dir=found.folder) as folder,
    ):
        is_well = measure(found, given, Path(folder))
    sys.exit(not is_well)


if __name__ == "__main__":
    main()
