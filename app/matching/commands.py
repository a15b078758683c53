"""`flask matches` in the terminal."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from app.db import db, reading
from app.errors import NotFound, RuleBroken
from app.jobs import services as leases
from app.jobs.keeping import kept
from app.matching import eligibility, evaluating, planning, printing, proposing, training
from app.matching.proposing import Plan, ProposalRun

cli = AppGroup("matches", help="Proposals of the recommender.")


@cli.command()
@click.option("--organization", "only", type=int, multiple=True, help="Only for these organizations.")
def propose(only: tuple[int, ...]) -> None:
    """Compute proposals for every organization, under the cap a side."""
    _require_taking_part(only)
    started = time.monotonic()
    with _lease(proposing.LEASE, proposing.LEASE_SECONDS, "Proposals are being computed already.") as renewed:
        cap = current_app.config["SETTINGS"].proposals_per_organization
        with Progress(transient=True) as progress:
            progress.add_task("Computing fit both ways", total=None)
            plan = planning.make_plan(cap, list(only) or None, _folder())
        renewed()
        run = _write(plan)
    _summarize(run, time.monotonic() - started)


@cli.command()
def train() -> None:
    """Train a model on what managers and sides said; it takes over only if it is better on newer decisions."""
    with _lease(training.LEASE, training.LEASE_SECONDS, "A model is being trained already.") as renewed:
        settings = current_app.config["SETTINGS"]
        try:
            with Console().status("Learning from decisions"):
                trained = training.train(settings.proposals_per_organization, _folder())
        except training.TooFewDecisions as error:
            raise click.ClickException(str(error)) from None
        renewed()
        row = training.shelve(trained, _folder())
        db.session.commit()
    click.echo(f"{row.version}: {row.state.value.replace('_', ' ')}. {row.why}")


@cli.command("model")
@click.option("--use", "version", help="Put this model into force; `rule` sets every trained model aside.")
def use_model(version: str | None) -> None:
    """List the trained models, or put an earlier one into force."""
    if version:
        with _lease(training.LEASE, training.LEASE_SECONDS, "A model is being trained just now."):
            _use(version)
            db.session.commit()
    with reading():
        printing.print_shelf(training.shelf())
        db.session.rollback()


def _use(version: str) -> None:
    try:
        if version == "rule":
            training.put_rule_back()
        else:
            training.put_back(version, _folder())
    except (NotFound, RuleBroken) as error:
        raise click.ClickException(str(error)) from None


@cli.command()
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def evaluate(form: str) -> None:
    """How the live model does on what managers and sides said, beside the rule and a random order."""
    report = evaluating.report(_folder())
    if form == "json":
        click.echo(json.dumps(report.as_json(), indent=2, ensure_ascii=False))
    else:
        printing.print_report(report)


def _folder() -> Path:
    return Path(current_app.config["SETTINGS"].model_dir)


@contextmanager
def _lease(name: str, seconds: float, busy: str) -> Iterator[Callable[[], None]]:
    """The lease, kept until the block ends; what it yields fails when the lease was lost."""
    token = leases.hold(name, seconds)
    db.session.commit()
    if token is None:
        raise click.ClickException(f"{busy} Try again in a few minutes.")

    def renewed() -> None:
        if not leases.renew(name, token, seconds):
            raise click.ClickException(
                "This took so long that another process took over. Nothing was written."
            )

    try:
        with kept(name, token, seconds):
            yield renewed
    finally:
        db.session.rollback()
        leases.release(name, token)
        db.session.commit()


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
