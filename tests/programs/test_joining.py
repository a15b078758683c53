"""Organizations apply or are invited, and places are never filled twice."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts.models import Role
from app.db import db
from app.errors import AlreadyDecided, RuleBroken
from app.outbox.models import Email
from app.programs import joining
from app.programs.models import CohortRule, DeclineReason, Participation, ParticipationState
from app.taxonomy import Country


def _mission(world, *managers, **fields):
    return world.program(*managers, cohort_rule=CohortRule.COHORT_WITH_ALL, **fields)


def _state(app, participation_id: int) -> ParticipationState:
    with app.app_context():
        return db.session.get_one(Participation, participation_id).state


def test_an_organization_applies_and_is_accepted_and_gets_a_letter(app, world) -> None:
    manager, owner = world.user(Role.PROGRAM_MANAGER), world.user()
    organization = world.organization(owner=owner, name="Solar Weavers")
    program = _mission(world, manager, question="What would you show?")
    browser = world.sign_in(owner)
    refused = browser.post(f"/programs/{program.key}/apply", data={"organization_id": organization.id})
    assert refused.status_code == 422
    sent = {"organization_id": organization.id, "answer": "Our loom."}
    assert browser.post(f"/programs/{program.key}/apply", data=sent).status_code == 303
    desk = world.sign_in(manager)
    assert "Our loom." in desk.get(f"/programs/{program.key}/manage").text
    with app.app_context():
        found = db.session.scalars(sa.select(Participation)).one()
    address = f"/programs/{program.key}/participations/{found.id}/accept"
    assert desk.post(address, data={"version": found.version}).status_code == 303
    assert "In the program" in browser.get(f"/organizations/{organization.id}/programs").text
    with app.app_context():
        assert "You have a place" in db.session.scalars(sa.select(Email.subject)).one()
    # The page was read before the decision: a second one comes too late and is told who was first.
    assert manager.display_name in desk.post(address, data={"version": found.version}).text


def test_a_declined_applicant_reads_a_polite_reason(app, world) -> None:
    manager, owner = world.user(Role.PROGRAM_MANAGER), world.user()
    program, organization = _mission(world, manager), world.organization(owner=owner)
    found = world.participation(program, organization)
    sent = {"version": 1, "reason": "places_taken", "note": "Ask again in spring."}
    world.sign_in(manager).post(f"/programs/{program.key}/participations/{found.id}/decline", data=sent)
    page = world.sign_in(owner).get(f"/organizations/{organization.id}/programs").text
    assert "This says nothing against yours." in page
    assert "Ask again in spring." in page


def test_an_invited_organization_says_yes_or_no(app, world) -> None:
    manager, owner = world.user(Role.PROGRAM_MANAGER), world.user()
    program, organization = _mission(world, manager), world.organization(owner=owner, name="Kaveri Tests")
    desk = world.sign_in(manager)
    assert "Kaveri Tests" in desk.get(f"/programs/{program.key}/manage?q=kaveri").text
    desk.post(f"/programs/{program.key}/invite", data={"organization_id": organization.id})
    with app.app_context():
        found = db.session.scalars(sa.select(Participation)).one()
    own = world.sign_in(owner)
    own.post(f"/organizations/{organization.id}/programs/{found.id}/yes")
    assert _state(app, found.id) is ParticipationState.ACCEPTED
    own.post(f"/organizations/{organization.id}/programs/{found.id}/withdraw")
    assert _state(app, found.id) is ParticipationState.WITHDRAWN


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ({"countries": ["US"]}, "other country"),
        ({"kinds": ["investor"]}, "other kinds"),
        ({"technologies": ["space"]}, "other technologies"),
    ],
)
def test_who_is_not_covered_is_told_why(app, world, rules, says) -> None:
    program, organization, by = _mission(world, **rules), world.organization(), world.user()
    with app.app_context(), pytest.raises(joining.NotCovered, match=says):
        joining.apply(_here(program), _here(organization), _here(by))


def test_the_last_place_waits_for_the_country_that_has_none(app, world) -> None:
    program = _mission(world, places=2, needs_both_countries=True)
    manager = world.user(Role.PROGRAM_MANAGER)
    world.participation(program, world.organization(), ParticipationState.ACCEPTED)
    indian = world.participation(program, world.organization())
    american = world.participation(program, world.organization(Country.UNITED_STATES))
    with app.app_context():
        with pytest.raises(joining.PlacesTaken, match="other country"):
            joining.accept(_here(indian), _here(manager), version=1)
        joining.accept(_here(american), _here(manager), version=1)
        with pytest.raises(joining.PlacesTaken, match="All 2 places"):
            joining.accept(_here(indian), _here(manager), version=1)


def test_of_two_who_decide_at_once_one_is_told_who_was_first(app, world) -> None:
    first, second = world.user(Role.PROGRAM_MANAGER, name="Asha"), world.user(Role.PROGRAM_MANAGER)
    found = world.participation(_mission(world), world.organization())
    with app.app_context():
        joining.accept(_here(found), _here(first), version=1)
        with pytest.raises(AlreadyDecided, match="Asha was quicker"):
            joining.decline(_here(found), _here(second), DeclineReason.TOO_EARLY, version=1)


def test_many_managers_at_once_never_fill_more_than_two_last_places(app, world) -> None:
    program, manager = _mission(world, places=3), world.user(Role.PROGRAM_MANAGER)
    world.participation(program, world.organization(), ParticipationState.ACCEPTED)
    waiting = [world.participation(program, world.organization()).id for _ in range(6)]
    start, refused = threading.Barrier(len(waiting)), []

    def accept(participation_id: int) -> None:
        with app.app_context():
            start.wait()
            found = db.session.get_one(Participation, participation_id)
            try:
                joining.accept(found, _here(manager), version=1)
                db.session.commit()
            except RuleBroken as error:
                db.session.rollback()
                refused.append(error)

    threads = [threading.Thread(target=accept, args=(one,)) for one in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = [_state(app, one) for one in waiting]
    assert states.count(ParticipationState.ACCEPTED) == 2
    assert [type(error) for error in refused] == [joining.PlacesTaken] * 4


def test_applications_end_with_the_closing_date(client, world) -> None:
    owner = world.user()
    world.organization(owner=owner)
    yesterday = clock.now().date() - timedelta(days=1)
    program = _mission(world, closes_on=yesterday)
    page = world.sign_in(owner).get(f"/programs/{program.key}").text
    assert "Apply" not in page


def _here(row):
    """The row in the present session."""
    return db.session.get_one(type(row), row.id)
