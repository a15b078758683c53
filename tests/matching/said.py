"""A market in which managers have said yes and no many times, in the order of the calls."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from app import clock
from app.db import db
from app.matching.models import MatchState, Said, TrainingSignal
from app.taxonomy import Country
from tests.matching.runs import startup
from tests.world import World


def season(world: World, decisions: int = 60) -> list[int]:
    """Managers approve pairs of one field and reject the others, one an hour; gives the ids of the matches."""
    india = [startup(world, Country.INDIA, field) for field in range(8)]
    us = [startup(world, Country.UNITED_STATES, field) for field in range(8)]
    managers = [world.user() for _ in range(6)]
    pairs = [(one, other) for one in range(8) for other in range(8)]
    ordered = sorted(pairs, key=lambda pair: (pair[0] * 8 + pair[1]) * 29 % 64)
    begin, signals = clock.now() - timedelta(days=30), []
    for number, (one, other) in enumerate(ordered[:decisions]):
        fits = one % 4 == other % 4
        state = MatchState.APPROVED if fits else MatchState.REJECTED
        match = world.match(india[one], us[other], state)
        signals.append(
            TrainingSignal(
                match_id=match.id,
                says=Said.APPROVE if fits else Said.REJECT,
                weight=1.0,
                by_id=managers[number % 6].id,
                at=begin + timedelta(hours=number),
            )
        )
    world.add(*signals)
    return [signal.match_id for signal in signals]


def rows(app: Flask, table: type) -> list:
    """Every row of a table, detached, by id."""
    with app.app_context():
        found = list(db.session.query(table).order_by(table.id))
        db.session.expunge_all()
    return found
