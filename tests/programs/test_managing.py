"""Leads draft and open programs; managers see their own programs and, in them, what they may."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.accounts.models import Role
from app.conflicts.models import Basis, Conflict, ConflictStatement
from app.db import db
from app.programs import services, standard
from app.programs.models import CohortRule, ManagerRole, Program, ProgramManager
from app.taxonomy import Country

TYPED = {
    "name": "Water week",
    "kind": "mission",
    "summary": "A week of meetings on water.",
    "criteria": "It has run once.\nThe partner has a site.\nBoth are free that week.",
    "starts_on": "2027-03-01",
    "ends_on": "2027-03-08",
    "cities": "Pune\nChennai",
    "visits": "Pune: a works",
    "cohort_rule": "cohort_with_all",
    "places": "12",
    "quota": "19",
    "priority": "30",
    "version": "1",
}


def _mission(world, *managers, **fields):
    return world.program(*managers, cohort_rule=CohortRule.COHORT_WITH_ALL, **fields)


def test_a_lead_drafts_opens_and_edits_a_program_whose_criteria_then_stand(app, client, world) -> None:
    lead = world.user(Role.PROGRAM_MANAGER)
    world.program(lead=lead)
    browser = world.sign_in(lead)
    sent = browser.post("/programs/new", data=TYPED)
    assert sent.headers["Location"].endswith("/programs/water-week/manage")
    assert client.get("/programs/water-week").status_code == 404
    browser.post("/programs/water-week/open")
    assert "It has run once." in client.get("/programs/water-week").text
    with app.app_context():
        program = db.session.scalars(sa.select(Program).filter_by(key="water-week")).one()
        version, opened = program.version, program.opened_at
    assert opened is not None
    other = {**TYPED, "criteria": "Else.", "summary": "Two weeks.", "version": version}
    assert browser.post("/programs/water-week/edit", data=other).status_code == 303
    page = client.get("/programs/water-week").text
    assert "Two weeks." in page
    assert "Else." not in page
    # Somebody else has saved since this form was read.
    assert browser.post("/programs/water-week/edit", data=other | {"summary": "Old."}).status_code == 409


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"ends_on": "2027-02-01"}, "The last day comes before the first."),
        ({"closes_on": "2027-04-01"}, "Applications end before the program does."),
        ({"starts_on": ""}, "Give the first day too."),
        ({"quota": "0"}, "between 1 and 100"),
    ],
)
def test_wrong_dates_and_numbers_are_told_beside_the_field(world, typed, says) -> None:
    browser = world.sign_in(world.user(Role.ADMINISTRATOR))
    refused = browser.post("/programs/new", data=TYPED | typed)
    assert refused.status_code == 422
    assert says in refused.text


def test_a_program_without_criteria_does_not_open(world) -> None:
    program = world.program(is_open=False, opened_at=None, summary="Words.", criteria=["Only one."])
    refused = world.sign_in(world.user(Role.ADMINISTRATOR)).post(f"/programs/{program.key}/open")
    assert refused.status_code == 409
    assert "three to five criteria" in refused.text


def test_the_service_keeps_the_criteria_of_an_open_program(app, world) -> None:
    program, by = world.program(), world.user(Role.ADMINISTRATOR)
    with app.app_context():
        here = db.session.get_one(Program, program.id)
        with pytest.raises(services.CriteriaStand):
            services.change(here, {"criteria": ["Else."]}, by, version=here.version)


def test_a_manager_never_meets_applicants_of_another_program(app, world) -> None:
    """S02: the manager of one program, on every page and button of the other."""
    manager = world.user(Role.PROGRAM_MANAGER)
    own, foreign = _mission(world, lead=manager), _mission(world, lead=world.user(Role.PROGRAM_MANAGER))
    applicant = world.participation(foreign, world.organization(name="Canary Works"))
    mixed = f"/programs/{own.key}/participations/{applicant.id}"
    browser = world.sign_in(manager)
    assert "Canary Works" not in browser.get(f"/programs/{own.key}/manage").text
    for address in (f"/programs/{foreign.key}/manage", f"/programs/{foreign.key}/edit"):
        assert browser.get(address).status_code == 404
    for action in ("accept", "waitlist", "decline"):
        for base in (f"/programs/{foreign.key}/participations/{applicant.id}", mixed):
            assert browser.post(f"{base}/{action}", data={"version": 1}).status_code == 404


def test_an_applicant_a_manager_is_tied_to_or_does_not_look_after_is_not_there(app, world) -> None:
    tied, limited = world.user(Role.PROGRAM_MANAGER), world.user(Role.PROGRAM_MANAGER)
    program = _mission(world, tied)
    world.manager_of(program, limited, country=Country.UNITED_STATES)
    organization = world.organization(name="Canary Works")
    applicant = world.participation(program, organization)
    fields = {"basis": Basis.FAMILY, "declared_at": applicant.asked_at}
    world.add(Conflict(user_id=tied.id, organization_id=organization.id, **fields))
    for manager in (tied, limited):
        browser = world.sign_in(manager)
        assert "Canary" not in browser.get(f"/programs/{program.key}/manage?q=canary").text.replace(
            "canary", ""
        )
        address = f"/programs/{program.key}/participations/{applicant.id}/accept"
        assert browser.post(address, data={"version": 1}).status_code == 404
        sent = browser.post(f"/programs/{program.key}/invite", data={"organization_id": organization.id})
        assert sent.status_code == 404


def test_applicants_are_seen_only_after_the_word_on_conflicts(app, world) -> None:
    manager = world.user(Role.PROGRAM_MANAGER)
    program = _mission(world, manager)
    with app.app_context():
        db.session.execute(sa.delete(ConflictStatement))
        db.session.commit()
    answer = world.sign_in(manager).get(f"/programs/{program.key}/manage")
    assert answer.headers["Location"].startswith("/account/conflicts")


def test_a_lead_names_managers_and_the_last_lead_stays(app, world) -> None:
    lead, other = world.user(Role.PROGRAM_MANAGER), world.user(Role.PROGRAM_MANAGER)
    program = world.program(lead=lead)
    browser = world.sign_in(lead)
    sent = {"address": other.email, "role": "manager", "country": "IN", "kinds": ["startup"]}
    assert browser.post(f"/programs/{program.key}/managers", data=sent).status_code == 303
    member = {"address": world.user().email, "role": "manager", "country": ""}
    assert browser.post(f"/programs/{program.key}/managers", data=member).status_code == 409
    with app.app_context():
        found = {one.user_id: one for one in db.session.scalars(sa.select(ProgramManager)).unique()}
    assert (found[other.id].country, found[other.id].kinds) == (Country.INDIA, ["startup"])
    assert found[lead.id].role is ManagerRole.LEAD
    last = browser.post(f"/programs/{program.key}/managers/{found[lead.id].id}/remove")
    assert last.status_code == 409
    assert browser.post(f"/programs/{program.key}/managers/{found[other.id].id}/remove").status_code == 303


def test_the_ready_made_programs_come_once_and_as_drafts(app, client) -> None:
    for added in (6, 0):
        result = app.test_cli_runner().invoke(args=["programs", "add-standard"])
        assert f"Added {added} of 6" in result.output
    assert "No program is open now" in client.get("/programs").text


@pytest.mark.parametrize("columns", standard.PROGRAMS, ids=lambda columns: columns["key"])
def test_a_ready_made_program_has_what_it_needs_to_open_but_dates(columns) -> None:
    assert columns["summary"]
    assert 3 <= len(columns["criteria"]) <= 5
    assert not {"starts_on", "ends_on", "closes_on"} & columns.keys()
