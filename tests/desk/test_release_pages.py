"""The pages on which staged decisions are looked at, released and undone."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts.models import Role, User
from app.db import db
from app.desk.models import Action, Case, CaseState, Decision
from app.desk.staging import Terms
from app.listings.models import ListingReview
from app.matching.models import Attention, Match, MatchState
from app.organizations import services
from app.organizations.models import Organization, ProfileState
from app.outbox.models import Email
from app.taxonomy import Country
from tests.desk import batch


@pytest.fixture
def manager(world):
    return world.user(Role.PROGRAM_MANAGER, name="Asha Manager")


@pytest.fixture
def browser(world, manager):
    return world.sign_in(manager)


def pair(world, **fields):
    india = world.organization(owner=world.user(), name="Kaveri Chips")
    us = world.organization(Country.UNITED_STATES, owner=world.user(), name="Mesa Test")
    return world.match(india, us, **fields)


def release_all(app, browser) -> str:
    """Press the button of the page; the address of the release."""
    with app.app_context():
        ids = db.session.scalars(sa.select(Decision.id)).all()
    answer = browser.post("/review/release", data={"shown": ids})
    assert answer.status_code == 303
    return answer.location


def read(app, model: Any, id_: int) -> Any:
    with app.app_context():
        return db.session.get_one(model, id_)


def test_a_batch_is_looked_at_released_and_undone(app, world, manager, browser) -> None:
    match = pair(world, chance_for_india=0.5, chance_for_us=0.5)
    case = world.case(match)
    batch.stage(app, manager, case, Terms(Action.APPROVE, note="Ask for their test floor."))
    page = browser.get("/review/release").text
    assert "Kaveri Chips" in page
    assert "about 0.2" in page
    assert read(app, Match, match.id).state is MatchState.PROPOSED
    address = release_all(app, browser)
    assert "Undo the whole release" in browser.get(address).text
    with app.app_context():
        emails = db.session.scalars(sa.select(Email)).all()
        assert len(emails) == 2
        assert all("Ask for their test floor." in one.text for one in emails)
        assert all(one.next_attempt_at > clock.now() for one in emails)
    assert browser.post(f"{address}/undo").status_code == 303
    with app.app_context():
        assert db.session.get_one(Match, match.id).state is MatchState.PROPOSED
        assert db.session.get_one(Case, case.id).state is CaseState.OPEN
        assert db.session.scalars(sa.select(Email)).all() == []
    assert "All of it was undone." in browser.get(address).text


def test_sides_see_and_answer_an_approved_pair_only_once_the_hour_is_over(
    app, world, manager, browser
) -> None:
    india_owner = world.user()
    match = world.match(world.organization(owner=india_owner))
    batch.stage(app, manager, world.case(match), Terms(Action.APPROVE))
    release_all(app, browser)
    member = world.sign_in(india_owner)
    assert "/accept" not in member.get(f"/matches/{match.id}").text
    assert member.post(f"/matches/{match.id}/accept").status_code == 409
    clock.shift(3601)
    assert member.post(f"/matches/{match.id}/accept").status_code == 302


def test_what_changed_meanwhile_stays_staged_and_the_rest_goes(app, world, manager, browser) -> None:
    paused = world.organization(name="Paused Works")
    first, second = world.match(paused), pair(world)
    for match in (first, second):
        batch.stage(app, manager, world.case(match), Terms(Action.APPROVE))
    with app.app_context():
        db.session.get_one(Organization, paused.id).state = ProfileState.PAUSED
        db.session.commit()
    page = browser.get(release_all(app, browser)).text
    assert "One decision was not released" in page
    assert "paused its profile" in page
    assert read(app, Match, first.id).state is MatchState.PROPOSED
    assert read(app, Match, second.id).state is MatchState.APPROVED


@pytest.mark.one_database("sqlite")
def test_what_is_staged_is_shown_with_twelve_statements_however_much_it_is(
    app, world, manager, browser, count_queries
) -> None:
    cases, (other, us) = batch.fill(world, manager, pairs=4)
    second = world.program(manager, quota=3)
    cases.append(world.case(world.match(us=us[0], program_id=second.id)))
    newcomer = world.organization(Country.UNITED_STATES, owner=world.user())
    with app.app_context():
        db.session.add(Attention(organization_id=newcomer.id, most_in=2, changed_at=clock.now()))
        db.session.commit()
    for at, case in enumerate(cases):
        action = Action.SWAP if at in {1, 2} else Action.APPROVE
        batch.stage(app, manager, case, batch.terms_for(case, action, other, newcomer.id))
    browser.get("/review/release")
    # The one beside them is SQLite's BEGIN.
    assert count_queries(lambda: browser.get("/review/release")) <= 12 + 1


def test_a_decision_can_be_dropped_before_its_release(app, world, manager, browser) -> None:
    case = world.case(pair(world))
    id_ = batch.stage(app, manager, case, Terms(Action.APPROVE))
    assert browser.post(f"/review/decisions/{id_}/drop").status_code == 303
    assert read(app, Case, case.id).state is CaseState.OPEN
    assert "Nothing is staged" in browser.get("/review/release").text


def test_others_find_neither_the_decision_nor_the_release(app, world, manager, browser) -> None:
    id_ = batch.stage(app, manager, world.case(pair(world)), Terms(Action.APPROVE))
    other = world.sign_in(world.user(Role.PROGRAM_MANAGER))
    assert other.post(f"/review/decisions/{id_}/drop").status_code == 404
    address = release_all(app, browser)
    assert other.get(address).status_code == 404
    assert other.post(f"/review/decisions/{id_}/undo").status_code == 404


def test_a_swap_closes_one_pair_and_approves_the_other(app, world, manager, browser) -> None:
    match = pair(world)
    newcomer = world.organization(Country.UNITED_STATES, owner=world.user())
    case = world.case(match)
    batch.stage(app, manager, case, Terms(Action.SWAP, organization_id=newcomer.id))
    address = release_all(app, browser)
    with app.app_context():
        made = db.session.scalars(sa.select(Match).where(Match.us_id == newcomer.id)).one()
        assert (made.india_id, made.state) == (match.india_id, MatchState.APPROVED)
        assert db.session.get_one(Match, match.id).state is MatchState.REJECTED
    browser.post(f"{address}/undo")
    with app.app_context():
        assert db.session.scalars(sa.select(Match.id)).all() == [match.id]


def test_only_what_was_asked_for_opens_again(app, world, manager, browser) -> None:
    owner = world.user()
    organization = world.organization(owner=owner, state=ProfileState.SUBMITTED)
    case = world.case(world.listing(organization))
    batch.stage(app, manager, case, Terms(Action.ASK, note="Say what you make.", fields=("summary",)))
    release_all(app, browser)
    member = world.sign_in(owner)
    form = member.get(f"/organizations/{organization.id}/edit/basics").text
    typed = {**_typed(form), "name": "Another Name"}
    answer = member.post(f"/organizations/{organization.id}/edit/basics", data=typed)
    assert answer.status_code == 422
    assert "asked about other answers" in answer.text
    assert read(app, Organization, organization.id).name == organization.name
    with app.test_request_context():
        row, person = db.session.get_one(Organization, organization.id), db.session.get_one(User, owner.id)
        assert services.save_profile(row, {"summary": "Sensor chips, packaged."}, by=person) == ["summary"]
        services.submit(row, person)
        assert row.asked_fields == []


def _typed(page: str) -> dict[str, str]:
    """What the form would send unchanged."""
    found = dict(re.findall(r'<input[^>]*?name="(\w+)"[^>]*?value="([^"]*)"', page))
    found |= dict(re.findall(r'<textarea[^>]*?name="(\w+)"[^>]*>\s*([^<]*)</textarea>', page))
    for name, options in re.findall(r'<select[^>]*?name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option[^>]*selected[^>]*value="([^"]*)"|value="([^"]*)"[^>]*selected', options)
        found[name] = next(filter(None, chosen.groups()), "") if chosen else ""
    return {name: value for name, value in found.items() if name not in {"csrf_token", "then"}}


def test_a_refusal_is_told_politely(app, world, manager, browser) -> None:
    organization = world.organization(owner=world.user(), state=ProfileState.SUBMITTED)
    review = world.listing(organization)
    case = world.case(review)
    batch.stage(app, manager, case, Terms(Action.REJECT, reason_code="cannot_be_checked"))
    release_all(app, browser)
    assert "could not confirm" in read(app, ListingReview, review.id).comment
    assert read(app, Organization, organization.id).state is ProfileState.REFUSED


def test_a_referred_pair_stays_in_its_new_program(app, world, manager, browser) -> None:
    match, program = pair(world), world.program(manager)
    batch.stage(app, manager, world.case(match), Terms(Action.REFER, program_id=program.id))
    release_all(app, browser)
    found = read(app, Match, match.id)
    assert (found.program_id, found.is_referred, found.state) == (program.id, True, MatchState.PROPOSED)


def test_one_decision_for_a_selection_says_what_became_of_each(app, world, manager, browser) -> None:
    cases = [world.case(world.match()) for _ in range(3)]
    merge = world.case(world.duplicate(world.organization(), world.organization()))
    colleague = world.user(Role.PROGRAM_MANAGER, name="Ravi Quick")
    batch.stage(app, colleague, cases[0], Terms(Action.APPROVE))
    chosen = [f"{one.id}:1" for one in (*cases, merge)]
    page = browser.post("/review/bulk", data={"action": "approve", "case": chosen}).text
    assert "2 decisions staged." in page
    assert "Ravi Quick was first" in page
    assert "cannot be decided that way" in page


def test_every_decision_cites_a_criterion_of_its_program(app, world, manager, browser) -> None:
    program = world.program(manager, criteria=["The need is real."])
    case = world.case(pair(world, program_id=program.id))
    sent = {"version": case.version, "criterion": "Because."}
    assert browser.post(f"/review/{case.id}/approve", data=sent).status_code == 422
    sent["criterion"] = "The need is real."
    assert browser.post(f"/review/{case.id}/approve", data=sent).status_code == 303


def test_the_same_approval_pressed_twice_is_one_decision(app, world, manager, browser) -> None:
    case = world.case(pair(world))
    for _press in range(2):
        assert browser.post(f"/review/{case.id}/approve", data={"version": case.version}).status_code == 303
    with app.app_context():
        assert len(db.session.scalars(sa.select(Decision.id)).all()) == 1
