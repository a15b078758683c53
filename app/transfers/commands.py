"""`flask transfers` in the terminal."""

from __future__ import annotations

import os

import click
from flask.cli import AppGroup

from app.db import db
from app.jobs import holding
from app.jobs.holding import Interrupted, Lost
from app.transfers import bringing_on, services

cli = AppGroup("transfers", help="Files that are taken in.")


@cli.command("bring-on", hidden=True)
@click.argument("run_id", type=int)
def bring_on(run_id: int) -> None:
    """Go on with an import run, for the worker that holds its job."""
    bringing_on.stop_when_told()
    held = bringing_on.held_by_parent(run_id, services.IMPORT)
    try:
        outcome = bringing_on.bring_on(run_id, held)
        holding.finish(held, outcome)
        db.session.commit()
    except (Interrupted, Lost) as why:
        raise click.exceptions.Exit(os.EX_TEMPFAIL) from why
