"""`flask db`: bring the schema up or down, and compare it with the models."""

from __future__ import annotations

from pathlib import Path

import click
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask.cli import AppGroup

from app.db import Base, db

MIGRATIONS = Path(__file__).parents[2] / "migrations"
cli = AppGroup("db", help="Database schema.")


def alembic_config() -> Config:
    """Alembic's settings, without a database address: `env.py` takes the connection from the app."""
    config = Config(MIGRATIONS / "alembic.ini")
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def head_revision() -> str | None:
    """The newest migration in the code."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def _run(action: str, revision: str) -> None:
    config = alembic_config()
    with db.engine.connect() as connection:
        config.attributes["connection"] = connection
        getattr(command, action)(config, revision)


@cli.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the schema up to REVISION (default: the newest)."""
    _run("upgrade", revision)


@cli.command()
@click.argument("revision", default="-1")
def downgrade(revision: str) -> None:
    """Take the schema down to REVISION (default: one step)."""
    _run("downgrade", revision)


@cli.command()
def check() -> None:
    """Fail when the schema and the models differ."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
    if differences:
        raise click.ClickException("The schema and the models differ:\n" + "\n".join(map(str, differences)))
    click.echo("The schema equals the models.")
