"""The desk's side: its gate, stepping aside from a case, letting go, and the register of the lead."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts.models import Role
from app.audit import queries as audit
from app.conflicts import queries, services
from app.conflicts.models import Basis, ConflictStatement
from app.db import db
from app.desk import staging, stepping_aside, syncing
from app.desk.models import Action, Case, CaseState, Decision, DecisionState


@pytest.fixture
def manager(world):
    return world.user(Role.PROGRAM_MANAGER, name="Manager")


@pytest.fixture
def lead(world):
    return world.user(Role.PROGRAM_MANAGER, name="Lead")


@pytest.fixture
def program(world, manager, lead):
    return world.program(manager, lead=lead)


def case_of(app, match) -> int:
    with app.app_context():
        syncing.sync()
        db.session.commit()
        return db.session.scalars(sa.select(Case.id).where(Case.match_id == match.id)).one()


def test_the_desk_opens_with_a_word(app, world, manager) -> None:
    with app.app_context():
        db.session.execute(sa.delete(ConflictStatement).where(ConflictStatement.user_id == manager.id))
        db.session.commit()
    browser = world.sign_in(manager)
    for address in ("/review?kind=pair", "/review/conflicts"):
        answer = browser.get(address)
        assert answer.status_code == 303, address
        assert answer.headers["Location"].startswith("/account/conflicts?then=")
    page = browser.get(browser.get("/review?kind=pair").headers["Location"]).text
    assert "The review desk is closed to you" in page
    given = browser.post(
        "/account/conflicts/statement", data={"is_complete": "y", "then": "/review?kind=pair"}
    )
    assert given.headers["Location"] == "/review?kind=pair"
    assert browser.get("/review?kind=pair").status_code == 200


def test_who_steps_aside_from_a_case_sees_no_case_of_that_organization(app, world, manager, program) -> None:
    secret = world.organization(name="Secret Site")
    first, second = (world.match(india=secret, program_id=program.id) for _ in range(2))
    other = world.match(program_id=program.id)
    case_id = case_of(app, first)
    browser = world.sign_in(manager)
    assert "Step aside" in browser.get(f"/review/{case_id}").text
    address = f"/review/{case_id}/recuse"
    refused = browser.post(address, data={"aside-organizations": secret.id})
    assert refused.status_code == 422
    assert "Say why you step aside." in refused.text
    assert (
        browser.post(address, data={"aside-organizations": other.us_id, "aside-reason": "No"}).status_code
        == 422
    )
    sent = {"aside-organizations": secret.id, "aside-reason": "A friend runs it"}
    assert browser.post(address, data=sent).status_code == 303
    for match, status in ((first, 404), (second, 404), (other, 200)):
        assert browser.get(f"/review/{case_of(app, match)}").status_code == status
    with app.app_context():
        assert queries.holding(manager.id, Basis.RECUSAL) == {secret.id}


def test_what_was_staged_and_claimed_goes_back_to_the_others(app, world, manager, program) -> None:
    secret = world.organization()
    staged, claimed, kept = (
        case_of(app, world.match(**sides, program_id=program.id))
        for sides in ({"india": secret}, {"india": secret}, {})
    )
    with app.app_context():
        for id_ in (staged, kept):
            case = db.session.get_one(Case, id_)
            staging.stage(case, manager, staging.Terms(Action.APPROVE), version=case.version)
        case = db.session.get_one(Case, claimed)
        case.claimed_by_id, case.claimed_until = manager.id, clock.now() + timedelta(minutes=5)
        db.session.commit()
        assert stepping_aside.holders() == []
        services.declare(manager, [secret.id], Basis.FAMILY)
        assert stepping_aside.holders() == [manager.id]
        stepping_aside.let_go([manager.id])
        db.session.commit()
        assert stepping_aside.holders() == []
        states = {case.id: case.state for case in db.session.scalars(sa.select(Case))}
        assert states == {staged: CaseState.OPEN, claimed: CaseState.OPEN, kept: CaseState.STAGED}
        assert db.session.get_one(Case, claimed).claimed_by_id is None
        dropped = sa.select(Decision.case_id).where(Decision.state == DecisionState.DROPPED)
        assert list(db.session.scalars(dropped)) == [staged]


def test_the_lead_reads_what_the_managers_declared_but_nothing_of_own_conflicts(
    app, world, manager, lead, program
) -> None:
    one, shared, elsewhere = (
        world.organization(name=f"{name} Works") for name in ("Open", "Shared", "Foreign")
    )
    stranger = world.user(Role.PROGRAM_MANAGER)
    with app.app_context():
        services.declare(manager, [one.id], Basis.FAMILY, "=cmd|' /C calc'!A0")
        services.recuse(manager, [shared.id], "An old friend")
        services.declare(lead, [shared.id], Basis.INVESTMENT)
        services.declare(stranger, [elsewhere.id], Basis.ADVICE)
        db.session.commit()
    browser, told = world.sign_in(lead), {}
    for address in ("/review/conflicts", "/review/conflicts.csv"):
        told[address] = browser.get(address).get_data(as_text=True)
        assert "Open Works" in told[address]
        assert "Shared Works" not in told[address]
        assert "Foreign Works" not in told[address]
    assert "'=cmd" in told["/review/conflicts.csv"]
    administrator = world.sign_in(world.user(Role.ADMINISTRATOR))
    page = administrator.get("/review/conflicts").text
    assert all(f"{name} Works" in page for name in ("Open", "Shared", "Foreign"))
    assert world.sign_in(manager).get("/review/conflicts").status_code == 404


def test_a_recusal_stands_in_the_audit_trail_without_its_reason(app, world, manager) -> None:
    with app.app_context():
        services.recuse(manager, [world.organization().id], "My brother runs it")
        db.session.commit()
        (event,) = audit.events_about("conflict", 1)
        assert (event.action, event.actor_id) == ("conflict.declared", manager.id)
        assert "brother" not in str(event.detail)
