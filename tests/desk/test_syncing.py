"""Cases follow what is judged."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.db import db
from app.desk import syncing
from app.desk.models import Case, CaseKind, CaseState
from app.listings.models import ReviewState
from app.matching.models import Match, MatchState
from app.organizations.models import Organization


@pytest.fixture
def cases(app):
    """All cases after a run, as (kind, state)."""

    def run():
        with app.app_context():
            syncing.sync()
            db.session.commit()
            return [(one.kind, one.state) for one in db.session.scalars(sa.select(Case).order_by(Case.id))]

    return run


def change(app, model, id_, **values):
    with app.app_context():
        db.session.execute(sa.update(model).where(model.id == id_).values(**values))
        db.session.commit()


def test_everything_that_waits_has_one_case_however_often_it_is_looked_for(world, cases) -> None:
    person, one = world.user(), world.organization()
    match = world.match()
    reviewed = world.listing(one, state=ReviewState.RETURNED, decided_at=clock.now())
    world.listing(one)
    world.listing(world.organization())
    world.duplicate(one, world.organization())
    world.grievance(one, person)
    world.grievance(one, person, listing_review_id=reviewed.id)
    found = cases()
    assert sorted(kind for kind, _ in found) == sorted(CaseKind)
    assert {state for _, state in found} == {CaseState.OPEN}
    assert cases() == found
    assert world.case(match).value == pytest.approx(match.score)


def test_a_case_closes_when_nothing_is_left_to_judge_and_opens_anew(app, world, cases) -> None:
    match = world.match()
    cases()
    change(app, Match, match.id, state=MatchState.STALE)
    assert cases() == [(CaseKind.PAIR, CaseState.CLOSED)]
    change(app, Match, match.id, state=MatchState.PROPOSED)
    assert cases() == [(CaseKind.PAIR, CaseState.CLOSED), (CaseKind.PAIR, CaseState.OPEN)]


def test_what_is_held_comes_back_on_its_day_and_is_due_anew(world, cases) -> None:
    match = world.match(state=MatchState.HELD, hold_until=clock.now().date() + timedelta(days=9))
    assert cases() == [(CaseKind.PAIR, CaseState.WAITING)]
    first = world.case(match)
    clock.shift(9 * 86400)
    assert cases() == [(CaseKind.PAIR, CaseState.OPEN)]
    assert world.case(match).due_at > first.due_at


def test_what_was_asked_comes_back_when_a_side_has_changed_its_profile(app, world, cases) -> None:
    side = world.organization(profile_changed_at=clock.now() - timedelta(days=9))
    match = world.match(side, state=MatchState.INFO_REQUESTED, decided_at=clock.now())
    us = {"profile_changed_at": clock.now() - timedelta(days=9)}
    change(app, Organization, match.us_id, **us)
    assert cases() == [(CaseKind.PAIR, CaseState.WAITING)]
    change(app, Organization, side.id, profile_changed_at=clock.now() + timedelta(minutes=1))
    assert cases() == [(CaseKind.PAIR, CaseState.OPEN)]


def test_a_pair_is_worth_how_likely_both_say_yes_as_the_newest_model_sees_it(app, world) -> None:
    match = world.match(chance_for_india=0.5, chance_for_us=0.4)
    assert world.case(match).value == pytest.approx(0.2)
    change(app, Match, match.id, chance_for_us=0.8)
    assert world.case(match).value == pytest.approx(0.4)
