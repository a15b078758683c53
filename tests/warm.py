"""Processes that begin with everything imported: real ones, to be killed, at a tenth of the cost of a cold start.

The first is forked by a server that imports the app once; what a test starts is a child of that server.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from config import ROOT

SCRIPTS = {"flask": ("flask.cli", "main"), "gunicorn": ("gunicorn.app.wsgiapp", "run")}
# What commands, the worker and a server's start import sooner or later.
IMPORTED = [
    *(module for module, _ in SCRIPTS.values()),
    "app",
    "app.jobs.worker",
    "ml",
    "ml.proposing",
    "ml.coach",
]
IMPORTED += ["ml.allocation", "sklearn.linear_model", "tests.warm"]

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(IMPORTED)


class Warm:
    """A started process, with the ways of `subprocess.Popen` that tests use."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self.pid = int(process.pid or 0)

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def start(command: Sequence[object], environment: Mapping[str, str], log: Path) -> Warm:
    """Start `flask …`, `gunicorn …`, `-m module …` or `-c code`; what it prints goes to the end of `log`."""
    words = [str(word) for word in command]
    process = _context.Process(target=_run, args=(words, dict(environment), str(log)), name=words[0])
    process.start()
    return Warm(process)


def _run(words: list[str], environment: dict[str, str], log: str) -> None:
    _settle(environment, log)
    name, *rest = words
    if name == "-c":
        exec(rest[0], {"__name__": "__main__"})  # noqa: S102
        return
    if name == "-m":
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
        return
    module, function = SCRIPTS[name]
    sys.argv = words
    sys.exit(getattr(importlib.import_module(module), function)())


def _settle(environment: dict[str, str], log: str) -> None:
    """Leave the server's surroundings: its directory, variables, output and handlers of signals."""
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):
        os.dup2(written, stream)
    os.close(written)
