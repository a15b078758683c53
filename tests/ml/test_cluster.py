"""The scoring loop on a real Dask cluster of two workers: the same lists, also when one worker dies in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import dask
import pandas as pd
import pytest
from distributed import Client

from ml import Recommender, synthetic

ROOT = Path(__file__).parents[2]
PATIENCE = 60


class Cluster:
    """A scheduler and two workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        file = folder / "scheduler.json"
        self._processes = [self._start("scheduler", f"--scheduler-file={file}", "--port=0", "--no-show")]
        # Without a nanny nobody starts a killed worker again.
        for _ in range(2):
            worker = ("worker", f"--scheduler-file={file}", "--nthreads=1", "--no-nanny")
            self._processes.append(self._start(*worker))
        self.client = Client(scheduler_file=str(file), timeout=PATIENCE, set_as_default=False)
        self.client.wait_for_workers(2, timeout=PATIENCE)
        self._pids = self.client.run(os.getpid)
        self.address = self.client.scheduler.address

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        environment = dict(
            os.environ, PYTHONPATH=str(ROOT), OPENBLAS_NUM_THREADS="1", DASK_LOGGING__DISTRIBUTED="error"
        )
        arguments = [
            sys.executable,
            "-m",
            "distributed.cli.dask_" + command[0],
            *command[1:],
            "--no-dashboard",
            "--host=127.0.0.1",
        ]
        name = f"{len(list(self._folder.glob('*.log')))}.log"
        with (self._folder / name).open("wb") as log:
            return subprocess.Popen(arguments, env=environment, cwd=self._folder, stdout=log, stderr=log)

    def kill_busy_worker(self) -> int:
        """Kill -9 the first worker that has tasks in hand; gives how many."""
        while True:
            for address, tasks in sorted(self.client.processing().items()):
                if tasks:
                    os.kill(self._pids[address], signal.SIGKILL)
                    return len(tasks)

    def end(self) -> None:
        self.client.close()
        for process in self._processes:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    monkeypatch.setenv("SCORING_SCHEDULER", made.address)
    yield made
    made.end()


@pytest.fixture(scope="module")
def fitted() -> Recommender:
    return Recommender().fit(synthetic.organizations(1500))


@pytest.fixture(scope="module")
def local(fitted: Recommender) -> pd.DataFrame:
    return fitted.recommend(k=10)


def test_a_cluster_gives_the_same_lists_though_a_worker_is_killed_in_the_middle(
    fitted: Recommender, local: pd.DataFrame, cluster: Cluster
) -> None:
    lost: list[int] = []
    killer = threading.Thread(target=lambda: lost.append(cluster.kill_busy_worker()), daemon=True)
    killer.start()
    far = fitted.recommend(k=10)
    killer.join(PATIENCE)
    assert lost
    assert len(cluster.client.scheduler_info()["workers"]) == 1
    pd.testing.assert_frame_equal(far, local)


def test_one_thread_and_two_give_the_same_lists(
    fitted: Recommender, local: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    for jobs in ("1", "2"):
        monkeypatch.setenv("SCORING_JOBS", jobs)
        pd.testing.assert_frame_equal(fitted.recommend(k=10), local)


def test_two_fits_with_one_seed_give_the_same_lists(local: pd.DataFrame) -> None:
    again = Recommender().fit(synthetic.organizations(1500)).recommend(k=10)
    pd.testing.assert_frame_equal(again, local)


def test_a_cluster_that_does_not_answer_is_an_error_and_not_a_guess(
    fitted: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCORING_SCHEDULER", "tcp://127.0.0.1:9")
    soon = dask.config.set({"distributed.comm.timeouts.connect": "1s"})
    with soon, pytest.raises(OSError, match="Timed out"):
        fitted.recommend(ids=["o0"], k=3)
