"""The demo world is made once, by the rules, and shows every state."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.audit import queries as audit
from app.db import db
from app.demo.people import PASSWORD, PEOPLE
from app.introductions.models import Answer, AnswerChoice, Introduction
from app.matching.models import Match, MatchState
from app.organizations.models import Organization
from app.taxonomy import Country, Kind
from config import Settings


def load(app):
    return app.test_cli_runner().invoke(args=["demo", "load"])


@pytest.mark.one_database("postgresql")  # On SQLite the browser tests load it.
def test_the_demo_world_shows_every_state_is_marked_as_illustrative_and_loaded_once(app) -> None:
    first = load(app)
    assert first.exit_code == 0, first.output
    assert all(person.email in first.output for person in PEOPLE)
    assert PASSWORD in first.output
    with app.app_context():
        states = set(db.session.scalars(sa.select(Match.state)))
        answers = set(db.session.scalars(sa.select(Answer.says)))
        introductions = db.session.scalar(sa.select(sa.func.count()).select_from(Introduction))
        kinds = set(db.session.execute(sa.select(Organization.country, Organization.kind)))
        matches = db.session.scalar(sa.select(sa.func.count()).select_from(Match))
        assert states | {MatchState.STALE} == set(MatchState)
        assert answers == set(AnswerChoice)
        assert introductions == 5
        assert {tuple(pair) for pair in kinds} == {(country, kind) for country in Country for kind in Kind}
        assert audit.chain_check().broken_number is None
        assert db.session.scalar(sa.select(sa.func.count()).where(~Organization.is_illustrative)) == 0
    assert load(app).exit_code == 0
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Match)) == matches


def test_production_refuses_the_demo_world(app, monkeypatch) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", Settings(environment="production"))
    result = load(app)
    assert result.exit_code != 0
    assert "not for production" in result.output
