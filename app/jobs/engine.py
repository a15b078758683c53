"""The job engine: Huey, wrapped once. The queue only wakes tasks; what there is to do is in our rows."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import structlog
from flask import Flask, current_app
from huey import Huey, MemoryHuey, PostgresHuey, RedisHuey, SqliteHuey
from huey.registry import Message
from huey.serializer import Serializer

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Task:
    """A named piece of work without arguments; `every` is its period in seconds, None for on demand."""

    name: str
    run: Callable[[], object]
    every: float | None


class Jobs:
    """Registry of tasks and of what /readyz tells; runs tasks, never two of one name at once in a process."""

    def __init__(self) -> None:
        self.tasks: dict[str, Task] = {}
        self.measures: dict[str, Callable[[], object]] = {}
        self.conditions: dict[str, Callable[[], bool]] = {}
        # Set when this process is about to end: a long task looks at it between two steps.
        self.stopping = threading.Event()
        self._running: set[str] = set()
        self._lock = threading.Lock()

    def task(
        self, name: str, *, every: float | None = None
    ) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
        """Register a function as the task `name`. It runs in an app context and commits for itself."""

        def register(function: Callable[[], Any]) -> Callable[[], Any]:
            self.tasks[name] = Task(name, function, every)
            return function

        return register

    def measure(self, name: str) -> Callable[[Callable[[], object]], Callable[[], object]]:
        """Register a function whose answer /readyz shows under `name`."""

        def register(function: Callable[[], object]) -> Callable[[], object]:
            self.measures[name] = function
            return function

        return register

    def condition(self, name: str) -> Callable[[Callable[[], bool]], Callable[[], bool]]:
        """Register a function without which /readyz does not say that this process is ready; it shows under `name`."""

        def register(function: Callable[[], bool]) -> Callable[[], bool]:
            self.conditions[name] = function
            return function

        return register

    def init_app(self, app: Flask) -> None:
        app.extensions["jobs"] = Queue(app, self)

    def periodic(self) -> list[Task]:
        """Tasks with a period, in the order they were registered."""
        return [task for task in self.tasks.values() if task.every is not None]

    def run(self, name: str) -> None:
        """Do the task here and now, in the present app context."""
        self.tasks[name].run()

    def perform(self, app: Flask, name: str) -> bool:
        """Do the task in an app context of its own; False when it raised, which is logged.

        A task that runs already in this process is not begun again.
        """
        with self._lock:
            if name in self._running:
                return True
            self._running.add(name)
        try:
            with app.app_context():
                self.run(name)
        except Exception:
            log.exception("task failed", task=name)
            return False
        finally:
            with self._lock:
                self._running.discard(name)
        return True

    def is_running(self, name: str) -> bool:
        """Whether the task runs in this process."""
        return name in self._running

    def wake(self, name: str) -> None:
        """Ask the worker to run the task soon. The row that says so is the truth: a queue that is away costs a delay."""
        if name not in self.tasks:
            raise KeyError(name)
        cast(Queue, current_app.extensions["jobs"]).wake(name)


class Queue:
    """An app's queue, opened when first used: a web process that wakes nothing needs none."""

    def __init__(self, app: Flask, registry: Jobs) -> None:
        self._app, self._registry = app, registry
        self._is_away = False

    @cached_property
    def huey(self) -> Huey:
        huey = open_queue(self._app.config["SETTINGS"].jobs_url)
        # Each thread of a consumer has a connection of its own to listen on.
        huey.on_shutdown("close")(huey.storage.close)
        return huey

    @cached_property
    def _run(self) -> Callable[[str], object]:
        def run(name: str) -> None:
            self._registry.perform(self._app, name)

        return cast("Callable[[str], object]", self.huey.task(name="run")(run))

    def open(self) -> None:
        """Connect, and make the task known to whoever takes entries from this queue."""
        _ = self._run

    def wake(self, name: str) -> bool:
        """Queue the task unless it waits there already; False when the queue is away, which is logged once."""
        try:
            if name not in self.waiting():
                self._run(name)
        except Exception as error:
            # Three drivers stand behind the queue, each with errors of its own.
            if not self._is_away:
                log.exception("job queue away", error=str(error))
            self._is_away = True
            return False
        self._is_away = False
        return True

    def waiting(self) -> list[str]:
        """Names of the tasks in the queue, next one first."""
        self.open()
        return [json.loads(entry)["task"] for entry in self.huey.storage.enqueued_items()]


class NameSerializer(Serializer):
    """An entry is a task's name in JSON. Huey's own is a pickle, which runs whatever was put into the queue."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps({"id": data.id, "run": data.name, "task": data.args[0]}).encode()

    def _deserialize(self, data: bytes) -> Any:
        entry = json.loads(bytes(data))
        return Message(
            id=entry["id"], name=entry["run"], retries=0, retry_delay=0, args=(entry["task"],), kwargs={}
        )


def open_queue(url: str) -> Huey:
    """The Huey instance for JOBS_URL: ``memory:``, ``sqlite:///path``, ``redis://…`` or ``postgresql://…``.

    Raises `ValueError` for another scheme.
    """
    scheme, _, driver = urlsplit(url).scheme.partition("+")
    chosen: dict[str, Any] = {"name": "sangam", "results": False, "serializer": NameSerializer()}
    if scheme == "memory":
        return MemoryHuey(**chosen)
    if scheme == "sqlite":
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey(filename=str(path), **chosen)
    if scheme in {"redis", "rediss"}:
        return RedisHuey(url=url, **chosen)
    if scheme == "postgresql":
        # SQLAlchemy's addresses name a driver, PostgreSQL's own do not.
        return PostgresHuey(
            dsn=url.replace(f"+{driver}", "", 1) if driver else url, connect_timeout=5, **chosen
        )
    raise ValueError(f"JOBS_URL must start with sqlite:///, redis:// or postgresql://, not {scheme!r}.")


jobs = Jobs()
