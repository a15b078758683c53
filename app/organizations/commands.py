"""`flask organizations` and `flask partnerships` in the terminal."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, TypeVar

import click
import sqlalchemy as sa
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from app.db import db, reading
from app.organizations import duplicate_commands, exports, imports, records
from app.organizations import partnerships as past

organizations = AppGroup("organizations", help="Organizations from and to files.")
organizations.add_command(duplicate_commands.duplicates)
partnerships = AppGroup("partnerships", help="Past investments, to learn from.")
_SHOWN_REFUSALS = 5
_MOST_RAW = 2_000
AnyImport = imports.OrganizationImport | past.PartnershipImport
Command = TypeVar("Command", bound=Callable[..., Any])


def _file_options(command: Command) -> Command:
    for option in (
        click.option(
            "--errors", type=click.Path(path_type=Path), help="Write refused rows to this CSV file."
        ),
        click.option("--dry-run", is_flag=True, help="Report the same, write nothing."),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


@organizations.command("import")
@_file_options
@click.option("--source", default="", help="Where the rows come from, for rows that do not say.")
def import_organizations(file: Path, dry_run: bool, errors: Path | None, source: str) -> None:
    """Load organizations from FILE (CSV, XLSX or JSON Lines). A row is a whole profile, known by its id.

    Running it again changes nothing; after a crash, run it again. Organizations with people of their own
    are never overwritten.
    """
    with _refusals(errors) as refusals:
        _run(imports.OrganizationImport(refusals, dry_run, source=source[:80]), file, refusals)


@partnerships.command("import")
@_file_options
def import_partnerships(file: Path, dry_run: bool, errors: Path | None) -> None:
    """Load past investments from FILE (CSV, XLSX or JSON Lines): investor_id, company_id, date."""
    with _refusals(errors) as refusals:
        _run(past.PartnershipImport(refusals, dry_run), file, refusals)


@organizations.command("export")
@click.option(
    "--format", "form", type=click.Choice(["csv", "xlsx", "jsonl"]), default="csv", show_default=True
)
@click.option("--output", type=click.Path(path_type=Path), help="A file; else to the terminal.")
def export_organizations(form: str, output: Path | None) -> None:
    """Write all listed organizations, with the columns the import takes back."""
    with reading(), _target(output) as write:
        for piece in exports.pieces(form):
            write(piece)
    db.session.rollback()


class _Refusals:
    """Keeps the first few for the screen, and writes all to a file when asked."""

    def __init__(self, write: Callable[[list[Any]], Any] | None) -> None:
        self.first: list[imports.Refusal] = []
        self._write = write

    def __call__(self, refusal: imports.Refusal) -> None:
        if len(self.first) < _SHOWN_REFUSALS:
            self.first.append(refusal)
        if self._write:
            raw = refusal.raw[:_MOST_RAW].replace("\0", "\N{SYMBOL FOR NULL}")
            self._write(
                [refusal.line, records.neutralized(refusal.field), refusal.reason, records.neutralized(raw)]
            )


@contextmanager
def _refusals(path: Path | None) -> Iterator[_Refusals]:
    if path is None:
        yield _Refusals(None)
        return
    try:
        file = path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="")
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from None
    with file:
        writer = csv.writer(file)
        writer.writerow(["line", "field", "reason", "row"])
        yield _Refusals(writer.writerow)


def _run(job: AnyImport, file: Path, refusals: _Refusals) -> None:
    """Import, commit after every batch, and close with one audit event, also when cut off."""
    is_complete = False
    try:
        with reading() if job.is_dry_run else nullcontext():
            _take(job, file)
        is_complete = True
    except sa.exc.DBAPIError as error:
        raise click.ClickException(
            f"The database stopped the import: {str(error.orig).splitlines()[0]}. What was read before row "
            f"{max(0, job.tally.read - imports.BATCH):,} is saved; run it again."
        ) from None
    finally:
        db.session.rollback()
        if job.tally.read and not job.is_dry_run:
            _record(job, file.name, is_complete)
    _report(job, refusals)


def _record(job: AnyImport, name: str, is_complete: bool) -> None:
    # After a failure the failure itself is what people must see.
    kept_quiet: AbstractContextManager[Any] = nullcontext() if is_complete else suppress(sa.exc.DBAPIError)
    with kept_quiet:
        job.record_run(name, is_complete=is_complete)
        db.session.commit()


def _take(job: AnyImport, file: Path) -> None:
    try:
        with file.open("rb") as stream, _progress(file) as advance:
            for _ in job.run(records.read(stream, file.name)):
                db.session.rollback() if job.is_dry_run else db.session.commit()
                advance(stream.tell())
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror or error}.") from None
    except records.UnreadableFile as error:
        raise click.ClickException(f"{file}: {error}") from None


@contextmanager
def _progress(file: Path) -> Iterator[Callable[[int], None]]:
    """A bar of the bytes read, on a terminal only."""
    columns = (TextColumn(file.name, markup=False), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("", total=file.stat().st_size)
        yield lambda place: progress.update(bar, completed=place)


def _report(job: AnyImport, refusals: _Refusals) -> None:
    tally = job.tally
    table = Table(title="Dry run: nothing was written" if job.is_dry_run else None)
    for name in ("Read", "New", "Changed", "Unchanged", "Refused"):
        table.add_column(name, justify="right")
    figures = (tally.read, tally.new, tally.changed, tally.unchanged, tally.refused)
    table.add_row(*(f"{figure:,}" for figure in figures))
    Console().print(table)
    if job.unknown_columns:
        names = ascii(sorted(job.unknown_columns))[1:-1]
        click.echo(f"Columns that are not known here were left out: {names}")
    for refusal in refusals.first:
        where = f"line {refusal.line}" + (f", {ascii(refusal.field)[1:-1]}" if refusal.field else "")
        click.echo(f"Refused {where}: {refusal.reason}", err=True)
    if tally.refused > len({refusal.line for refusal in refusals.first}):
        click.echo("More were refused; --errors FILE lists them all.", err=True)
    if tally.refused and tally.refused == tally.read:
        raise click.exceptions.Exit(2)


@contextmanager
def _target(path: Path | None) -> Iterator[Callable[[bytes], Any]]:
    """The terminal, or a file that appears under its name only when it is complete."""
    if path is None:
        yield sys.stdout.buffer.write
        return
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            yield file.write
        part.replace(path)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)
