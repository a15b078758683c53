"""`flask jobs` in the terminal."""

from __future__ import annotations

from typing import cast

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from app import clock
from app.db import reading
from app.jobs import queries
from app.jobs.engine import jobs
from app.jobs.worker import Worker, run_once

cli = AppGroup("jobs", help="The worker, and what it does.")


def _app() -> Flask:
    return cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]


@cli.command()
@click.option("--once", is_flag=True, help="Run every periodic task once and end.")
def work(once: bool) -> None:
    """Run tasks until stopped (SIGTERM or Ctrl-C)."""
    if not once:
        Worker(_app(), jobs).run()
        return
    if failed := run_once(_app(), jobs):
        raise click.ClickException(f"These tasks failed: {', '.join(failed)}")
    click.echo(f"Ran {len(jobs.periodic())} tasks.")


@cli.command()
def status() -> None:
    """Show the workers, the queue and the leases."""
    now = clock.now()
    with reading():
        workers, leases = queries.workers(), queries.leases()
    for worker in workers:
        click.echo(f"worker {worker.name}: seen {(now - worker.seen_at).total_seconds():.0f} s ago")
    if not workers:
        click.echo("No worker has been seen.")
    click.echo(f"Queue: {', '.join(current_app.extensions['jobs'].waiting()) or 'empty'}")
    for lease in leases:
        click.echo(f"lease {lease.name}: {(lease.until - now).total_seconds():.0f} s left")
