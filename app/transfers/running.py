"""One worker at one run: batch after batch, each with the run's position in the same transaction.

So a worker that dies leaves whole batches behind and nothing half: whoever takes over reads the file from its start,
skips the rows that are counted, and goes on. A batch also notes the progress of the job; a worker that lost that has its batch
rolled back by `Lost`, and one whose run was canceled by `Stopped`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import sqlalchemy as sa

from app import clock
from app.audit import services as audit
from app.db import db
from app.jobs.holding import Held
from app.organizations.imports import OrganizationImport, Refusal, Tally
from app.organizations.records import Record
from app.organizations.schemas import RowRefused
from app.transfers import reading, services
from app.transfers.models import WORKING, ImportChunk, ImportRefusal, ImportRun, RunState

# So many refused rows can be downloaded; a file with more has one fault in every row.
MOST_REFUSALS = 20_000
_MOST_RAW = 2_000


class Stopped(Exception):
    """The run was canceled: what this worker holds must not be written."""


def _unheard(_refusal: Refusal) -> None:
    """Refusals are kept whole by `RunImport.refuse`."""


@dataclass
class RunImport(OrganizationImport):
    """An import that keeps refused rows as they were given, and can go on in the middle of a file."""

    names: dict[str, str] = field(default_factory=dict)
    refused: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, record: Record, errors: Sequence[tuple[str, str]]) -> None:
        """Count the row, and keep it with its reasons under the file's own names of columns."""
        self.tally.refused += 1
        given = record.given if isinstance(record, reading.GivenRecord) else record.cells
        self.refused.append(
            {
                "line": record.line,
                "reasons": [
                    [reading.storable(self.names.get(name, name), 80), reading.storable(why, 500)]
                    for name, why in errors
                ],
                "cells": reading.given_cells(given),
                "raw": reading.storable(record.raw, _MOST_RAW),
            }
        )

    def remember(self, records: Iterable[Record]) -> None:
        """Look at rows that were taken before, so that an id that comes again later is still refused."""
        for record in records:
            if not record.problem:
                try:
                    self._parse(record)
                except RowRefused:
                    continue


def begin(run_id: int) -> ImportRun | None:
    """The run for the worker that holds its job; None when there is nothing to do any more."""
    run = db.session.get(ImportRun, run_id, populate_existing=True)
    return run if run is not None and run.is_working else None


def revive(args: dict[str, Any]) -> None:
    """A job that was given up is tried again: so is its run, as long as the file is there."""
    run = db.session.get(ImportRun, args["run"], populate_existing=True)
    has_file = sa.exists().where(ImportChunk.run_id == args["run"])
    if run is not None and run.state is RunState.FAILED and db.session.scalar(sa.select(has_file)):
        run.state, run.failure = RunState(args["state"]), ""


def take(run: ImportRun, file: BinaryIO, held: Held) -> Iterator[Tally]:
    """Import batch after batch; the caller commits at each step. Raises `UnreadableFile`, `Stopped`, `Lost`."""
    tally = Tally(run.read_rows, run.new_rows, run.changed_rows, run.unchanged_rows, run.refused_rows)
    run_id, state, total = run.id, run.state, run.total_rows
    names = {ours: given for given, ours in run.mapping.items() if ours}
    job = RunImport(_unheard, state is RunState.CHECKING, tally, source=run.source, names=names)
    rows = reading.of_run(run, file)
    job.remember(itertools.islice(rows, tally.read))
    kept = min(tally.refused, MOST_REFUSALS)
    for _ in job.run(rows):
        held.note(tally.read, total, lasting=True)
        _note(run_id, state, tally)
        kept = _keep_refusals(run_id, job.refused, kept)
        yield tally


def _note(run_id: int, state: RunState, tally: Tally) -> None:
    """Write the position down, unless a person had a say in this run by now."""
    values = {
        f"{name}_rows": getattr(tally, name) for name in ("read", "new", "changed", "unchanged", "refused")
    }
    statement = sa.update(ImportRun).where(ImportRun.id == run_id, ImportRun.state == state)
    statement = statement.values(**values, changed_at=clock.now())
    done = db.session.execute(statement.execution_options(synchronize_session=False))
    if not done.rowcount:  # type: ignore[attr-defined]
        raise Stopped


def _keep_refusals(run_id: int, refused: list[dict[str, Any]], kept: int) -> int:
    rows = [{"run_id": run_id, **row} for row in refused[: MOST_REFUSALS - kept]]
    refused.clear()
    if rows:
        db.session.execute(sa.insert(ImportRefusal), rows)
    return kept + len(rows)


def finish(run_id: int) -> ImportRun:
    """The last batch is in: the dry run, or the import, is over. Raises `Stopped`."""
    run = db.session.get_one(ImportRun, run_id, populate_existing=True)
    if not run.is_working:
        raise Stopped
    run.state = RunState.CHECKED if run.state is RunState.CHECKING else RunState.DONE
    run.total_rows, run.changed_at = run.read_rows, clock.now()
    if run.state is RunState.DONE:
        services.forget_file(run.id)
    _record(run)
    return run


def fail(run: ImportRun, why: str, *, keeps_file: bool = False) -> None:
    """The run cannot be brought to its end; a file that is kept can be tried once more."""
    if run.state in WORKING:
        run.state, run.failure, run.changed_at = RunState.FAILED, why[:300], clock.now()
        if not keeps_file:
            services.forget_file(run.id)
        _record(run)


def give_up(args: dict[str, Any]) -> None:
    """The job of a run was given up: nobody will go on with it."""
    if (run := db.session.get(ImportRun, args["run"], populate_existing=True)) is not None:
        why = "It was begun five times and never got on. Split the file and try again, or ask whoever runs the service."
        fail(run, why, keeps_file=True)


def _record(run: ImportRun) -> None:
    counts = {
        name: getattr(run, f"{name}_rows") for name in ("read", "new", "changed", "unchanged", "refused")
    }
    audit.record(f"import.{run.state.value}", ("import_run", run.id), by=run.user_id, detail=counts)
