"""Where the scoring loop runs: threads of this machine, or the workers of a Dask cluster when `SCORING_SCHEDULER` names one.

The loop itself is joblib's; what it computes does not depend on where: tasks are cut the same way, and results come
back in the order of the tasks. A cluster's workers must be able to import `ml` of the same release.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import joblib
from joblib.parallel import get_active_backend

ADDRESS = "SCORING_SCHEDULER"
# A cluster that has just been started gets so many seconds to show its first worker.
PATIENCE = 60
# Dask keeps one copy of what is sent once all workers had it; when the worker with that copy dies, the loop starts again.
ATTEMPTS = 4


def n_jobs() -> int:
    """Threads of the local loop: `SCORING_JOBS`, or as many as this process may use cores."""
    return int(os.environ.get("SCORING_JOBS") or len(os.sched_getaffinity(0)))


def run(
    function: Callable[..., Any], tasks: Iterable[tuple[Any, ...]], shared: tuple[Any, ...] = ()
) -> list[Any]:
    """``[function(*shared, *task) for task in tasks]``, many at once.

    Parameters
    ----------
    function : importable by name, without side effects: a task whose worker dies is run again on another
    tasks : small arguments, one tuple a call
    shared : large arguments of every call; sent to a cluster once

    Raises
    ------
    OSError
        When `SCORING_SCHEDULER` names a cluster that does not answer.
    """
    address = os.environ.get(ADDRESS)
    if address:
        return _on_cluster(address, function, tasks, shared)
    tasks = list(tasks)
    if len(tasks) == 1:
        return [function(*shared, *tasks[0])]
    calls = (joblib.delayed(function)(*shared, *task) for task in tasks)
    return list(joblib.Parallel(n_jobs=n_jobs(), prefer="threads")(calls))


@dataclass(frozen=True)
class _Shared:
    """Large arguments under a name that is used once.

    Dask names what is scattered by its content; the same content in the next loop would share a name with what the last
    loop is giving up at that moment.
    """

    values: tuple[Any, ...]
    name: str


def _call(shared: _Shared, function: Callable[..., Any], task: tuple[Any, ...]) -> Any:
    return function(*shared.values, *task)


def _on_cluster(
    address: str, function: Callable[..., Any], tasks: Iterable[tuple[Any, ...]], sent: tuple[Any, ...]
) -> list[Any]:
    given, attempt = list(tasks), 1
    while True:
        try:
            return _on_workers(address, function, given, _Shared(sent, uuid4().hex))
        except CancelledError:
            if attempt == ATTEMPTS:
                raise
            attempt += 1


def _on_workers(
    address: str, function: Callable[..., Any], tasks: list[tuple[Any, ...]], shared: _Shared
) -> list[Any]:
    settings = {"scheduler_host": address, "wait_for_workers_timeout": PATIENCE, "scatter": [shared]}
    with joblib.parallel_config(backend="dask", **settings):
        client = get_active_backend()[0].client
        calls = (joblib.delayed(_call)(shared, function, task) for task in tasks)
        # joblib opens a connection for each loop and leaves it to us to close.
        try:
            return list(joblib.Parallel(n_jobs=-1)(calls))
        finally:
            client.close()
