"""Where the scoring loop runs: threads of this machine, or the workers of a Dask cluster when `SCORING_SCHEDULER` names one.

The loop itself is joblib's; what it computes does not depend on where: tasks are cut the same way, and results come
back in the order of the tasks. A cluster's workers must be able to import `ml` of the same release.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

import joblib

ADDRESS = "SCORING_SCHEDULER"
# A cluster that has just been started gets so many seconds to show its first worker.
PATIENCE = 60


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
    calls = (joblib.delayed(function)(*shared, *task) for task in tasks)
    if not address:
        return list(joblib.Parallel(n_jobs=n_jobs(), prefer="threads")(calls))
    return _on_cluster(address, calls, shared)


def _on_cluster(address: str, calls: Iterable[Any], shared: tuple[Any, ...]) -> list[Any]:
    settings = {
        "scheduler_host": address,
        "wait_for_workers_timeout": PATIENCE,
        "scatter": list(shared) or None,
    }
    with joblib.parallel_config(backend="dask", **settings):
        return list(joblib.Parallel(n_jobs=-1)(calls))
