"""Runs of the recommender, and what they left in the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa
from flask import Flask

from app.db import db
from app.jobs.engine import jobs
from app.matching import planning, proposing
from app.matching.models import Match, MatchState
from app.matching.proposing import ProposalRun
from app.organizations import services as organizations
from app.organizations.models import Organization
from app.taxonomy import Country, Kind
from tests.world import World

FIELDS = [
    ("semiconductors", "Wafer dicing and sensor packaging", "Silicon wafers for sensors"),
    ("biotech_health", "Enzyme assays for hospitals", "Clinical partners for trials"),
    ("space", "Reaction wheels for small satellites", "Launch slots for satellites"),
    ("cybersecurity", "Penetration tests of banking apps", "Distribution to banks"),
]


def market(world: World, a_side: int, us_side: int | None = None) -> tuple[list[int], list[int]]:
    """Startups in a few fields on both sides; ids of the Indian and of the US ones."""
    sides = ((Country.INDIA, a_side), (Country.UNITED_STATES, a_side if us_side is None else us_side))
    made = [[startup(world, country, field).id for field in range(count)] for country, count in sides]
    return made[0], made[1]


def startup(world: World, country: Country, field: int = 0, **fields: object) -> Organization:
    technology, offers, needs = FIELDS[field % len(FIELDS)]
    chosen = {"technologies": [technology], "offers": offers, "needs": needs, "summary": offers, **fields}
    return world.organization(country, Kind.STARTUP, **chosen)  # type: ignore[arg-type]


def propose(
    app: Flask,
    cap: int = 3,
    only: Sequence[int] | None = None,
    *,
    meanwhile: Callable[[], None] | None = None,
    batch: int = 2000,
) -> ProposalRun:
    """A run as the edges do it; `meanwhile` happens after planning and before writing."""
    with app.app_context():
        plan = planning.make_plan(cap, only)
    if meanwhile:
        meanwhile()
    with app.app_context():
        for run in proposing.write_plan(plan, batch):
            db.session.commit()
            last = run
    return last


def refresh(app: Flask) -> None:
    with app.app_context():
        jobs.run("matching.refresh")


def matches(app: Flask) -> list[Match]:
    with app.app_context():
        found = list(db.session.scalars(sa.select(Match).order_by(Match.id)))
        db.session.expunge_all()
    return found


def pairs(app: Flask, state: MatchState = MatchState.PROPOSED) -> set[tuple[int, int]]:
    return {(match.india_id, match.us_id) for match in matches(app) if match.state is state}


def loads(app: Flask, *states: MatchState) -> Counter[int]:
    """How many matches in these states (proposed by default) each organization has."""
    counted = states or (MatchState.PROPOSED,)
    found = [match for match in matches(app) if match.state in counted]
    return Counter(side for match in found for side in (match.india_id, match.us_id))


def state_of(app: Flask, match_id: int) -> MatchState:
    return next(match.state for match in matches(app) if match.id == match_id)


def decide(app: Flask, match_id: int, **values: object) -> None:
    """Put a match into a state, as a manager's decision does."""
    with app.app_context():
        match = db.session.get_one(Match, match_id)
        for name, value in values.items():
            setattr(match, name, value)
        db.session.commit()


def change(app: Flask, world: World, organization_id: int, **values: object) -> datetime:
    """Save a profile as its owner does; gives when it changed."""
    by = world.user()
    with app.app_context():
        organization = db.session.get_one(Organization, organization_id)
        organizations.save_profile(organization, values, by)
        db.session.commit()
        return organization.profile_changed_at


def move(app: Flask, world: World, organization_id: int, verb: Callable[..., None]) -> None:
    """Pause or resume an organization."""
    by = world.user()
    with app.app_context():
        verb(db.session.get_one(Organization, organization_id), by)
        db.session.commit()
