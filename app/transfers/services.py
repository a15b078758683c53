"""What changes import runs: a file comes in, its columns are chosen, it is tried, imported or given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import BinaryIO

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import RuleBroken
from app.jobs import services as engine
from app.transfers import columns, reading
from app.transfers.models import WORKING, ImportChunk, ImportRefusal, ImportRun, RunState

CHUNK = 256 * 1024
MOST_OPEN = 10
FORGET_AFTER = timedelta(days=7)
# The kind of job that brings a run on, and how long it is a worker's after each batch.
IMPORT, LEASE_SECONDS = "transfers.work", 60


class EmptyFile(RuleBroken):
    """Nothing can be taken from a file without rows."""


class TooManyRuns(RuleBroken):
    """Each open run holds its file in the database."""


class NotNow(RuleBroken):
    """The run has gone on, or was given up, since the page was shown."""


class ColumnsMissing(RuleBroken):
    """A file cannot be taken without some columns, nor with one of ours twice."""


def receive(file: BinaryIO, name: str, source: str, *, by: User) -> ImportRun:
    """Keep an uploaded file, with a guess of its columns.

    Raises `records.UnreadableFile`, `EmptyFile`, `TooManyRuns`.
    """
    _refuse_too_many(by)
    header, preview = reading.beginning(file, name)
    if not preview:
        raise EmptyFile(_("No rows can be read in this file. The first line must name the columns."))
    now = clock.now()
    run = ImportRun(
        user_id=by.id,
        file_name=reading.storable(name, 200)[-200:],
        size=0,
        source=source,
        header=header,
        preview=preview,
        mapping=columns.guessed(header),
        created_at=now,
        changed_at=now,
    )
    db.session.add(run)
    db.session.flush()
    run.size = _keep(run.id, file)
    audit.record("import.received", ("import_run", run.id), by=by.id, detail={"size": run.size})
    return run


def _refuse_too_many(by: User) -> None:
    is_open = ImportRun.state.in_([RunState.UPLOADED, RunState.CHECKED, *WORKING])
    query = sa.select(sa.func.count()).where(ImportRun.user_id == by.id, is_open)
    if (db.session.scalar(query) or 0) >= MOST_OPEN:
        raise TooManyRuns(_("You have ten open imports. Finish or cancel one of them first."))


def _keep(run_id: int, file: BinaryIO) -> int:
    """Write the file piece by piece, never whole in memory; gives back its size."""
    file.seek(0)
    size = number = 0
    while piece := file.read(CHUNK):
        row = {"run_id": run_id, "number": number, "content": piece}
        db.session.execute(sa.insert(ImportChunk), [row])
        size, number = size + len(piece), number + 1
    return size


def check(run: ImportRun, mapping: dict[str, str], fixed: dict[str, str], *, by: User) -> None:
    """Take the choice of columns, and let a worker try the whole file without writing.

    Raises `ColumnsMissing`, `NotNow`.
    """
    if not run.may_be_mapped:
        raise NotNow(_("This import has gone on since. Look at it again."))
    run.mapping, run.fixed = mapping, fixed
    if columns.faults(mapping, fixed):
        raise ColumnsMissing(
            _("Choose each column once, and none of the four that are needed may be missing.")
        )
    _begin(run, RunState.CHECKING, by)


def start(run: ImportRun, *, by: User) -> None:
    """Let a worker import the file that was tried. Raises `NotNow`."""
    if run.state is not RunState.CHECKED:
        raise NotNow(_("This import has gone on since. Look at it again."))
    run.total_rows = run.read_rows
    _begin(run, RunState.RUNNING, by)


def _begin(run: ImportRun, state: RunState, by: User) -> None:
    before, total = run.state, run.total_rows
    db.session.flush()
    counts = dict.fromkeys(("read_rows", "new_rows", "changed_rows", "unchanged_rows", "refused_rows"), 0)
    _move(run, before, state=state, failure="", total_rows=total, **counts)
    db.session.execute(sa.delete(ImportRefusal).where(ImportRefusal.run_id == run.id))
    _ask(run, by=by.id)
    audit.record(f"import.{state.value}", ("import_run", run.id), by=by.id)


def _ask(run: ImportRun, *, by: int | None = None) -> None:
    engine.enqueue(
        IMPORT, f"{IMPORT}:{run.id}:{run.state.value}", {"run": run.id, "state": run.state.value}, by=by
    )


def ask_for_left_behind() -> None:
    """Let every run that is to be worked at have a job: one begun by older code has none."""
    for run in db.session.scalars(sa.select(ImportRun).where(ImportRun.state.in_(WORKING))):
        _ask(run, by=run.user_id)


def cancel(run: ImportRun, *, by: User) -> None:
    """Give a run up. Rows that were imported by then stay. Raises `NotNow`."""
    if not run.may_be_canceled:
        raise NotNow(_("This import has ended already."))
    _move(run, run.state, state=RunState.CANCELED)
    forget_file(run.id)
    audit.record("import.canceled", ("import_run", run.id), by=by.id, detail={"read": run.read_rows})


def _move(run: ImportRun, before: RunState, **values: object) -> None:
    """Change a run that still stands where it was seen: of two at once, one wins. Raises `NotNow`."""
    statement = sa.update(ImportRun).where(ImportRun.id == run.id, ImportRun.state == before)
    done = db.session.execute(statement.values(**values, changed_at=clock.now()))
    if not done.rowcount:  # type: ignore[attr-defined]
        raise NotNow(_("This import has gone on since. Look at it again."))
    db.session.refresh(run)


def forget_file(run_id: int) -> None:
    """Delete the uploaded file; what became of its rows stays."""
    db.session.execute(sa.delete(ImportChunk).where(ImportChunk.run_id == run_id))


def _forget_files_of_failed(before: datetime) -> None:
    failed = sa.select(ImportRun.id).where(ImportRun.state == RunState.FAILED, ImportRun.changed_at < before)
    db.session.execute(sa.delete(ImportChunk).where(ImportChunk.run_id.in_(failed)))


def forget_stale() -> int:
    """Give up runs nobody went on with for a week; how many."""
    waiting = (RunState.UPLOADED, RunState.CHECKED)
    old = clock.now() - FORGET_AFTER
    query = sa.select(ImportRun).where(ImportRun.state.in_(waiting), ImportRun.changed_at < old)
    stale = db.session.scalars(query.limit(100)).all()
    _forget_files_of_failed(old)
    for run in stale:
        _move(run, run.state, state=RunState.CANCELED)
        forget_file(run.id)
        audit.record("import.canceled", ("import_run", run.id), detail={"read": run.read_rows})
    return len(stale)
