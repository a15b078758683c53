"""What visitors see of an organization, and what they never see."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from app.organizations.models import MemberRole, ProfileState
from app.taxonomy import Country, InvestorType, Kind, Stage

RAISE = "Raising money now"
XSS = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg onload=alert(1)>"


def test_nothing_that_is_not_public_leaves_the_house(world, client) -> None:
    owner = world.user(email="canary-owner@example.org", name="Canary Owner")
    editor = world.user(email="canary-editor@example.org", name="Canary Editor")
    organization = world.organization(
        owner=owner,
        name="Open Works",
        external_id="canary-external",
        source="canary-source",
        is_raising=True,
    )
    world.member(organization, editor, MemberRole.EDITOR)
    typed = {"summary": "canary-draft", "description": "canary-draft"}
    world.sign_in(editor).post(f"/organizations/{organization.id}/draft/work", data=typed)
    hidden = world.organization(
        name="canary-name", summary="canary-summary", city="canary-city", state=ProfileState.DRAFT
    )
    visitors = [client, world.sign_in(world.user()), world.sign_in(owner)]
    for number, browser in enumerate(visitors):
        pages = [f"/organizations/{organization.id}", "/organizations", "/organizations?q=canary"]
        pages += [
            "/organizations?sort=newest",
            f"/organizations?after={hidden.id}-A",
            "/organizations?q=Open",
        ]
        for path in pages:
            text = browser.get(path).text
            for echo in ('value="canary"', "q=canary", "q%3Dcanary", "“canary”"):
                text = text.replace(echo, "")
            assert "canary" not in text.casefold(), path
            assert RAISE not in text or number == 2


def test_what_one_person_typed_is_not_shown_to_another_of_the_same_organization(world) -> None:
    owner, editor = world.user(), world.user()
    organization = world.organization(owner=owner)
    world.member(organization, editor, MemberRole.EDITOR)
    url = f"/organizations/{organization.id}"
    world.sign_in(editor).post(f"{url}/draft/work", data={"summary": "canary-draft"})
    browser = world.sign_in(owner)
    for path in ("", "/edit/work", "/edit/basics", "/edit/check", "/people"):
        assert "canary-draft" not in browser.get(url + path).text


@pytest.mark.parametrize(
    ("kind", "state", "role", "sees"),
    [
        (Kind.INVESTOR, ProfileState.LISTED, MemberRole.OWNER, True),
        (Kind.INVESTOR, ProfileState.LISTED, MemberRole.EDITOR, False),
        (Kind.INVESTOR, ProfileState.DRAFT, MemberRole.OWNER, False),
        (Kind.STARTUP, ProfileState.LISTED, MemberRole.OWNER, False),
    ],
)
def test_raise_terms_are_for_owners_of_listed_investors(world, kind, state, role, sees) -> None:
    startup = world.organization(is_raising=True)
    reader = world.user()
    world.member(world.organization(Country.UNITED_STATES, kind, state=state), reader, role)
    assert (RAISE in world.sign_in(reader).get(f"/organizations/{startup.id}").text) is sees


def test_script_in_any_field_is_shown_as_text(world, client) -> None:
    owner = world.user(name=XSS[:120])
    lines = {
        "name": XSS,
        "city": XSS,
        "summary": XSS,
        "description": XSS,
        "offers": XSS,
        "needs": XSS,
        "capabilities": XSS,
        "intake": XSS,
        "thesis": XSS,
        "certifications": [XSS],
        "skills": [XSS],
        "tags": [XSS],
        "invests_in": [XSS],
        "website": "javascript:alert(1)",
    }
    for kind in Kind:
        organization = world.organization(owner=owner, kind=kind, **lines)
        browser = world.sign_in(owner)
        url = f"/organizations/{organization.id}"
        pages = [client.get(url), client.get("/organizations"), browser.get("/organizations/mine")]
        pages += [
            browser.get(url + path) for path in ("/people", "/edit/check", "/edit/details", "/edit/basics")
        ]
        for page in pages:
            assert page.status_code == 200
            assert "<script>alert" not in page.text
            assert "<img src=x" not in page.text
            assert "<svg onload" not in page.text
            assert 'href="javascript' not in page.text
    assert "&lt;script&gt;" in client.get(url).text


def test_a_name_that_turns_the_line_around_is_set_apart(world, client) -> None:
    organization = world.organization(name="Chip \u202e gpj.exe")
    assert "<h1><bdi>Chip" in client.get(f"/organizations/{organization.id}").text


def test_the_kind_of_each_organization_has_its_facts(world, client) -> None:
    fund = world.organization(
        Country.INDIA,
        Kind.INVESTOR,
        investor_type=InvestorType.VC,
        stages=["seed"],
        ticket_min=500_000_000,
        ticket_max=15_000_000_000,
        ticket_currency="INR",
        invests_in=["US", "global"],
        is_illustrative=True,
    )
    page = client.get(f"/organizations/{fund.id}").text
    assert "₹50 lakh – ₹15 crore" in re.sub(r"<[^>]*>", "", page)
    assert "United States, global" in page
    assert "Illustrative" in page
    school = world.organization(kind=Kind.SKILL_PROGRAM, level=Decimal("4.5"), seats=40)
    page = client.get(f"/organizations/{school.id}").text
    assert "NSQF level" in page
    assert "4.5" in page
    startup = world.organization(stage=Stage.SERIES_A)
    assert "Series A" in client.get(f"/organizations/{startup.id}").text
