"""The managers' part of the Monday letter."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock
from app.accounts.models import Role, User
from app.db import db
from app.desk.models import Action, Case, CaseState, Decision, DecisionState, Release
from app.digests import emails, queries
from app.introductions.models import Answer, AnswerChoice
from app.matching.models import MatchState
from app.organizations.models import MemberRole, Membership


@pytest.fixture
def manager(world):
    return world.user(Role.PROGRAM_MANAGER, name="Asha Manager")


@pytest.fixture
def week(app, world, manager):
    """A week with something of everything; gives the pair whose one side said yes."""
    program = world.program(manager, name="Chips")
    silent = world.match(program_id=program.id, state=MatchState.APPROVED, decided_at=clock.now())
    yes = {"says": AnswerChoice.YES, "by_id": manager.id, "at": clock.now() - timedelta(days=6)}
    world.add(Answer(match_id=silent.id, organization_id=silent.india_id, **yes))
    past = clock.now() - timedelta(days=9)
    late = world.case(world.match(program_id=program.id), due_at=past, escalated_at=past, claimed_by_id=None)
    done = world.case(world.match(program_id=program.id), opened_at=clock.now() - timedelta(days=2))
    at = clock.now() - timedelta(hours=3)
    release = world.add(Release(by_id=manager.id, at=at, effective_at=at))
    world.add(
        Decision(
            case_id=done.id,
            action=Action.APPROVE,
            state=DecisionState.RELEASED,
            by_id=manager.id,
            at=at,
            release_id=release.id,
        )
    )
    with app.app_context():
        row = db.session.get_one(Case, done.id)
        row.state, row.closed_at = CaseState.CLOSED, at
        db.session.commit()
    world.case(world.grievance(world.organization(), world.user()))
    return silent, late


def test_the_letter_tells_what_is_late_one_sided_escalated_and_how_the_week_kept_its_promise(
    app, manager, week
) -> None:
    with app.test_request_context():
        content = queries.content_of(db.session.get_one(User, manager.id), "2026-W48", clock.now())
        mail = emails.weekly(content)
    _silent, late = week
    for text in (mail.text, mail.html):
        assert "1 of 1 in time" in text
        assert "reached 2 organizations" in text
        assert "One report of abuse is open" in text
        assert "Nobody reads it, Chips: " in text
        assert "Brought before the leads" in text
        assert "One side said yes and waits" in text
        assert f"/review/{late.id}" in text


def test_nothing_of_a_hidden_pair_is_in_the_letter_not_even_as_a_number(app, world, manager, week) -> None:
    silent, late = week
    page = world.sign_in(manager).get("/digest/preview").get_data(as_text=True)
    assert "One side said yes and waits" in page
    for id_ in (late.one_id, silent.india_id):
        world.add(
            Membership(
                organization_id=id_, user_id=manager.id, role=MemberRole.VIEWER, created_at=clock.now()
            )
        )
    page = world.sign_in(manager).get("/digest/preview").get_data(as_text=True)
    assert "One side said yes and waits" not in page
    assert "Brought before the leads" not in page
    assert "Late, by reader" not in page
