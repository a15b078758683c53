"""`flask demo` in the terminal."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app.db import db
from app.demo import briefs, season, services, story
from app.demo.people import PASSWORD, PEOPLE
from app.matching import planning, proposing, training
from config import Settings

cli = AppGroup("demo", help="The illustrative world of a trial.")


@cli.command()
def load() -> None:
    """Load illustrative organizations, people, programs and matches, once, and print who can sign in."""
    settings = current_app.config["SETTINGS"]
    if settings.is_production:
        raise click.ClickException("The demo world has known passwords and is not for production.")
    if not services.is_loaded():
        people = services.load_people()
        programs = services.load_programs(people)
        organizations = services.load_organizations(people)
        services.load_cohorts(programs, organizations)
        briefs.load(organizations)
        db.session.commit()
        _propose(settings)
        story.tell(services.manager())
        season.tell(services.managers(), services.owned_by_founders())
        db.session.commit()
        if _learn(settings):
            _propose(settings)
        click.echo("The illustrative demo world is loaded.")
    print_sign_ins()


def _propose(settings: Settings) -> None:
    plan = planning.make_plan(settings.proposals_per_organization, folder=Path(settings.model_dir))
    for _ in proposing.write_plan(plan):
        db.session.commit()


def _learn(settings: Settings) -> bool:
    """Train on what was decided, as the worker would within the hour; whether the model took over."""
    folder = Path(settings.model_dir)
    try:
        row = training.shelve(training.train(settings.proposals_per_organization, folder), folder)
    except training.TooFewDecisions:
        return False
    db.session.commit()
    return row.is_in_force is True


def print_sign_ins() -> None:
    """Who can sign in, with which password."""
    click.echo(f"\nDemo sign-ins, all with the password: {PASSWORD}")
    for person in PEOPLE:
        click.echo(f"  {person.email:<30} {person.says}")
    click.echo("")
