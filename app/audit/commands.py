"""`flask audit` in the terminal."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.audit import queries
from app.db import db, reading

cli = AppGroup("audit", help="The trail of what happened.")


@cli.command()
def verify() -> None:
    """Check that no event was changed, taken out or slipped in."""
    with reading():
        check = queries.chain_check()
    db.session.rollback()
    if check.broken_number is not None:
        raise click.ClickException(f"The chain is broken at event {check.broken_number}: {check.reason}.")
    click.echo(f"{check.events} events, chain intact")
