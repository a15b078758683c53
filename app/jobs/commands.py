"""`flask jobs` in the terminal."""

from __future__ import annotations

import time
from typing import cast

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from app import clock, garbage
from app.db import db, reading
from app.errors import NotFound
from app.jobs import queries, services
from app.jobs.engine import jobs
from app.jobs.models import Job, JobState
from app.jobs.worker import Worker, run_once

cli = AppGroup("jobs", help="The worker, and what it does.")


def _app() -> Flask:
    return cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]


@cli.command()
@click.option("--once", is_flag=True, help="Run every periodic task once and end.")
def work(once: bool) -> None:
    """Run tasks until stopped (SIGTERM or Ctrl-C)."""
    if not once:
        garbage.collect_beside()
        Worker(_app(), jobs).run()
        return
    if failed := run_once(_app(), jobs):
        raise click.ClickException(f"These tasks failed: {', '.join(failed)}")
    click.echo(f"Ran {len(jobs.periodic())} tasks.")


@cli.command()
@click.option("--follow", is_flag=True, help="Show it anew each second until no job waits or runs.")
def status(follow: bool) -> None:
    """Show the workers, the queue, the leases, and how far jobs are."""
    while True:
        with reading():
            goes_on = _show()
            db.session.rollback()
        if not (follow and goes_on):
            return
        time.sleep(1)


def _show() -> bool:
    """Print it all; whether a job waits or runs."""
    now = clock.now()
    for worker in (workers := queries.workers()):
        click.echo(f"worker {worker.name}: seen {(now - worker.seen_at).total_seconds():.0f} s ago")
    if not workers:
        click.echo("No worker has been seen.")
    click.echo(f"Queue: {', '.join(current_app.extensions['jobs'].waiting()) or 'empty'}")
    for lease in queries.leases():
        click.echo(f"lease {lease.name}: {(lease.until - now).total_seconds():.0f} s left")
    counts = queries.job_counts()
    click.echo(f"Jobs: {', '.join(f'{count} {state.value}' for state, count in counts.items())}")
    found = queries.jobs_by_state()
    for job in (*found[JobState.RUNNING], *found[JobState.WAITING]):
        click.echo(_line(job))
    return bool(counts[JobState.RUNNING] or counts[JobState.WAITING])


def _line(job: Job) -> str:
    far = f", {job.progress_done} of {job.progress_total}" if job.progress_total else ""
    failed = f", failed {job.attempts} times, {job.last_error}" if job.last_error else ""
    return f"job {job.id} {job.name}: {job.state.value}{far}{failed}"


@cli.command()
def dead() -> None:
    """List the jobs that were given up. Ends with 1 when there is one, for whoever watches."""
    with reading():
        found = queries.jobs_by_state()[JobState.DEAD]
        for job in found:
            click.echo(f"job {job.id} {job.name}, tried {job.attempts} times: {job.last_error}")
        db.session.rollback()
    if found:
        raise click.exceptions.Exit(1)
    click.echo("No job was given up.")


@cli.command()
@click.argument("job_id", type=int, required=False)
@click.option("--all", "every", is_flag=True, help="All that were given up.")
def replay(job_id: int | None, every: bool) -> None:
    """Try the job JOB_ID, or all that were given up, again."""
    if (job_id is None) is not every:
        raise click.UsageError("Name one job, or say --all.")
    try:
        if job_id is not None:
            services.replay(queries.job(job_id))
        count = services.replay_all() if every else 1
        db.session.commit()
    except NotFound:
        raise click.ClickException(f"There is no job {job_id}.") from None
    except services.NotDead as error:
        raise click.ClickException(str(error)) from None
    click.echo("One job is tried again." if count == 1 else f"{count} jobs are tried again.")
