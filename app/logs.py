"""Structured logs: JSON in production, readable lines elsewhere."""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO

import structlog


class Target:
    """Where lines go. When it is full or gone, requests go on, and the lines that were lost are counted."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.lost = 0

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except (OSError, ValueError):
            # print() writes a line and its end one after the other; the end alone is no line.
            self.lost += text != "\n"
            return 0

    def flush(self) -> None:
        try:
            self._stream.flush()
        except (OSError, ValueError):
            self.lost += 1

    def note_lost(self, _logger: Any, _method: str, event: Any) -> Any:
        """Say in every later line how many were lost before it."""
        return {**event, "lost_lines": self.lost} if self.lost else event


def configure(log_format: str) -> None:
    """Send structlog to standard error in `log_format`: ``json`` or ``console``."""
    as_json = log_format == "json"
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    target = Target(sys.stderr)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            target.note_lost,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(target),  # type: ignore[arg-type]
        cache_logger_on_first_use=False,
    )
