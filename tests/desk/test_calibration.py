"""Blind repeats, and what leads and managers read of how steady decisions are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock
from app.accounts.models import Role
from app.db import db
from app.desk import repeating
from app.desk.models import Action, Case, CaseState, Decision, DecisionState, Release
from app.taxonomy import Country


@pytest.fixture
def manager(world):
    return world.user(Role.PROGRAM_MANAGER, name="Asha Manager")


@pytest.fixture
def lead(world):
    return world.user(Role.PROGRAM_MANAGER, name="Leela Lead")


@pytest.fixture
def program(world, manager, lead):
    return world.program(manager, lead=lead)


@pytest.fixture
def decide(app, world):
    """A released decision on a pair, `days` ago."""

    def call(by, program, action=Action.APPROVE, days=20, case=None, **fields):
        at = clock.now() - timedelta(days=days)
        if case is None:
            sides = [
                world.organization(country, profile_changed_at=at - timedelta(days=1))
                for country in (Country.INDIA, Country.UNITED_STATES)
            ]
            match = world.match(*sides, program_id=program.id, proposed_at=at - timedelta(days=2))
            case = world.case(match, opened_at=at - timedelta(days=2))
        release = world.add(Release(by_id=by.id, at=at, effective_at=at + timedelta(hours=1)))
        decision = world.add(
            Decision(
                case_id=case.id,
                action=action,
                state=DecisionState.RELEASED,
                by_id=by.id,
                at=at,
                release_id=release.id,
                **fields,
            )
        )
        with app.app_context():
            row = db.session.get_one(Case, case.id)
            row.state, row.closed_at = CaseState.CLOSED, at
            db.session.commit()
        return decision

    return call


@pytest.fixture
def every(monkeypatch):
    """All decisions are drawn."""
    monkeypatch.setattr(repeating.is_drawn, "__defaults__", (repeating.SEED, 1))


@pytest.fixture
def repeat(app):
    def call():
        with app.test_request_context():
            opened = repeating.open_repeats(repeating.look())
            db.session.commit()
            return opened

    return call


def test_a_repeat_comes_to_the_one_who_decided_looks_like_a_case_and_comes_once(
    app, world, manager, lead, program, decide, repeat, every
) -> None:
    decide(manager, program, comment="I had my doubts")
    decide(manager, program, days=3)
    assert (repeat(), repeat()) == (1, 0)
    with app.app_context():
        (case,) = db.session.query(Case).filter(Case.repeats_id.is_not(None))
        assert (case.for_user_id, case.state) == (manager.id, CaseState.OPEN)
        address = f"/review/{case.id}"
    assert world.sign_in(lead).get(address).status_code == 404
    page = world.sign_in(manager).get(address).get_data(as_text=True)
    assert "doubts" not in page
    assert "repeat" not in page.casefold()


def test_nothing_is_repeated_for_who_has_a_conflict_by_now_or_of_a_profile_that_changed(
    app, world, manager, program, decide, repeat, every
) -> None:
    tied, changed = decide(manager, program), decide(manager, program)
    with app.app_context():
        db.session.get_one(Case, changed.case_id).other.profile_changed_at = clock.now()
        db.session.commit()
        one = db.session.get_one(Case, tied.case_id).one
        db.session.expunge(one)
    world.member(one, manager)
    assert repeat() == 0


def test_two_in_a_hundred_are_drawn_and_always_the_same_ones(app, world, manager, program, decide) -> None:
    case_id = decide(manager, program).case_id
    at = clock.now()
    rows = [
        Decision(case_id=case_id, action=Action.HOLD, state=DecisionState.DROPPED, by_id=manager.id, at=at)
        for _ in range(199)
    ]
    world.add(*rows)
    with app.app_context():
        drawn = db.session.query(Decision.id).filter(repeating.is_drawn())
        assert drawn.count() == 4
        assert drawn.all() == drawn.all()


def test_a_lead_compares_all_and_a_manager_reads_one_line(
    app, world, manager, lead, program, decide, repeat, every
) -> None:
    decide(manager, program)
    repeat()
    with app.app_context():
        again = db.session.query(Case).filter(Case.repeats_id.is_not(None)).one()
    decide(manager, program, Action.REJECT, days=0, case=again)
    decide(lead, program, days=5)
    page = world.sign_in(lead).get("/review/calibration").get_data(as_text=True)
    assert "1 of 1" in page
    assert "few, so the shares say little" in page
    assert "Leela Lead</bdi></th>" in page
    own = world.sign_in(manager).get("/review/calibration").get_data(as_text=True)
    assert "Asha Manager</bdi></th>" in own
    assert "Leela Lead</bdi></th>" not in own


def test_a_case_that_is_hidden_from_the_lead_counts_in_nobodys_line(
    app, world, manager, lead, program, decide
) -> None:
    decision = decide(manager, program)
    with app.app_context():
        one = db.session.get_one(Case, decision.case_id).one
        db.session.expunge(one)
    world.member(one, lead)
    page = world.sign_in(lead).get("/review/calibration").get_data(as_text=True)
    assert "Asha Manager</bdi></th>" not in page
