"""Hurdles: noted by one side, judged by managers, published so that nobody can be found out."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from app import clock
from app.accounts.models import Role
from app.db import db
from app.hurdles import queries
from app.hurdles.models import Hurdle, HurdleKind, HurdleStage, HurdleState
from app.taxonomy import Country
from tests.introductions.pair import make_pair
from tests.world import World

LONG_AGO = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def pair(world):
    return make_pair(world)


def rows(app) -> list[Hurdle]:
    with app.app_context():
        found = db.session.scalars(sa.select(Hurdle).order_by(Hurdle.id)).all()
        db.session.expunge_all()
        return list(found)


def note(pair, who="asha", **typed):
    sent = {"kind": "visa", "stage": "talks", "note": "Six weeks for an interview", **typed}
    return pair.browser(getattr(pair, who)).post(f"/matches/{pair.match.id}/hurdles", data=sent)


def test_a_hurdle_is_for_managers_and_not_for_the_other_side(app, pair, world) -> None:
    assert note(pair, days="42", cost="2 lakh", currency="INR").status_code == 303
    [hurdle] = rows(app)
    assert (hurdle.days, hurdle.cost_minor, hurdle.currency) == (42, 20_000_000, "INR")
    assert "interview" in pair.browser(pair.asha).get(f"/matches/{pair.match.id}/hurdles").text
    assert "interview" not in pair.browser(pair.bo).get(f"/matches/{pair.match.id}/hurdles").text
    assert pair.browser(pair.bo).post(f"/hurdles/{hurdle.id}/take-back").status_code == 404
    manager = world.user(Role.PROGRAM_MANAGER)
    assert "interview" in world.sign_in(manager).get("/hurdles/review").text


def test_the_same_hurdle_again_writes_over_it_and_is_looked_at_anew(app, pair, world) -> None:
    note(pair)
    [hurdle] = rows(app)
    manager = world.sign_in(world.user(Role.PROGRAM_MANAGER))
    assert manager.post(f"/hurdles/{hurdle.id}/keep", data={"version": hurdle.version}).status_code == 303
    assert rows(app)[0].state is HurdleState.KEPT
    note(pair, note="Now eight weeks")
    [again] = rows(app)
    assert (again.id, again.state, again.note) == (hurdle.id, HurdleState.NEW, "Now eight weeks")
    stale = manager.post(f"/hurdles/{hurdle.id}/keep", data={"version": hurdle.version})
    assert stale.status_code == 409
    assert "changed after you opened" in stale.text


def test_a_manager_tied_to_a_side_sees_nothing_of_it(app, pair, world) -> None:
    note(pair)
    [hurdle] = rows(app)
    tied = world.user(Role.PROGRAM_MANAGER)
    world.member(pair.us, tied)
    browser = world.sign_in(tied)
    assert "interview" not in browser.get("/hurdles/review").text
    hidden = browser.post(f"/hurdles/{hurdle.id}/keep", data={"version": hurdle.version})
    missing = browser.post("/hurdles/987654/keep", data={"version": hurdle.version})
    assert hidden.status_code == missing.status_code == 404


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"kind": ""}, "Choose what comes closest."),
        ({"stage": ""}, "Choose how far you had come."),
        ({"days": "4000"}, "Give a number between 0 and 3650."),
        ({"days": "ten"}, "Give a whole number"),
        ({"cost": "a lot"}, "Give an amount like"),
        ({"cost": "5000"}, "Choose the currency of the amount."),
        ({"cost": "$50", "currency": "INR"}, "another currency"),
    ],
)
def test_what_cannot_be_is_said_and_stays_typed(app, pair, typed, message) -> None:
    refused = note(pair, **typed)
    assert refused.status_code == 422
    assert message in refused.text
    assert "Six weeks for an interview" in refused.text
    assert rows(app) == []


def met(world: World, number: int, kind: HurdleKind = HurdleKind.VISA, **fields) -> None:
    """`number` Indian firms that met a hurdle long ago, and managers kept it."""
    person, partner = world.user(), world.organization(Country.UNITED_STATES)
    for _ in range(number):
        firm = world.organization(Country.INDIA)
        match = world.match(firm, partner)
        kept = {"state": HurdleState.KEPT, "curated_at": LONG_AGO, "at": LONG_AGO, **fields}
        world.hurdle(match, firm, person, kind=kind, **kept)


def test_fewer_than_five_organizations_are_not_told(app, world) -> None:
    met(world, 4)
    with app.app_context():
        assert queries.published() == []
    met(world, 3)
    with app.app_context():
        [cell] = queries.published()
    assert (cell.kind, cell.country, cell.at_least) == (HurdleKind.VISA, Country.INDIA, 5)
    page = app.test_client().get("/hurdles").text
    assert "Visa" in page
    assert ">7<" not in page


def test_only_what_was_kept_before_the_quarter_counts(app, world) -> None:
    met(world, 6, state=HurdleState.NEW, curated_at=None)
    met(world, 6, state=HurdleState.SET_ASIDE)
    met(world, 6, at=clock.now() - timedelta(seconds=1))
    with app.app_context():
        now = clock.now()
        assert queries.published() == []
        next_quarter = queries.quarter_of(now + timedelta(days=93))
        assert [cell.at_least for cell in queries.published(next_quarter)] == [5]


def test_one_organization_is_counted_once_however_often_it_met_it(app, world) -> None:
    person, firm = world.user(), world.organization(Country.INDIA)
    for _ in range(9):
        match = world.match(firm, world.organization(Country.UNITED_STATES))
        world.hurdle(match, firm, person, state=HurdleState.KEPT, curated_at=LONG_AGO, at=LONG_AGO)
    with app.app_context():
        assert queries.published() == []


@given(st.integers(0, 200))
def test_one_more_or_less_shows_only_together_with_four_others(count) -> None:
    """Differencing: whenever a count changes what is told, at least five stand behind the change."""
    told = [queries.rounded(n) for n in range(count + 2)]
    for before, after in itertools.pairwise(told):
        assert after - before in {0, queries.STEP}
    # Every number told is compatible with five different true counts.
    candidates = [n for n in range(1000) if queries.rounded(n) == queries.rounded(count)]
    assert len(candidates) == queries.STEP


def test_one_organization_more_changes_neither_a_count_nor_a_stage_that_is_told(app, world) -> None:
    """Differencing two quarters, each of which somebody kept: whoever came between cannot be seen."""
    met(world, 5, stage=HurdleStage.TALKS)
    met(world, 5, stage=HurdleStage.CONTRACT)

    def told():
        with app.app_context():
            return queries.published()

    before = told()
    assert [(cell.at_least, cell.most_at) for cell in before] == [(10, HurdleStage.TALKS)]
    for _ in range(4):
        met(world, 1, stage=HurdleStage.CONTRACT)
        assert told() == before
    # Another kind, too small to be told, can be had by no subtraction either: there is no total to subtract from.
    met(world, 4, kind=HurdleKind.TAX)
    assert told() == before
    page = app.test_client().get("/hurdles").text
    assert "Tax" not in page
    assert not any(f">{number}<" in page for number in (4, 14, 18))
    met(world, 1, stage=HurdleStage.CONTRACT)
    assert [(cell.at_least, cell.most_at) for cell in told()] == [(15, HurdleStage.CONTRACT)]


@pytest.mark.parametrize(
    ("day", "began"),
    [("2026-11-23", "2026-10-01"), ("2026-01-01", "2026-01-01"), ("2027-03-31", "2027-01-01")],
)
def test_a_quarter_begins_in_january_april_july_and_october(day, began) -> None:
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    assert queries.quarter_of(moment) == datetime.fromisoformat(began).replace(tzinfo=UTC)
