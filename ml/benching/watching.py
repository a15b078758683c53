"""Wall seconds, CPU seconds and peak memory of a step, those of child processes included."""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_EVERY = 0.2
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Watch:
    """Notes of steps, one after the other."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    @contextmanager
    def step(self, name: str, **more: Any) -> Iterator[dict[str, Any]]:
        """Measure what happens inside; the row may be added to."""
        row: dict[str, Any] = {"step": name, **more}
        done, peak = threading.Event(), [resident()]
        watcher = threading.Thread(target=_follow, args=(done, peak), daemon=True)
        watcher.start()
        wall, cpu = time.perf_counter(), _cpu_seconds()
        try:
            yield row
        finally:
            row["wall_s"] = round(time.perf_counter() - wall, 3)
            row["cpu_s"] = round(_cpu_seconds() - cpu, 3)
            done.set()
            watcher.join()
            row["peak_mb"] = round(max(peak[0], resident()) / 2**20)
            self.rows.append(row)
            # A long run that is stopped has told how far it came.
            sys.stderr.write(json.dumps(row) + "\n")


def _follow(done: threading.Event, peak: list[int]) -> None:
    while not done.wait(_EVERY):
        peak[0] = max(peak[0], resident())


def _cpu_seconds() -> float:
    times = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in times)


def resident() -> int:
    """Bytes of memory of this process and those it started."""
    return sum(_resident(process) for process in [os.getpid(), *_children(os.getpid())])


def _resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _children(process: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            direct = [int(child) for child in task.read_text().split()]
        except OSError:
            continue
        for child in direct:
            found += [child, *_children(child)]
    return found
