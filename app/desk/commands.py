"""`flask desk`: cases by hand."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.db import db
from app.desk import syncing

cli = AppGroup("desk", help="Cases of the review desk.")


@cli.command("sync")
def sync() -> None:
    """Open, wake and close cases as what they are about changes; the worker does it by itself."""
    done = syncing.sync()
    db.session.commit()
    click.echo(f"{done.opened} opened, {done.woken} woken, {done.closed} closed")
