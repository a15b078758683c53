"""`flask digests` in the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

import click
from flask.cli import AppGroup

from app import clock
from app.db import db, reading
from app.digests import queries, services, weeks
from app.digests.services import Letter

cli = AppGroup("digests", help="The weekly letters.")


def _week(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    try:
        if value is not None:
            weeks.monday_of(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    return value


@cli.command()
@click.option(
    "--week", callback=_week, help="ISO week like 2026-W47; default: the present week of each person."
)
@click.option("--dry-run", is_flag=True, help="Tell who would get what; write nothing.")
def send(week: str | None, dry_run: bool) -> None:
    """Write the letters of a week for everyone who has not had theirs, whatever the hour."""
    tally: Counter[str] = Counter()
    for letters in _batches(week):
        tally["nothing"] += sum(1 for letter in letters if letter.mail is None)
        tally["letters"] += _tell(letters) if dry_run else _write(letters)
        if not dry_run:
            click.echo(f"{sum(tally.values())} people so far", err=True)
    total = "1 letter" if tally["letters"] == 1 else f"{tally['letters']} letters"
    people = "1 person has" if tally["nothing"] == 1 else f"{tally['nothing']} people have"
    click.echo(f"{total} {'would be written' if dry_run else 'written'}; {people} nothing to read.")


def _batches(week: str | None) -> Iterator[Sequence[Letter]]:
    """All unsettled people, a batch at a time, by id: a dry run settles nobody and must still come to an end."""
    now = clock.now()
    with reading():
        by_week = queries.zones_by_week(now)
        db.session.rollback()
    for present, zones in ({week: [*chain(*by_week.values())]} if week else by_week).items():
        after = 0
        while letters := _read(present, zones, after):
            yield letters
            after = letters[-1].user_id


def _read(week: str, zones: Sequence[str], after: int) -> list[Letter]:
    with reading():
        letters = services.letters_of_week(week, zones, clock.now(), after=after)
        db.session.rollback()
    return letters


def _write(letters: Sequence[Letter]) -> int:
    written = services.enqueue(letters)
    db.session.commit()
    return written


def _tell(letters: Sequence[Letter]) -> int:
    mails = [(letter, letter.mail) for letter in letters if letter.mail]
    for letter, mail in mails:
        click.echo(f"{letter.week}  {letter.address}  {mail.subject}")
    return len(mails)
