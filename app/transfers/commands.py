"""`flask transfers` in the terminal."""

from __future__ import annotations

import os

import click
from flask.cli import AppGroup

from app.transfers import bringing_on

cli = AppGroup("transfers", help="Files that are taken in.")


@cli.command("bring-on", hidden=True)
@click.argument("run_id", type=int)
def bring_on(run_id: int) -> None:
    """Go on with an import run, for the worker that holds its lease."""
    bringing_on.stop_when_told()
    bringing_on.bring_on(run_id, os.environ[bringing_on.TOKEN])
