"""`flask outbox` in the terminal."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.db import db, reading
from app.errors import NotFound
from app.outbox import delivery, queries, services

cli = AppGroup("outbox", help="Mail that waits, and what became of it.")


@cli.command()
@click.option("--limit", type=click.IntRange(min=1), help="Send no more than so many.")
def deliver(limit: int | None) -> None:
    """Send the mails that are due, now."""
    counts = delivery.deliver_due(limit)
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    with reading():
        left = queries.oldest_unsent_seconds()
    click.echo(f"Delivered: {outcomes or 'nothing'}.")
    if left:
        click.echo(f"Some wait still; the oldest for {left} s.")


@cli.command()
def status() -> None:
    """Count the mails in each state, and say how long the oldest has waited."""
    with reading():
        counts, age = queries.counts_by_state(), queries.oldest_unsent_seconds()
        failed = queries.failed_mails()
    for state, count in counts.items():
        click.echo(f"{state.value:<11}{count:>7}")
    click.echo(f"Oldest unsent: {age} s")
    for email in failed[:20]:
        click.echo(f"failed {email.key}: {email.last_error}")


@cli.command()
@click.argument("key", required=False)
@click.option("--all-failed", is_flag=True, help="Retry every failed mail.")
def retry(key: str | None, all_failed: bool) -> None:
    """Let the failed mail KEY, or all of them, wait to be sent again."""
    if (key is None) is not all_failed:
        raise click.UsageError("Give one KEY, or --all-failed.")
    try:
        count = services.retry_failed(key)
    except NotFound as error:
        raise click.ClickException(str(error)) from error
    db.session.commit()
    click.echo(f"{count} waiting again.")
