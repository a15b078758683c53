"""Measure an import of many made-up organizations: seconds, and the most memory that this process and the import held.

    python -m tests.load.imports [--rows 50000] [--format csv|xlsx|jsonl] [--way background|terminal] [--database URL]

The database, SQLite in a temporary folder unless given, must be empty or new: it is migrated and filled.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app import clock, create_app
from app.accounts.models import User
from app.db import db
from app.jobs.engine import jobs
from app.organizations import exports, records
from app.taxonomy import TECHNOLOGIES
from app.transfers import services
from app.transfers.models import ImportRun
from config import from_environment

WORDS = [
    "precision",
    "drone",
    "battery",
    "water",
    "chip",
    "design",
    "cloud",
    "skill",
    "training",
    "solar",
    "pump",
    "software",
    "export",
    "quality",
    "care",
]


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Made-up profiles about as long as real ones; one in a hundred is refused."""
    chance = random.Random(7)

    def text(words: int) -> str:
        return " ".join(chance.choices(WORDS, k=words))

    for number in range(count):
        filled = {
            "id": f"made:{number}",
            "kind": ("startup", "sme", "skill_program", "investor")[number % 4],
            "name": f"Made {number} {text(2)}",
            "country": "XX" if number % 100 == 99 else ("IN", "US")[number % 2],
            "city": "Pune",
            "website": f"https://made{number}.example.org/",
            "founded_year": 1990 + number % 30,
            "team_size": number % 500,
            "summary": text(30),
            "description": text(90),
            "offers": f"{text(6)}\n{text(6)}",
            "needs": f"{text(6)}\n{text(6)}",
            "tags": [text(1), text(2)],
            "technologies": chance.sample(sorted(TECHNOLOGIES), 2),
        }
        yield {column: filled.get(column, "") for column in exports.COLUMNS}


def write(path: Path, count: int) -> None:
    """The file itself, in the form its ending names."""
    cells = ([exports._cell(value) for value in row.values()] for row in rows(count))
    if path.suffix == ".xlsx":
        with records.workbook(exports.COLUMNS, cells) as book:
            path.write_bytes(book.read())
        return
    pieces = (
        records.json_lines(rows(count))
        if path.suffix == ".jsonl"
        else records.csv_lines(exports.COLUMNS, cells)
    )
    with path.open("wb") as file:
        file.writelines(pieces)


def measure(path: Path, way: str, url: str) -> dict[str, Any]:
    """Import the file, as the worker or the terminal does."""
    # A large file is taken by a process that reads its settings from the environment.
    os.environ |= {"DATABASE_URL": url, "JOBS_URL": "memory:", "MODEL_DIR": f"{path.parent}/models"}
    app = create_app(from_environment())
    app.test_cli_runner().invoke(args=["db", "upgrade"], catch_exceptions=False)
    before = _most(resource.RUSAGE_SELF)
    began = time.monotonic()
    if way == "terminal":
        outcome = app.test_cli_runner().invoke(
            args=["organizations", "import", str(path)], catch_exceptions=False
        )
        counts: dict[str, Any] = {"exit": outcome.exit_code}
    else:
        counts = in_background(app, path)
    seconds = time.monotonic() - began
    held = {
        "here": _most(resource.RUSAGE_SELF),
        "here before": before,
        "import": _most(resource.RUSAGE_CHILDREN),
    }
    return {**counts, "seconds": round(seconds, 1), "megabytes": held}


def _most(who: int) -> int:
    return resource.getrusage(who).ru_maxrss // 1024


def in_background(app: Any, path: Path) -> dict[str, Any]:
    """Upload, trial and import, one after the other; with the seconds of each."""
    with app.app_context():
        user = User(email="load@example.org", unsubscribe_key="load", created_at=clock.now())
        db.session.add(user)
        db.session.flush()
        marks = [time.monotonic()]
        with path.open("rb") as stream:
            run = services.receive(stream, path.name, "", by=user)
        services.check(run, run.mapping, {}, by=user)
        db.session.commit()
        marks.append(time.monotonic())
        jobs.run("transfers.work")
        marks.append(time.monotonic())
        run = db.session.get_one(ImportRun, run.id, populate_existing=True)
        services.start(run, by=user)
        db.session.commit()
        jobs.run("transfers.work")
        marks.append(time.monotonic())
        run = db.session.get_one(ImportRun, run.id, populate_existing=True)
        names = ("upload", "trial", "import")
        spent = {name: round(b - a, 1) for name, a, b in zip(names, marks, marks[1:], strict=False)}
        return {**spent, "state": run.state.value, "new": run.new_rows, "refused": run.refused_rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--format", default="csv", choices=["csv", "xlsx", "jsonl"])
    parser.add_argument("--way", default="background", choices=["background", "terminal"])
    parser.add_argument("--database", default="")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"rows.{chosen.format}"
        write(path, chosen.rows)
        found = measure(path, chosen.way, chosen.database or f"sqlite:///{folder}/load.sqlite")
        print(f"{path.stat().st_size / 1e6:.0f} MB {chosen.format}, {chosen.way}: {found}")


if __name__ == "__main__":
    main()
