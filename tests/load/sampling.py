"""Memory and processor time of running processes and all their children, read from /proc once a second."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Process:
    """One process: the most megabytes it held by itself (private and its share of what is shared), and its seconds."""

    group: str
    pid: int
    megabytes: float = 0.0
    first: float = 0.0
    last: float = 0.0

    @property
    def seconds(self) -> float:
        return self.last - self.first


@dataclass
class Sampler:
    """Watches while it is entered."""

    roots: dict[str, int]
    wall: float = 0.0
    _seen: dict[int, Process] = field(default_factory=dict)
    _ended: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        self._look()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_ignored: object) -> None:
        self._ended.set()
        self._thread.join()
        self._look()
        self.wall = time.monotonic() - self._began

    def processes(self) -> list[Process]:
        return sorted(self._seen.values(), key=lambda one: (one.group, -one.seconds))

    def _watch(self) -> None:
        while not self._ended.wait(1):
            self._look()

    def _look(self) -> None:
        for group, root in self.roots.items():
            for pid in family(root):
                try:
                    megabytes, seconds = _held(pid), _spent(pid)
                except (OSError, IndexError, StopIteration):
                    continue
                one = self._seen.setdefault(pid, Process(group, pid, first=seconds))
                one.megabytes, one.last = max(one.megabytes, megabytes), seconds


def family(pid: int) -> list[int]:
    """A process and all below it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in family(int(child)))]


def spent(root: int) -> float:
    """Processor seconds of a process and all below it, so far."""
    return sum(_spent(pid) for pid in family(root))


def _held(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1024


def _spent(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
