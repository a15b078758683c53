"""One import run from where it stands to its end, in this process or, for a large file, in one of its own.

An edge, as tasks and commands are: it commits batch after batch; the last one is left to whoever marks the job done. A process
of its own has no recommender in memory and gives all it took back when it ends; the worker that waits for it keeps the job
whose token both know.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import structlog

from app.db import db
from app.jobs.engine import jobs
from app.jobs.holding import Held, Interrupted
from app.organizations.records import UnreadableFile
from app.transfers import running
from app.transfers.models import ImportRun
from app.transfers.reading import opened
from app.transfers.services import LEASE_SECONDS
from config import ROOT

log = structlog.get_logger(__name__)
# A file of some thousand rows.
LARGE = 1_000_000
# Names of variables of the environment.
JOB, TOKEN = "IMPORT_JOB", "IMPORT_TOKEN"
_PATIENCE = 20


class Died(Exception):
    """The process of an import ended before the import did."""


def bring_on(run_id: int, held: Held) -> str:
    """Take batches until the file ends. Raises `Interrupted` when the worker is to stop, and `Lost`."""
    run = running.begin(run_id)
    db.session.commit()
    if run is None:
        return "It was over already."
    try:
        with opened(run) as file:
            for _ in running.take(run, file, held):
                db.session.commit()
                if jobs.stopping.is_set():
                    raise Interrupted
        ended = running.finish(run_id)
    except running.Stopped:
        db.session.rollback()
        return "It was canceled."
    except UnreadableFile as error:
        db.session.rollback()
        running.fail(db.session.get_one(ImportRun, run_id), str(error))
        return "The file could not be read."
    log.info("import ended", run=run_id, state=ended.state.value, rows=ended.read_rows)
    return f"{ended.read_rows} rows read, {ended.refused_rows} refused."


def elsewhere(run_id: int, held: Held) -> None:
    """Do it in a process of its own, which marks the job, and wait for that; when the worker is to stop, so is the other."""
    # The token goes by the environment, which other people of the machine cannot read as they can a command.
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "flask", "transfers", "bring-on", str(run_id)],
        cwd=ROOT,
        env={**os.environ, JOB: str(held.id), TOKEN: held.token},
    )
    try:
        while child.poll() is None and not jobs.stopping.wait(0.5):
            pass
    finally:
        _end(child)
    if jobs.stopping.is_set():
        raise Interrupted
    if child.returncode:
        raise Died(str(child.returncode))


def held_by_parent(run_id: int, name: str) -> Held:
    """The job that the process before this one holds."""
    return Held(int(os.environ[JOB]), name, {"run": run_id}, os.environ[TOKEN], LEASE_SECONDS)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def stop_when_told() -> None:
    """Let SIGTERM end this process after the batch it is at."""
    signal.signal(signal.SIGTERM, lambda *_: jobs.stopping.set())
