"""What a worker finds to do at once on a filled world: ``python -m tests.load.due``.

Performs each periodic task once on a copy, and prints what each took, wrote to the trail, and let wait as mail or job.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEvent
from app.db import db, reading
from app.jobs.engine import jobs
from app.jobs.models import Job
from app.outbox.models import Email
from tests.load.places import ROOT, Place, place


def copied(found: Place, folder: Path) -> Place:
    """A place on SQLite again in another folder, whose outbox delivers into files there."""
    # With what has not been written back from its log yet.
    with (
        contextlib.closing(sqlite3.connect(found.folder / "load.sqlite")) as there,
        contextlib.closing(sqlite3.connect(folder / "load.sqlite")) as here,
    ):
        there.backup(here)
    shutil.copytree(found.folder / "models", folder / "models", dirs_exist_ok=True)
    return dataclasses.replace(found, folder=folder, url=f"sqlite:///{folder}/load.sqlite")


def _written(app: Flask) -> Counter[str]:
    queries = {"mails": Email, "audit rows": AuditEvent, "jobs": Job}
    with app.app_context(), reading():
        return Counter(
            {
                name: db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0
                for name, model in queries.items()
            }
        )


def look(found: Place) -> None:
    app = found.app()
    before = _written(app)
    for task in jobs.periodic():
        began = time.perf_counter()
        went_well = jobs.perform(app, task.name)
        took, now = time.perf_counter() - began, _written(app)
        told = ", ".join(f"{count} {name}" for name, count in (now - before).items()) or "nothing"
        print(f"{took:7.2f} s  {task.name}: {told}{'' if went_well else ', FAILED'}", flush=True)
        before = now


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.load.due", description=__doc__)
    parser.add_argument("--organizations", type=int, default=2_000)
    parser.add_argument("--matches", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "load")
    given = parser.parse_args()
    size = (given.organizations, given.matches)
    with (
        place(given.folder.resolve(), "sqlite", *size, with_meanings=True) as found,
        tempfile.TemporaryDirectory() as folder,
    ):
        look(copied(found, Path(folder)))


if __name__ == "__main__":
    main()
