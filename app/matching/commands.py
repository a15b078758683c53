"""`flask matches` in the terminal."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from app.db import db, reading
from app.jobs import services as leases
from app.jobs.keeping import kept
from app.matching import eligibility, planning, proposing
from app.matching.proposing import Plan, ProposalRun

cli = AppGroup("matches", help="Proposals of the recommender.")


@cli.command()
@click.option("--organization", "only", type=int, multiple=True, help="Only for these organizations.")
def propose(only: tuple[int, ...]) -> None:
    """Compute proposals for every organization, under the cap a side."""
    _require_taking_part(only)
    token = leases.hold(proposing.LEASE, proposing.LEASE_SECONDS)
    db.session.commit()
    if token is None:
        raise click.ClickException("Proposals are being computed already. Try again in a few minutes.")
    started = time.monotonic()
    try:
        settings = current_app.config["SETTINGS"]
        with kept(proposing.LEASE, token, proposing.LEASE_SECONDS), Progress(transient=True) as progress:
            progress.add_task("Computing fit both ways", total=None)
            folder = Path(settings.model_dir)
            plan = planning.make_plan(settings.proposals_per_organization, list(only) or None, folder)
        if not leases.renew(proposing.LEASE, token, proposing.LEASE_SECONDS):
            raise click.ClickException(
                "This took so long that another process took over. Nothing was written."
            )
        run = _write(plan)
    finally:
        db.session.rollback()
        leases.release(proposing.LEASE, token)
        db.session.commit()
    _summarize(run, time.monotonic() - started)


def _require_taking_part(only: Sequence[int]) -> None:
    with reading():
        strangers = [str(id_) for id_ in only if id_ not in eligibility.profiles_now()]
        db.session.rollback()
    if strangers:
        raise click.ClickException(
            f"Unknown, a draft or paused, so not part of matching: {', '.join(strangers)}. Nothing was computed."
        )


def _write(plan: Plan) -> ProposalRun:
    run = ProposalRun(plan.version)
    with Progress(transient=True) as progress:
        bar = progress.add_task("Writing proposals", total=len(plan.rows))
        for run in proposing.write_plan(plan):
            db.session.commit()
            progress.update(bar, completed=run.new + run.refreshed)
    return run


def _summarize(run: ProposalRun, seconds: float) -> None:
    table = Table("", "", show_header=False)
    for name, value in (
        ("organizations that take part", run.organizations),
        ("with proposals", run.with_proposals),
        ("without a feasible partner", run.without),
        ("new proposals", run.new),
        ("refreshed", run.refreshed),
        ("no longer proposed", run.stale),
    ):
        table.add_row(name, f"{value:,}")
    table.add_row("model", run.model_version)
    table.add_row("seconds", f"{seconds:.1f}")
    Console().print(table)
