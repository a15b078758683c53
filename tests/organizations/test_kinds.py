"""What each kind is judged by: asked in its own step, checked, shown, and raise terms kept for investors."""

from __future__ import annotations

import pytest

from app.db import db
from app.organizations import exports, publication
from app.organizations.models import Organization
from app.taxonomy import Country, InvestorType, Kind, Recognition, SizeClass
from app.taxonomy.thresholds import CRORE

STARTUP = {
    "stage": "seed",
    "is_raising": "yes",
    "raise_currency": "USD",
    "raise_amount": "4.321 million",
    "raise_instrument": "safe",
    "raise_closes_on": "2027-03-31",
    "recognition": "deep_tech",
    "recognition_stage": "validation",
    "turnover": "7,77,77,777",
}
PROGRAM = {
    "hours": "420",
    "languages": "Kannada\nEnglish",
    "intake_dates": "2027-07-05\n2027-01-11",
    "fee_amount": "₹25,000",
    "completion_rate": "91",
    "placement_rate": "0",
    "graduates": "120",
    "outcomes_year": "2025",
    "occupation": "VLSI design engineer",
}
INVESTOR = {
    "ticket_currency": "INR",
    "ticket_min": "50 lakh",
    "ticket_sweet": "1 crore",
    "ticket_max": "2 crore",
    "instruments": ["ccps", "equity"],
    "lead_role": "lead",
    "cheques_a_year": "6",
    "decision_weeks": "8",
    "open_until": "2027-12-31",
    "exclusions": "Weapons",
}
# Amounts as they could leak: stored, typed, in words.
CANARIES = ("432100000", "4.321", "4.32 M", "77777777", "7.78")


def answer(world, organization, owner, answers):
    return world.sign_in(owner).post(f"/organizations/{organization.id}/edit/details", data=answers)


def page(client, organization) -> str:
    return client.get(f"/organizations/{organization.id}").text


def test_terms_of_a_raise_are_shown_to_owners_of_listed_investors_and_to_nobody_else(
    app, world, client
) -> None:
    owner, investor, stranger = world.user(), world.user(), world.user()
    startup = world.organization(Country.INDIA, Kind.STARTUP, owner=owner)
    world.organization(Country.UNITED_STATES, Kind.INVESTOR, owner=investor)
    assert answer(world, startup, owner, STARTUP).status_code == 303
    public = page(client, startup)
    assert "Recognized deep-tech startup" in public
    assert "Validation" in public
    for reader in (client, world.sign_in(stranger)):
        text = page(reader, startup) + reader.get("/organizations").text
        assert not [word for word in (*CANARIES, "SAFE", "fit with your stated thesis") if word in text]
    seen = page(world.sign_in(investor), startup)
    assert "$4.32 M" in seen
    assert "fit with your stated thesis" in seen
    with app.app_context():
        for file in (exports.as_csv(), exports.as_json_lines()):
            text = b"".join(file).decode()
            assert not [word for word in (*CANARIES, "safe", "2027-03-31") if word in text]


def test_an_indian_firm_gets_its_class_from_both_figures_and_others_do_not_see_them(
    app, world, client
) -> None:
    owner = world.user()
    firm = world.organization(Country.INDIA, Kind.SME, owner=owner)
    sent = {"size_class": "micro", "plant_investment": "1.2345 crore", "turnover": "77.7 crore"}
    assert answer(world, firm, owner, {**sent, "nic_code": "26101"}).status_code == 303
    with app.app_context():
        assert db.session.get_one(Organization, firm.id).size_class is SizeClass.SMALL
    text = page(client, firm)
    assert "26101" in text
    assert "1.23" not in text
    assert "77.7" not in text


def test_a_us_firm_claims_its_size_with_a_code_and_a_day(app, world, client) -> None:
    owner = world.user()
    firm = world.organization(Country.UNITED_STATES, Kind.SME, owner=owner)
    assert answer(world, firm, owner, {"size_claimed_on": "2026-04-01"}).status_code == 422
    sent = {"size_class": "small", "naics_code": "334413", "size_claimed_on": "2026-04-01"}
    assert answer(world, firm, owner, sent).status_code == 303
    assert "Small, by its own word of 1 Apr 2026" in page(client, firm)


def test_a_program_tells_what_became_of_its_learners(app, world, client) -> None:
    owner = world.user()
    program = world.organization(Country.INDIA, Kind.SKILL_PROGRAM, owner=owner)
    assert answer(world, program, owner, PROGRAM).status_code == 303
    text = page(client, program)
    for words in (
        "420 hours, 14 credits",
        "Kannada, English",
        "11 Jan 2027, 5 Jul 2027",
        "₹25,000",
        "91 of 100 complete it, 0 of 100 graduates find work, 120 graduates a year (2025)",
        "VLSI design engineer",
    ):
        assert words in text


def test_an_investor_tells_its_pace_and_what_it_leaves_out(app, world, client) -> None:
    owner = world.user()
    investor = world.organization(Country.INDIA, Kind.INVESTOR, owner=owner)
    assert answer(world, investor, owner, INVESTOR).status_code == 303
    text = page(client, investor)
    for words in ("₹1 crore", "Priced equity", "Leads rounds", "8 weeks", "31 Dec 2027", "Weapons"):
        assert words in text


@pytest.mark.parametrize(
    ("kind", "answers", "message"),
    [
        ("investor", {**INVESTOR, "ticket_sweet": "10 lakh"}, "usual ticket is smaller than the smallest"),
        ("investor", {**INVESTOR, "ticket_sweet": "3 crore"}, "largest ticket is smaller than the usual"),
        ("skill_program", {**PROGRAM, "completion_rate": "101"}, "between 0 and 100"),
        ("skill_program", {**PROGRAM, "outcomes_year": ""}, "Say below which year this is of"),
        ("skill_program", {"intake_dates": "2027-02-30"}, "Write each day like"),
        ("skill_program", {"fee_amount": "25000"}, "Choose the currency above"),
        ("startup", {"raise_amount": "5 crore"}, "Choose the currency above"),
        ("startup", {"turnover": "$5M"}, "Give this amount in rupees"),
        ("sme", {"nic_code": "26A"}, "Give two to 5 digits"),
    ],
)
def test_answers_that_cannot_be_are_refused_in_words(app, world, kind, answers, message) -> None:
    owner = world.user()
    organization = world.organization(Country.INDIA, Kind(kind), owner=owner)
    response = answer(world, organization, owner, answers)
    assert response.status_code == 422
    assert message in response.text


@pytest.mark.parametrize(
    ("columns", "count"),
    [
        ({"recognition": Recognition.STARTUP, "founded_year": 2000, "turnover": 201 * CRORE}, 2),
        ({"recognition": Recognition.DEEP_TECH, "founded_year": 2020, "turnover": 201 * CRORE}, 0),
        ({"recognition": Recognition.NONE, "founded_year": 1950}, 0),
    ],
)
def test_a_recognition_that_should_have_ended_is_asked_about_and_not_refused(columns, count) -> None:
    organization = Organization(kind=Kind.STARTUP, country=Country.INDIA, **columns)
    assert len(publication.doubts_of(organization)) == count


@pytest.mark.parametrize(("ticket", "count"), [(CRORE, 0), (26 * CRORE, 1), (CRORE // 100, 1)])
def test_an_angel_fund_outside_its_limits_is_asked_about(ticket, count) -> None:
    organization = Organization(
        kind=Kind.INVESTOR,
        country=Country.INDIA,
        investor_type=InvestorType.ANGEL_GROUP,
        ticket_currency="INR",
        ticket_min=ticket,
    )
    assert len(publication.doubts_of(organization)) == count
