"""Run locust without its page, in a process of its own, and read what it counted."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

CROWD = Path(__file__).with_name("crowd.py")


@dataclass(frozen=True)
class Row:
    """What happened to one kind of page; milliseconds."""

    name: str
    requests: int
    failures: int
    median: float
    p95: float
    p99: float
    most: float
    a_second: float


@dataclass(frozen=True)
class Counted:
    """All kinds of pages, their sum, and which faults there were."""

    rows: list[Row]
    whole: Row
    faults: dict[str, int]


def run(
    cast: Path, port: int, users: int, seconds: int, *, more: dict[str, str] | None = None, spawn: int = 50
) -> Counted:
    """So many people for so long; what happens while they arrive is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        prefix = f"{folder}/counted"
        until = seconds + users // spawn + 1
        options = f"--headless --only-summary --reset-stats --users {users} --spawn-rate {spawn} --run-time {until}s"
        where = f"--host http://127.0.0.1:{port} --csv {prefix} --loglevel ERROR --stop-timeout 5 --exit-code-on-error 0"
        command = [
            sys.executable,
            "-m",
            "locust",
            "--locustfile",
            str(CROWD),
            *options.split(),
            *where.split(),
        ]
        environment = {**os.environ, "LOAD_CAST": str(cast), **(more or {})}
        # Fixed words, our own numbers and paths.
        subprocess.run(
            command,
            env=environment,
            check=True,
            timeout=until + 60,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return _read(Path(f"{prefix}_stats.csv"), Path(f"{prefix}_failures.csv"))


def _read(stats: Path, failures: Path) -> Counted:
    with stats.open(encoding="utf-8", newline="") as file:
        rows = [_row(line) for line in csv.DictReader(file)]
    faults: dict[str, int] = {}
    with failures.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            word = line["Error"].removeprefix("CatchResponseError('").removesuffix("')")[:60]
            faults[word] = faults.get(word, 0) + int(line["Occurrences"])
    return Counted(sorted(rows[:-1], key=lambda row: row.name), rows[-1], faults)


def _row(line: dict[str, str]) -> Row:
    numbers = ("50%", "95%", "99%", "100%", "Requests/s")
    median, p95, p99, most, a_second = (float(line[name]) if line[name] != "N/A" else 0.0 for name in numbers)
    counts = int(line["Request Count"]), int(line["Failure Count"])
    return Row(line["Name"], *counts, median, p95, p99, most, a_second)
