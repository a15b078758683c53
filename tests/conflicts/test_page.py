"""The page on which managers declare conflicts of interest."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts.models import Role
from app.audit import queries as audit
from app.audit.models import AuditEvent
from app.conflicts import queries, services
from app.conflicts.models import Basis, Conflict, ConflictStatement
from app.db import db
from app.organizations.models import ProfileState

PAGE = "/account/conflicts"


@pytest.fixture
def manager(world):
    return world.user(Role.PROGRAM_MANAGER)


@pytest.fixture
def browser(world, manager):
    return world.sign_in(manager)


def rows(app) -> list[Conflict]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Conflict).order_by(Conflict.id)))


def test_an_organization_is_found_by_name_declared_and_ended(app, world, browser, manager) -> None:
    organization = world.organization(name="Kaveri Chip Packaging Pvt. Ltd.")
    world.organization(name="Kaveri Draft", state=ProfileState.DRAFT)
    page = browser.get(f"{PAGE}?q=kaveri").text
    assert "Kaveri Chip Packaging" in page
    assert "Kaveri Draft" not in page
    sent = {"organizations": organization.id, "basis": "family", "reason": "My sister runs it"}
    for _twice in range(2):
        assert browser.post(PAGE, data=sent).status_code == 303
    (conflict,) = rows(app)
    assert (conflict.basis, conflict.reason, conflict.ended_at) == (Basis.FAMILY, "My sister runs it", None)
    assert "My sister runs it" in browser.get(PAGE).text
    browser.post(f"{PAGE}/{conflict.id}/end")
    assert "hidden until" in browser.get(PAGE).text
    with app.app_context():
        assert queries.is_hidden(manager.id, [organization.id])
        actions = [event.action for event in audit.events_about("conflict", conflict.id)]
        assert actions == ["conflict.declared", "conflict.ended"]
        assert not any("sister" in str(event.detail) for event in db.session.scalars(sa.select(AuditEvent)))


def test_drafts_and_what_is_not_there_answer_alike(app, world, browser) -> None:
    draft = world.organization(state=ProfileState.DRAFT)
    for id_ in (draft.id, 10**6):
        assert browser.post(PAGE, data={"organizations": id_, "basis": "family"}).status_code == 404
    assert browser.post(PAGE, data={"basis": "family"}).status_code == 422
    assert rows(app) == []


def test_nobody_ends_what_somebody_else_declared(app, world, browser) -> None:
    other, organization = world.user(Role.PROGRAM_MANAGER), world.organization()
    with app.app_context():
        services.declare(other, [organization.id], Basis.ADVICE)
        db.session.commit()
    assert browser.post(f"{PAGE}/{rows(app)[0].id}/end").status_code == 404
    assert rows(app)[0].ended_at is None


def test_what_was_found_by_itself_is_told_with_its_tie_but_no_draft_of_a_colleague(world) -> None:
    manager = world.user(Role.PROGRAM_MANAGER, email="judge@ministry.example")
    asha = world.user(email="asha@ministry.example")
    world.organization(owner=asha, name="Listed of Asha")
    world.organization(owner=asha, name="Draft of Asha", state=ProfileState.DRAFT)
    page = world.sign_in(manager).get(PAGE).text
    assert "Listed of Asha" in page
    assert "Somebody with an address of your employer belongs to it." in page
    assert "Draft of Asha" not in page


def test_the_word_is_given_once_a_year_and_leads_back_to_the_page_that_was_wanted(
    app, world, browser, manager
) -> None:
    with app.app_context():
        db.session.execute(sa.delete(ConflictStatement))
        db.session.commit()
    assert "closed to you" in browser.get(PAGE).text
    assert browser.post(f"{PAGE}/statement", data={"then": "/review?kind=pair"}).status_code == 422
    given = browser.post(f"{PAGE}/statement", data={"is_complete": "y", "then": "/review?kind=pair"})
    assert given.headers["Location"] == "/review?kind=pair"
    astray = browser.post(f"{PAGE}/statement", data={"is_complete": "y", "then": "//evil.example"})
    assert astray.headers["Location"].startswith("/review")
    assert "closed to you" not in browser.get(PAGE).text
    with app.app_context():
        db.session.execute(sa.update(ConflictStatement).values(given_at=clock.now() - timedelta(days=366)))
        db.session.commit()
        assert queries.statement_of(manager.id) is None


def test_who_steps_aside_says_why(app, world, manager) -> None:
    with app.app_context(), pytest.raises(services.ReasonMissing):
        services.recuse(manager, [world.organization().id], "  ")
