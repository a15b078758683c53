"""What is counted over everything is counted seldom: each process keeps it the longer, the longer it took to read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
# Reading takes at most a hundredth of the time; what is read at once is not kept at all, and nothing for longer.
TIMES = 100
WORTH_KEEPING = 0.003
LONGEST_SECONDS = 300.0


class Kept(Generic[T]):
    """The last reading of something. While one thread reads anew, the others get what was there."""

    def __init__(self, read: Callable[[], T]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._held: tuple[T, float] | None = None

    def value(self) -> T:
        held = self._held
        if held is not None and time.monotonic() < held[1]:
            return held[0]
        if held is None:
            return self.anew()
        if not self._lock.acquire(blocking=False):
            return held[0]
        try:
            return self.anew()
        finally:
            self._lock.release()

    def anew(self) -> T:
        """Read it now."""
        began = time.monotonic()
        value = self._read()
        took = time.monotonic() - began
        lasts = min(LONGEST_SECONDS, TIMES * took)
        self._held = (value, began + took + lasts) if took > WORTH_KEEPING else None
        return value
