"""The one place that knows what time it is, so that a test (or a trial run) can move it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_offset = timedelta(0)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC) + _offset


def shift(seconds: int) -> None:
    """Move the clock by `seconds` from the real time (0 puts it right)."""
    global _offset
    _offset = timedelta(seconds=seconds)
