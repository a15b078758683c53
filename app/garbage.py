"""Garbage is collected by a thread of its own, between instructions, and never inside an allocation.

Python before 3.12 collects inside whatever allocation passes the threshold. When that is the dictionary of an object, and a
callback of something collected touches the same object, two dictionaries own one table of values, and a while later the
process ends by a segmentation fault. SQLAlchemy's states have such callbacks: a server under load lived some ten thousand
pages. Collected from a thread, objects are whole. Since 3.12 Python does so by itself.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
import time

PAUSE_SECONDS = 0.05
# Python's own thresholds, in objects for the youngest and in collections of the younger ones for the middle generation.
YOUNG, MIDDLE = 700, 10
# What outlives a full collection is not looked at by the next: a directory of 200,000 takes a second to walk through.
FULL_SECONDS = 60.0
# But for every so many-th, for cycles that were cut loose since.
FULLS_TO_ALL = 60


class Collector:
    """Decides what to collect now; `full_at` is a reading of the monotonic clock."""

    def __init__(self, now: float) -> None:
        self.full_at = now + FULL_SECONDS
        self.fulls = 0

    def step(self, now: float) -> int | None:
        """Collect what is due; the generation, or None when nothing is."""
        young, middle, _old = gc.get_count()
        if now >= self.full_at:
            self._full()
            # From its end, however long it took.
            self.full_at = max(now, time.monotonic()) + FULL_SECONDS
            return 2
        if middle >= MIDDLE:
            gc.collect(1)
            return 1
        if young >= YOUNG:
            gc.collect(0)
            return 0
        return None

    def _full(self) -> None:
        self.fulls += 1
        if self.fulls % FULLS_TO_ALL == 0:
            gc.unfreeze()
        gc.collect()
        gc.freeze()


def collect_beside() -> None:
    """Let a thread collect from now on, in this process until it ends; its forks collect as Python does."""
    if sys.version_info >= (3, 12) or not gc.isenabled():
        return
    gc.disable()
    os.register_at_fork(after_in_child=gc.enable)
    threading.Thread(target=_go_on, daemon=True, name="garbage").start()


def _go_on() -> None:
    collector = Collector(time.monotonic())
    while True:
        time.sleep(PAUSE_SECONDS)
        collector.step(time.monotonic())
