"""`flask organizations duplicates` in the terminal."""

from __future__ import annotations

import time

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from app.db import db, reading
from app.jobs import services as leases
from app.organizations import scanning

duplicates = AppGroup("duplicates", help="Organizations that may be there twice.")


@duplicates.command()
@click.option(
    "--limit", type=click.IntRange(min=1), help="Add at most so many suspicions, most likely first."
)
@click.option("--changed", is_flag=True, help="Look only at profiles that changed since the last scan.")
def scan(limit: int | None, changed: bool) -> None:
    """Compare all profiles and put pairs that look like one organization before the managers."""
    started = time.monotonic()
    token = leases.hold(scanning.LEASE, scanning.LEASE_SECONDS)
    db.session.commit()
    if token is None:
        raise click.ClickException("A scan is running already. Try again in a few minutes.")
    try:
        tally = _scan(limit, changed)
    finally:
        db.session.rollback()
        leases.release(scanning.LEASE, token)
        db.session.commit()
    _report(tally, time.monotonic() - started)


def _scan(limit: int | None, changed: bool) -> scanning.Tally:
    columns = (TextColumn("Comparing profiles"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with reading(), Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("", total=None)
        found, only, profiles = scanning.find(
            changed_only=changed, tell=lambda done, most: progress.update(bar, completed=done, total=most)
        )
        db.session.rollback()
    tally = scanning.write(found, only, profiles, limit)
    db.session.commit()
    return tally


def _report(tally: scanning.Tally, seconds: float) -> None:
    table = Table("", "", show_header=False)
    for name, value in (
        ("profiles compared", tally.profiles),
        ("pairs that look like one organization", tally.found),
        ("new", tally.new),
        ("decided before", tally.decided),
        ("open ones that no longer look alike", tally.gone),
    ):
        table.add_row(name, f"{value:,}")
    table.add_row("seconds", f"{seconds:.1f}")
    Console().print(table)
