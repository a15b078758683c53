"""`flask programs` in the terminal."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.db import db
from app.programs import standard

cli = AppGroup("programs", help="Programs and missions.")


@cli.command("add-standard")
def add_standard() -> None:
    """Add the ready-made programs that are not there yet, as drafts: their leads set dates and open them."""
    added = standard.add()
    db.session.commit()
    for program in added:
        click.echo(f"{program.key}: {program.name}")
    click.echo(f"Added {len(added)} of {len(standard.PROGRAMS)} programs, as drafts.")
