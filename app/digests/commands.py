"""`flask digests` in the terminal."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from app import clock
from app.db import db, reading
from app.digests import queries, services, weeks
from app.digests.services import Letter

cli = AppGroup("digests", help="The weekly letters.")


def _week(_context: click.Context, _option: click.Parameter, value: str | None) -> str:
    if value is None:
        return weeks.week_of(clock.now(), ZoneInfo("UTC"))
    try:
        weeks.monday_of(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    return value


@cli.command()
@click.option("--week", callback=_week, help="ISO week like 2026-W47; default: the present one (UTC).")
@click.option("--dry-run", is_flag=True, help="Tell who would get what; write nothing.")
def send(week: str, dry_run: bool) -> None:
    """Write the letters of a week for everyone who has not had theirs, whatever the hour."""
    with reading():
        had, left = queries.standing_of_week(week)
        db.session.rollback()
    tally, subjects = Counter[str](), []
    with _progress(week, left) as advance:
        for letters in _batches(week):
            mails = [(letter.user_id, letter.mail.subject) for letter in letters if letter.mail]
            tally["letters"] += len(mails) if dry_run else _write(letters)
            tally["broken"] += sum(letter.is_broken for letter in letters)
            tally["nothing"] += sum(letter.mail is None and not letter.is_broken for letter in letters)
            subjects += mails if dry_run else []
            advance(len(letters))
    # After the bar, so that the lines can be sent to a file.
    for user_id, subject in subjects:
        click.echo(f"{user_id:>8}  {subject}")
    _report(week, tally, had, dry_run)


@contextmanager
def _progress(week: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar of the people settled, on a terminal only."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task(f"Letters of {week}", total=total)
        yield lambda count: progress.advance(bar, count)


def _batches(week: str) -> Iterator[Sequence[Letter]]:
    """All unsettled people, a batch at a time, by id: a dry run settles nobody and must still come to an end."""
    after = 0
    while letters := _read(week, after):
        yield letters
        after = letters[-1].user_id


def _read(week: str, after: int) -> Sequence[Letter]:
    with reading():
        folder = Path(current_app.config["SETTINGS"].model_dir)
        letters = services.letters_of_week(week, clock.now(), after, folder)
        db.session.rollback()
    return letters


def _write(letters: Sequence[Letter]) -> int:
    written = services.enqueue(letters)
    db.session.commit()
    return written


def _report(week: str, tally: Counter[str], had: int, dry_run: bool) -> None:
    title = f"Week {week}" + (": dry run, nothing was written" if dry_run else "")
    table = Table("", "", show_header=False, title=title)
    table.add_row("letters that would be written" if dry_run else "letters written", f"{tally['letters']:,}")
    table.add_row("nothing to say", f"{tally['nothing']:,}")
    table.add_row("had it already", f"{had:,}")
    if tally["broken"]:
        table.add_row("could not be composed, see the log", f"{tally['broken']:,}")
    Console().print(table)
