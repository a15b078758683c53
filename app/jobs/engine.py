"""The job engine: Huey, wrapped once. The queue only wakes tasks; what there is to do is in our rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, current_app
from huey import Huey, MemoryHuey, PostgresHuey, RedisHuey, SqliteHuey

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Task:
    """A named piece of work without arguments; `every` is its period in seconds, None for on demand."""

    name: str
    run: Callable[[], object]
    every: float | None


class Jobs:
    """Registry of tasks, and the queue that wakes them."""

    def __init__(self) -> None:
        self.tasks: dict[str, Task] = {}

    def task(
        self, name: str, *, every: float | None = None
    ) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
        """Register a function as the task `name`. It runs in an app context and commits for itself."""

        def register(function: Callable[[], Any]) -> Callable[[], Any]:
            self.tasks[name] = Task(name, function, every)
            return function

        return register

    def init_app(self, app: Flask) -> None:
        huey = open_queue(app.config["SETTINGS"].jobs_url)

        def run(name: str) -> None:
            with app.app_context():
                self.run(name)

        app.extensions["jobs"] = {"huey": huey, "run": huey.task(name="run")(run)}

    def run(self, name: str) -> None:
        """Do the task here and now, in the present app context."""
        log.debug("task", task=name)
        self.tasks[name].run()

    def wake(self, name: str) -> None:
        """Ask the worker to run the task soon."""
        if name not in self.tasks:
            raise KeyError(name)
        current_app.extensions["jobs"]["run"](name)


def open_queue(url: str) -> Huey:
    """The Huey instance for JOBS_URL: ``memory:``, ``sqlite:///path``, ``redis://…`` or ``postgresql://…``.

    Raises `ValueError` for another scheme.
    """
    scheme = urlsplit(url).scheme.split("+")[0]
    if scheme == "memory":
        return MemoryHuey("sangam", immediate=True, immediate_use_memory=True)
    if scheme == "sqlite":
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey("sangam", filename=str(path))
    if scheme in {"redis", "rediss"}:
        return RedisHuey("sangam", url=url)
    if scheme == "postgresql":
        return PostgresHuey("sangam", dsn=url)
    raise ValueError(f"JOBS_URL must start with sqlite:///, redis:// or postgresql://, not {scheme!r}.")


jobs = Jobs()
