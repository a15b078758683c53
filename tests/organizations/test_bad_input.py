"""What no form should choke on: each bad value is answered beside its field, on both databases."""

from __future__ import annotations

import pytest

from app import money
from app.db import db
from app.organizations import fields
from app.organizations.models import Organization
from app.taxonomy import Country, Kind

GOOD = {
    "basics": {"name": "Good", "region_code": "IN-KA"},
    "work": {"summary": "Good"},
    "exchange": {"offers": "Good"},
    "details": {},
}


@pytest.fixture
def send(world):
    """Post one field of one step of a fresh organization; gives status and page."""

    def post(kind: Kind, step: str, **answers: object):
        owner = world.user()
        organization = world.organization(kind=kind, owner=owner)
        url = f"/organizations/{organization.id}/edit/{step}"
        return world.sign_in(owner).post(url, data={**GOOD[step], **answers}), organization

    return post


@pytest.mark.parametrize(
    ("kind", "step", "field", "value"),
    [
        (Kind.STARTUP, "basics", "name", "A\x00B"),
        (Kind.STARTUP, "basics", "name", ""),
        (Kind.STARTUP, "basics", "name", "\u202e\u200b"),
        (Kind.STARTUP, "basics", "name", "x" * 10_000),
        (Kind.STARTUP, "basics", "region_code", "US-TX"),
        (Kind.STARTUP, "basics", "region_code", "\x00"),
        (Kind.STARTUP, "basics", "founded_year", "9" * 5000),
        (Kind.STARTUP, "basics", "founded_year", "9223372036854775808"),
        (Kind.STARTUP, "basics", "founded_year", "0"),
        (Kind.STARTUP, "basics", "founded_year", "1e9"),
        (Kind.STARTUP, "basics", "founded_year", "29 Feb"),
        (Kind.STARTUP, "basics", "team_size", "-1"),
        (Kind.STARTUP, "basics", "team_size", "9" * 30),
        (Kind.STARTUP, "basics", "team_size", "NaN"),
        (Kind.STARTUP, "basics", "website", "javascript:alert(1)"),
        (Kind.STARTUP, "basics", "website", "data:text/html,x"),
        (Kind.STARTUP, "basics", "website", "https://user:secret@example.org"),
        (Kind.STARTUP, "basics", "website", "https://example.org/" + "a" * 10_000),
        (Kind.STARTUP, "basics", "website", "https://[::1"),
        (Kind.STARTUP, "basics", "website", "http://127.0.0.1/"),
        (Kind.STARTUP, "basics", "website", "https://example.org:99999"),
        (Kind.STARTUP, "basics", "website", "\x00"),
        (Kind.STARTUP, "work", "summary", "x" * 301),
        (Kind.STARTUP, "work", "description", "a\x0bb"),
        (Kind.STARTUP, "work", "technologies", ["semiconductors", "astrology"]),
        (
            Kind.STARTUP,
            "work",
            "technologies",
            ["ai", "quantum", "space", "drones", "travel", "climate", "biotech"],
        ),
        (Kind.STARTUP, "work", "technologies", ["\x00"]),
        (Kind.STARTUP, "exchange", "needs", "\n".join(f"need {n}" for n in range(13))),
        (Kind.STARTUP, "exchange", "offers", "x" * 201),
        (Kind.STARTUP, "details", "stage", "unicorn"),
        (Kind.STARTUP, "details", "is_raising", "maybe"),
        (Kind.SME, "details", "sector", "magic"),
        (Kind.SME, "details", "certifications", ["ISO 1"]),
        (Kind.SME, "details", "other_certifications", "x" * 121),
        (Kind.SKILL_PROGRAM, "details", "level", "4.7"),
        (Kind.SKILL_PROGRAM, "details", "level", "sNaN"),
        (Kind.SKILL_PROGRAM, "details", "level", "9"),
        (Kind.SKILL_PROGRAM, "details", "seats", "1e999"),
        (Kind.SKILL_PROGRAM, "details", "seats", "-0.5"),
        (Kind.INVESTOR, "details", "ticket_min", "lots"),
        (Kind.INVESTOR, "details", "ticket_min", "50 lakh"),
        (Kind.INVESTOR, "details", "ticket_min", "9" * 5000),
        (Kind.INVESTOR, "details", "ticket_min", "Infinity"),
        (Kind.INVESTOR, "details", "ticket_currency", "EUR"),
        (Kind.INVESTOR, "details", "invests_in", ["XX"]),
        (Kind.INVESTOR, "details", "stages", ["seed", "seed", "zzz"]),
    ],
)
def test_a_bad_value_is_answered_beside_its_field_and_changes_nothing(
    app, send, kind, step, field, value
) -> None:
    response, organization = send(kind, step, **{field: value})
    assert response.status_code == 422
    assert f'id="{field}-error"' in response.text
    with app.app_context():
        assert db.session.get_one(Organization, organization.id).version == organization.version


@pytest.mark.parametrize(
    ("low", "high", "currency", "message"),
    [
        ("2 crore", "1 crore", "INR", "smaller than the smallest"),
        ("$250k", "$2M", "INR", "another currency"),
        ("$250k", "₹2 crore", "", "the same currency"),
        ("250k", "2M", "", "Choose the currency"),
    ],
)
def test_a_ticket_that_makes_no_sense_is_refused(send, low, high, currency, message) -> None:
    response, _ = send(Kind.INVESTOR, "details", ticket_min=low, ticket_max=high, ticket_currency=currency)
    assert response.status_code == 422
    assert message in response.text


def test_a_sign_in_the_amount_is_currency_enough(app, send) -> None:
    response, organization = send(Kind.INVESTOR, "details", ticket_min="$250k", ticket_max="$2M")
    assert response.status_code == 303
    with app.app_context():
        fund = db.session.get_one(Organization, organization.id)
        assert (fund.ticket_min, fund.ticket_max, fund.ticket_currency) == (25_000_000, 200_000_000, "USD")


@pytest.mark.parametrize(
    ("answers"),
    [
        {"kind": "bank"},
        {"country": "XX"},
        {"name": "\x00"},
        {"name": "x" * 201},
        {"kind": ""},
        {"country": ""},
    ],
)
def test_the_first_page_answers_beside_the_field_too(world, answers) -> None:
    sent = {"kind": "sme", "name": "Good", "country": "IN", **answers}
    response = world.sign_in(world.user()).post("/organizations/new", data=sent)
    assert response.status_code == 422
    assert f'id="{next(iter(answers))}-error"' in response.text


def test_a_list_where_one_value_belongs_gives_its_first(app, send) -> None:
    response, organization = send(Kind.STARTUP, "basics", name=["One", "Two"])
    assert response.status_code == 303
    with app.app_context():
        assert db.session.get_one(Organization, organization.id).name == "One"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("example.org", "https://example.org"),
        ("HTTP://Example.ORG/", "http://example.org"),
        ("https://bücher.example/ä?q=ü", "https://xn--bcher-kva.example/%C3%A4?q=%C3%BC"),
        ("https://аррӏе.example", "https://xn--80ak6aa92e.example"),
        ("example.org:8443/path", "https://example.org:8443/path"),
    ],
)
def test_web_addresses_take_one_form_that_shows_look_alikes(typed, kept) -> None:
    assert fields.website(typed) == kept


@pytest.mark.parametrize(
    ("typed", "minor", "currency"),
    [
        ("1.5 crore", 1_500_000_000, None),
        ("50 lakh", 500_000_000, None),
        ("2M", 200_000_000, None),
        ("250k", 25_000_000, None),
        ("₹ 1,50,00,000", 1_500_000_000, "INR"),
        ("$2,500,000", 250_000_000, "USD"),
        ("5 million USD", 500_000_000, "USD"),
        ("Rs. 20 lakhs", 200_000_000, "INR"),
        ("0", 0, None),
    ],
)
def test_amounts_are_read_as_people_write_them(typed, minor, currency) -> None:
    assert money.parse_amount(typed) == (minor, currency)


@pytest.mark.parametrize(
    "typed", ["", "1,5", "-5", "1 zillion", "1.234567891", "9999999999 crore", "१ करोड़ x"]
)
def test_amounts_nobody_can_mean_are_refused(typed) -> None:
    with pytest.raises(ValueError, match=r"^"):
        money.parse_amount(typed)


@pytest.mark.parametrize("currency", ["INR", "USD"])
@pytest.mark.parametrize("minor", [0, 1, 99, 123_456_789, 1_500_000_000, 25_000_000, 10**15])
def test_an_amount_comes_back_as_it_was(minor, currency) -> None:
    assert money.parse_amount(money.amount_words(minor, currency))[0] == minor


def test_an_organization_of_the_other_country_has_its_own_states(world) -> None:
    owner = world.user()
    organization = world.organization(Country.UNITED_STATES, owner=owner)
    page = world.sign_in(owner).get(f"/organizations/{organization.id}/edit/basics").text
    assert "US-TX" in page
    assert "IN-KA" not in page
