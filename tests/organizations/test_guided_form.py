"""From four doors to a published profile, step by step."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.accounts.models import Role, User
from app.audit.models import AuditEvent
from app.db import db
from app.listings import services as listings
from app.listings.models import ListingReview
from app.organizations import queries
from app.organizations.models import MemberRole, Organization, ProfileState
from app.organizations.services import MOST_ORGANIZATIONS
from app.taxonomy import Country, Kind

BASICS = {
    "name": "Kaveri Chip Works",
    "city": "Mysuru",
    "website": "kaveri.example.org",
    "founded_year": "2019",
    "team_size": "85",
}
WORK = {
    "summary": "Packaging of sensor chips.",
    "description": "We package.\n\nAnd test.",
    "technologies": ["semiconductors", "ai"],
}
EXCHANGE = {"offers": "Packaging lots from 500 pieces\nTest floor", "needs": "Wafers at 28 nm"}
DETAILS = {
    "startup": {"stage": "seed", "is_raising": "yes"},
    "sme": {
        "sector": "electronics",
        "size_class": "small",
        "capabilities": "5-axis milling",
        "certifications": ["ISO 9001"],
        "other_certifications": "NABL accreditation",
    },
    "skill_program": {
        "level": "4.5",
        "training_mode": "blended",
        "seats": "40",
        "skills": "Chip test\nBurn-in",
        "intake": "January",
    },
    "investor": {
        "investor_type": "vc",
        "stages": ["seed", "series_a"],
        "ticket_currency": "INR",
        "ticket_min": "50 lakh",
        "ticket_max": "1.5 crore",
        "invests_in": ["IN", "US"],
        "thesis": "Chips.",
    },
}
SHOWN = {
    "startup": ["Seed", "Raising money now"],
    "sme": ["Electronics and semiconductors", "5-axis milling", "ISO 9001, NABL accreditation"],
    "skill_program": ["4.5", "Blended", "Chip test, Burn-in", "January"],
    "investor": ["Venture capital", "Seed, Series A", "₹50 lakh", "₹1.5 crore", "India, United States"],
}


def begin(browser, kind: str = "startup", country: str = "IN") -> int:
    """The id of a new draft."""
    answers = {"kind": kind, "name": "New one", "country": country}
    response = browser.post("/organizations/new", data=answers)
    assert response.status_code == 303
    return int(response.location.split("/")[2])


def saved(app, organization_id: int) -> Organization:
    with app.app_context():
        organization = db.session.get_one(Organization, organization_id)
        assert organization.technologies is not None
        return organization


def approve(app, world, number: int) -> None:
    """A manager takes the profile into the directory."""
    manager = world.user(Role.PROGRAM_MANAGER)
    with app.test_request_context():
        review = db.session.scalars(
            sa.select(ListingReview).where(ListingReview.organization_id == number)
        ).one()
        listings.approve(review, db.session.get_one(User, manager.id), version=review.version)
        db.session.commit()


@pytest.mark.parametrize("country", ["IN", "US"])
@pytest.mark.parametrize("kind", list(DETAILS))
def test_each_kind_goes_from_the_first_answer_to_the_directory(app, world, client, kind, country) -> None:
    browser = world.sign_in(world.user())
    number = begin(browser, kind, country)
    basics = {**BASICS, "region_code": "IN-KA" if country == "IN" else "US-TX"}
    steps = [("basics", basics), ("work", WORK), ("details", DETAILS[kind]), ("exchange", EXCHANGE)]
    for place, (step, answers) in enumerate(steps):
        url = f"/organizations/{number}/edit/{step}"
        assert f"{place + 1} of 5" in browser.get(url).text
        response = browser.post(url, data=answers)
        assert response.status_code == 303, response.text
        following = [*(name for name, _ in steps), "check"][place + 1]
        assert response.location == f"/organizations/{number}/edit/{following}"
    assert client.get(f"/organizations/{number}").status_code == 404
    assert browser.post(f"/organizations/{number}/publish").location == f"/organizations/{number}"
    own = browser.get(f"/organizations/{number}").text
    assert all(words in own for words in SHOWN[kind])
    assert "Waits for review" in own
    assert client.get(f"/organizations/{number}").status_code == 404
    approve(app, world, number)
    public = client.get(f"/organizations/{number}").text
    assert "Kaveri Chip Works" in public
    assert 'href="https://kaveri.example.org" rel="nofollow noopener ugc"' in public
    assert "Kaveri Chip Works" in client.get("/organizations?q=kaveri").text
    assert saved(app, number).state is ProfileState.LISTED


def test_a_visitor_who_wants_to_register_an_organization_is_sent_to_sign_in_and_comes_back(client) -> None:
    response = client.get("/organizations/new?kind=sme")
    assert response.status_code == 302
    assert "/sign-in" in response.location
    assert "next=" in response.location


def test_the_twentieth_organization_is_the_last(app, world) -> None:
    user = world.user()
    for _ in range(MOST_ORGANIZATIONS):
        world.organization(owner=user)
    response = world.sign_in(user).post(
        "/organizations/new", data={"kind": "sme", "name": "One too many", "country": "IN"}
    )
    assert response.status_code == 409
    assert "You already have 20 organizations" in response.text
    assert "One too many" in response.text


def test_publishing_too_early_lists_what_is_missing_and_where_to_answer_it(app, world) -> None:
    browser = world.sign_in(world.user())
    number = begin(browser, "investor")
    response = browser.post(f"/organizations/{number}/publish")
    assert response.status_code == 422
    for target in (
        "basics#region_code",
        "work#summary",
        "work#technologies",
        "details#stages",
        "details#invests_in",
        "exchange#needs",
    ):
        assert f"/organizations/{number}/edit/{target}" in response.text
    assert saved(app, number).state is ProfileState.DRAFT


def test_saving_writes_one_audit_event_with_names_of_fields_and_no_values(app, world) -> None:
    user = world.user()
    organization = world.organization(owner=user)
    browser = world.sign_in(user)
    for _ in range(2):
        browser.post(f"/organizations/{organization.id}/edit/work", data={**WORK, "summary": "Secret plan"})
    with app.app_context():
        events = db.session.query(AuditEvent).filter_by(action="organization.saved").all()
        assert len(events) == 1
        assert events[0].detail == {"fields": ["description", "summary", "technologies"]}
        assert events[0].actor_id == user.id


@pytest.mark.parametrize(
    ("step", "answers", "matters"),
    [
        ("exchange", {**EXCHANGE, "needs": "Something else"}, True),
        (
            "exchange",
            {"offers": "Packaging and test of sensor chips", "needs": "Wafer supply for sensor chips"},
            False,
        ),
        ("basics", {"name": "Another name", "region_code": "IN-KA", "website": "new.example.org"}, False),
        ("basics", {"name": "Another name", "region_code": "IN-TN"}, True),
    ],
)
def test_only_what_matters_to_fit_marks_the_profile_as_changed(app, world, step, answers, matters) -> None:
    user = world.user()
    organization = world.organization(owner=user)
    world.sign_in(user).post(f"/organizations/{organization.id}/edit/{step}", data=answers)
    changed = saved(app, organization.id).profile_changed_at > organization.profile_changed_at
    assert changed is matters


def test_fields_that_are_not_on_the_form_change_nothing(app, world) -> None:
    user = world.user()
    organization = world.organization(owner=user, state=ProfileState.PAUSED)
    world.sign_in(user).post(
        f"/organizations/{organization.id}/edit/work",
        data={
            **WORK,
            "state": "listed",
            "external_id": "x",
            "version": "77",
            "is_illustrative": "1",
            "kind": "investor",
            "country": "US",
            "needs": "mine",
            "is_raising": "yes",
        },
    )
    now = saved(app, organization.id)
    assert (now.state, now.external_id, now.is_illustrative) == (ProfileState.PAUSED, None, False)
    assert (now.kind, now.country, now.is_raising) == (Kind.STARTUP, Country.INDIA, None)
    assert now.needs == organization.needs
    assert now.summary == WORK["summary"]


def test_a_step_sent_without_its_fields_leaves_them_alone(app, world) -> None:
    user = world.user()
    organization = world.organization(owner=user, capabilities="Milling")
    browser = world.sign_in(user)
    assert browser.post(f"/organizations/{organization.id}/edit/exchange", data={}).status_code == 303
    assert saved(app, organization.id).offers == organization.offers


def test_pausing_keeps_the_profile_in_the_directory_and_resuming_matches_it_again(app, world, client) -> None:
    user = world.user()
    organization = world.organization(owner=user)
    browser = world.sign_in(user)
    browser.post(f"/organizations/{organization.id}/pause")
    assert not saved(app, organization.id).is_matchable
    assert client.get(f"/organizations/{organization.id}").status_code == 200
    browser.post(f"/organizations/{organization.id}/resume")
    assert saved(app, organization.id).is_matchable
    with app.app_context():
        about = (
            db.session.query(AuditEvent).filter_by(subject_type="organization").order_by(AuditEvent.number)
        )
        actions = [event.action for event in about]
    assert actions == ["organization.paused", "organization.resumed"]


def test_the_maker_of_an_organization_owns_it(app, world) -> None:
    user = world.user()
    number = begin(world.sign_in(user))
    with app.app_context():
        assert [(one.organization_id, one.role) for one in queries.memberships_of(user)] == [
            (number, MemberRole.OWNER)
        ]


def test_the_own_list_says_what_to_do_next(world) -> None:
    user = world.user()
    browser = world.sign_in(user)
    assert "No organization yet" in browser.get("/organizations/mine").text
    number = begin(browser)
    page = browser.get("/organizations/mine").text
    assert "answers are missing" in page
    assert f"/organizations/{number}/edit/basics" in page
