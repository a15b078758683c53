"""One import run from where it stands to its end, in this process or, for a large file, in one of its own.

An edge, as tasks and commands are: it commits batch after batch. A process of its own has no recommender in memory and
gives all it took back when it ends; the worker that waits for it keeps the lease whose token both know.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import structlog

from app.db import db
from app.jobs.engine import jobs
from app.organizations.records import UnreadableFile
from app.transfers import running
from app.transfers.models import ImportRun
from app.transfers.reading import opened
from config import ROOT

log = structlog.get_logger(__name__)
# A file of some thousand rows.
LARGE = 1_000_000
TOKEN = "IMPORT_LEASE"  # noqa: S105  # the name of a variable
_PATIENCE = 20


def bring_on(run_id: int, token: str) -> None:
    """Take batches until the file ends or the worker is to stop."""
    run = running.begin(run_id)
    db.session.commit()
    if run is None:
        return
    try:
        with opened(run) as file:
            for _ in running.take(run, file, token):
                db.session.commit()
                if jobs.stopping.is_set():
                    return
        ended = running.finish(run_id, token)
        db.session.commit()
        log.info("import ended", run=run_id, state=ended.state.value, rows=ended.read_rows)
    except running.Stopped:
        db.session.rollback()
        log.info("import stopped", run=run_id)
    except UnreadableFile as error:
        db.session.rollback()
        running.fail(db.session.get_one(ImportRun, run_id), str(error))
        db.session.commit()


def elsewhere(run_id: int, token: str) -> None:
    """Do it in a process of its own and wait for that; when the worker is to stop, so is the other."""
    # The token goes by the environment, which other people of the machine cannot read as they can a command.
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "flask", "transfers", "bring-on", str(run_id)],
        cwd=ROOT,
        env={**os.environ, TOKEN: token},
    )
    try:
        while child.poll() is None and not jobs.stopping.wait(0.5):
            pass
    finally:
        _end(child)
    if child.returncode:
        log.warning("the process of an import died", run=run_id, code=child.returncode)


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
