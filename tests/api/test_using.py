"""What programs do: the same as their people on the pages, with the same rules and the same secrets."""

from __future__ import annotations

from urllib.parse import quote

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEvent
from app.db import db
from app.introductions.models import Answer
from app.matching.models import MatchState
from app.organizations.identifiers import Scheme
from app.organizations.models import Identifier, MemberRole, Organization, ProfileState
from app.taxonomy import Country, Kind

PROFILE = {
    "region_code": "US-TX",
    "summary": "Chips in small series.",
    "technologies": ["semiconductors"],
    "sector": "electronics",
}


def test_an_organization_is_begun_filled_in_and_handed_in(app, world) -> None:
    program = world.program_of(world.user())
    made = program.post(
        "/api/v1/organizations", json={"kind": "sme", "country": "US", "name": " Lone  Star "}
    )
    assert (made.status_code, made.json["state"], made.json["name"]) == (201, "draft", "Lone Star")
    url = made.headers["Location"]
    early = program.post(f"{url}/submit", json={})
    assert early.status_code == 422
    assert {one["field"] for one in early.json["errors"]} >= {"region_code", "summary", "technologies"}
    changed = program.patch(url, json=PROFILE, headers={"If-Match": made.headers["ETag"]})
    assert changed.status_code == 200
    assert {name: changed.json[name] for name in PROFILE} == PROFILE
    assert program.post(f"{url}/briefs", json={"side": "offer", "title": "Wafers"}).status_code == 201
    handed_in = program.post(f"{url}/submit", json={"note": "Ready"})
    assert (handed_in.status_code, handed_in.json["state"]) == (200, "submitted")
    assert program.get("/api/v1/me/organizations").json["organizations"][0]["gaps"] == []
    with app.app_context():
        actions = set(db.session.scalars(sa.select(AuditEvent.action)))
    assert actions >= {
        "organization.created",
        "organization.saved",
        "organization.brief_added",
        "listing.submitted",
    }


def test_what_is_read_can_be_sent_back_and_changes_nothing(app, world) -> None:
    owner = world.user()
    fund = world.organization(
        kind=Kind.INVESTOR,
        owner=owner,
        ticket_min=5_000_000,
        ticket_max=500_000_000,
        ticket_currency="INR",
        stages=["seed"],
        invests_in=["US", "global"],
        website="https://fund.example",
    )
    program, url = world.program_of(owner), f"/api/v1/organizations/{fund.id}"
    read = program.get(url)
    asked = ("name", "city", "website", "summary", "technologies", "stages", "ticket_min", "ticket_max")
    same = {name: read.json[name] for name in (*asked, "currency", "invests_in", "thesis", "open_until")}
    answered = program.patch(url, json=same, headers={"If-Match": read.headers["ETag"]})
    assert (answered.status_code, answered.headers["ETag"]) == (200, read.headers["ETag"])
    emptied = program.patch(url, json={"ticket_max": None, "stages": []}, headers={"If-Match": "*"})
    assert (emptied.json["ticket_max"], emptied.json["stages"], emptied.json["ticket_min"]) == (
        None,
        [],
        5_000_000,
    )


def test_two_who_change_at_once_do_not_overwrite_each_other(program) -> None:
    etag = program.own("GET").headers["ETag"]
    first = program.own("PATCH", "", {"city": "Pune"}, If_Match=etag)
    second = program.own("PATCH", "", {"city": "Thane"}, If_Match=etag)
    assert (first.status_code, second.status_code) == (200, 412)
    assert program.own("PATCH", "", {"city": "Thane"}).status_code == 428
    assert program.own("GET").json["city"] == "Pune"


def test_needs_are_added_changed_and_ended(program) -> None:
    wishes = [{"aspect": "state", "weight": "prefer", "values": ["US-TX", "US-CA"]}]
    body = {"side": "need", "title": "Cleanroom", "trl": 4, "cooperation": "technology", "wishes": wishes}
    added = program.own("POST", "/briefs", body)
    assert added.status_code == 201
    path = f"/briefs/{added.json['id']}"
    changed = program.own("PATCH", path, {"trl": None, "detail": "ISO 5"}, If_Match=added.headers["ETag"])
    assert changed.json == {**added.json, "trl": None, "detail": "ISO 5"}
    assert program.own("PATCH", path, {"trl": 5}, If_Match=added.headers["ETag"]).status_code == 412
    assert program.own("POST", "/briefs", body).json["detail"] == "You have one of this title already."
    assert "Cleanroom" in program.own("GET").json["needs"]
    assert program.own("POST", f"{path}/end").status_code == 204
    assert program.own("GET", path).status_code == 404
    assert "Cleanroom" not in [one["title"] for one in program.own("GET", "/briefs").json["needs"]]


def test_a_request_that_is_sent_again_happens_once(app, program) -> None:
    body = {"kind": "startup", "country": "IN", "name": "Twice"}
    first, again = (program.ask("POST", "/organizations", body, Idempotency_Key="a-1") for _ in "12")
    assert (first.status_code, again.status_code) == (201, 201)
    assert (first.data, first.headers["Location"]) == (again.data, again.headers["Location"])
    assert again.headers["Idempotent-Replay"] == "true"
    other = program.ask("POST", "/organizations", {**body, "name": "Thrice"}, Idempotency_Key="a-1")
    assert other.status_code == 422
    assert program.ask("POST", "/organizations", body, Idempotency_Key="ä b").status_code == 422
    refused = program.ask("POST", "/organizations", {**body, "kind": "bank"}, Idempotency_Key="a-2")
    mended = program.ask("POST", "/organizations", {**body, "name": "Quince"}, Idempotency_Key="a-2")
    assert (refused.status_code, mended.status_code) == (422, 201)
    with app.app_context():
        names = db.session.scalars(
            sa.select(Organization.name).where(Organization.state == ProfileState.DRAFT)
        )
        assert sorted(names) == ["Quince", "Twice"]


def test_who_registers_what_is_there_is_asked_to_look(program) -> None:
    body = {"kind": "startup", "country": "IN", "name": program.organization.name}
    warned = program.ask("POST", "/organizations", body)
    assert warned.status_code == 409
    assert warned.json["alike"] == [{"id": program.organization.id, "name": program.organization.name}]
    assert program.ask("POST", "/organizations", {**body, "is_another": True}).status_code == 201


def test_register_numbers_are_whole_for_owners_and_masked_for_editors(app, world, program) -> None:
    editor = world.user()
    world.member(program.organization, editor, MemberRole.EDITOR)
    body = {"scheme": "lei", "value": "213800kud8lajwsq9d15"}
    stated = program.own("POST", "/identifiers", body)
    assert (stated.status_code, stated.json["value"]) == (201, "213800KUD8LAJWSQ9D15")
    masked = world.program_of(editor).get(f"/api/v1/organizations/{program.organization.id}/identifiers")
    assert masked.json["identifiers"][0]["value"] == "•" * 18 + "15"
    stranger = world.program_of(world.user())
    seen = stranger.get(f"/api/v1/organizations/{program.organization.id}")
    assert seen.json["registers"] == [{"name": "LEI", "is_confirmed": False}]
    assert "9D15" not in seen.text
    wrong = program.own("POST", "/identifiers", {"scheme": "in-pan", "value": "ABCDE1234F"})
    assert (wrong.status_code, wrong.json["errors"][0]["field"]) == (422, "value")
    foreign = program.own("POST", "/identifiers", {"scheme": Scheme.EIN.value, "value": "12-3456789"})
    assert (foreign.status_code, foreign.json["errors"][0]["field"]) == (422, "scheme")
    assert program.own("DELETE", f"/identifiers/{stated.json['id']}").status_code == 204
    with app.app_context():
        assert db.session.scalars(sa.select(Identifier)).all() == []


def test_strangers_read_what_the_page_shows_and_no_more(world, program) -> None:
    raising = world.organization(is_raising=True, raise_amount=700_000_000, raise_currency="INR")
    draft = world.organization(state=ProfileState.DRAFT)
    stranger, fund_owner = world.user(), world.user()
    world.organization(kind=Kind.INVESTOR, owner=fund_owner)
    reading, funding = world.program_of(stranger), world.program_of(fund_owner)
    seen = reading.get(f"/api/v1/organizations/{raising.id}")
    assert (seen.json["raise_terms"], seen.json["state"], seen.json["role"]) == (None, None, None)
    assert "ETag" not in seen.headers
    assert funding.get(f"/api/v1/organizations/{raising.id}").json["raise_terms"]["amount"] == 700_000_000
    missing, hidden = (reading.get(f"/api/v1/organizations/{id_}") for id_ in (10**6, draft.id))
    assert (missing.status_code, hidden.status_code) == (404, 404)
    assert missing.json["detail"] == hidden.json["detail"]
    assert reading.get(f"/api/v1/organizations/{program.organization.id}/matches").status_code == 404


def test_the_directory_is_read_page_by_page(world, program) -> None:
    names = [f"Firm {number:02}" for number in range(45)]
    for name in names:
        world.organization(Country.UNITED_STATES, Kind.SME, name=name)
    query = "/organizations?kind=sme&country=US&sort=name"
    first = program.ask("GET", query).json
    second = program.ask("GET", f"{query}&after={quote(first['after'])}").json
    found = [one["name"] for one in (*first["organizations"], *second["organizations"])]
    assert (first["count"], found, second["after"]) == (45, names, None)


@pytest.fixture
def match(world, program):
    """An approved match of the program's organization, and a program of the other side."""
    partner = world.user()
    other = world.organization(
        Country.UNITED_STATES,
        owner=partner,
        name="Quillfeather Optics",
        website="https://quillfeather.example",
    )
    found = world.match(program.organization, other, MatchState.APPROVED)
    return found, other, world.program_of(partner)


def test_a_match_names_nobody_until_both_said_yes(program, match) -> None:
    found, other, partner = match
    listed = program.own("GET", "/matches")
    assert listed.json["matches"][0]["standing"] == "to_answer"
    assert "uillfeather" not in listed.text
    yes = program.own("POST", f"/matches/{found.id}/answer", {"says": "yes"})
    assert (yes.status_code, yes.json["standing"], yes.json["partner"]["name"]) == (200, "said_yes", None)
    url = f"/api/v1/organizations/{other.id}/matches/{found.id}/answer"
    assert partner.post(url, json={"says": "yes"}).json["standing"] == "introduced"
    met = program.own("GET", f"/matches/{found.id}").json["partner"]
    assert (met["name"], met["website"]) == ("Quillfeather Optics", "https://quillfeather.example")
    assert met["contact_email"].endswith("@example.org")
    no = program.own("POST", f"/matches/{found.id}/answer", {"says": "no", "reason": "other"})
    assert no.status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"says": "perhaps"}, "says"),
        ({"says": "not_now"}, "until"),
        ({"says": "not_now", "until": "2020-01-01"}, "until"),
        ({"says": "not_now", "until": "2027-02-29"}, "until"),
        ({"says": "no"}, "reason"),
        ({"says": "no", "reason": "bored"}, "reason"),
        ({"says": "no", "reason": "other", "note": "x" * 1001}, "note"),
        ({"says": "yes", "reason": "other"}, "reason"),
        ({"says": "yes", "score": 1}, "score"),
    ],
)
def test_an_answer_that_makes_no_sense_is_refused_by_field(app, program, match, body, field) -> None:
    answered = program.own("POST", f"/matches/{match[0].id}/answer", body)
    assert answered.status_code == 422
    assert field in {one["field"] for one in answered.json["errors"]}
    with app.app_context():
        assert db.session.scalars(sa.select(Answer)).all() == []


def test_a_no_keeps_its_reason_to_itself(app, program, match) -> None:
    found, other, partner = match
    body = {"says": "no", "reason": "competitor", "note": "They build the same"}
    assert program.own("POST", f"/matches/{found.id}/answer", body).json["standing"] == "declined"
    told = partner.get(f"/api/v1/organizations/{other.id}/matches/{found.id}")
    assert told.json["standing"] == "closed"
    assert "competitor" not in told.text
    assert "They build" not in told.text


def test_a_list_takes_as_many_statements_at_any_length(world, program, count_queries) -> None:
    paths = ("/organizations", "/me/organizations", f"/organizations/{program.organization.id}/matches")

    def grow(times: int) -> list[int]:
        for _ in range(times):
            world.match(program.organization, world.organization(Country.UNITED_STATES), MatchState.APPROVED)
            world.organization(owner=program.owner)
        # What is kept in memory is brought up to date by the first who asks.
        assert {program.ask("GET", path).status_code for path in paths} == {200}
        return [count_queries(lambda path=path: program.ask("GET", path)) for path in paths]

    assert grow(1) == grow(8)
