"""`flask directory` in the terminal."""

from __future__ import annotations

import time
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app.db import db
from app.directory import learning

cli = AppGroup("directory", help="Search of the directory.")


@cli.command()
def learn() -> None:
    """Read what all listed organizations mean, so that search finds them by it. The worker does it by itself."""
    began = time.perf_counter()
    count = learning.learn(Path(current_app.config["SETTINGS"].model_dir))
    db.session.commit()
    click.echo(f"{count:,} organizations learned in {time.perf_counter() - began:.0f} s.")
