"""Each family of bad input by form, API and file: the same value is refused by all three, on both databases."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import pytest

from app.db import db
from app.organizations import records
from app.organizations.models import Organization
from app.organizations.schemas import RowRefused, profile_of
from app.taxonomy import Country, Kind

# Family, kind, the form's step ("" where no form can send it), column, value, and how the message begins.
WRONG: list[tuple[str, Kind, str, str, Any, str]] = [
    ("B02", Kind.SME, "work", "description", "x" * 100_000, "has 100,000 characters; at most 20,000 are"),
    ("B07", Kind.SME, "basics", "name", "A\0B", "has control characters or broken characters"),
    # A browser's form is read as UTF-8, where a half character becomes a sign that says so.
    ("B08", Kind.SME, "", "name", "A\ud800B", "has control characters or broken characters"),
    ("B09", Kind.SME, "basics", "team_size", 2**63, "must lie between 0 and"),
    ("B09", Kind.SME, "basics", "team_size", -1, "must lie between 0 and"),
    ("B09", Kind.SME, "basics", "team_size", 1.5, "must be a whole number, not a fraction"),
    ("B09", Kind.SKILL_PROGRAM, "details", "level", -0.04, "must lie between 1 and 8"),
    ("B09", Kind.INVESTOR, "", "ticket_max", 10**16, "must lie between 0 and"),
    ("B11", Kind.SME, "basics", "name", "\u202e\u200b", "is missing"),
    ("B16", Kind.SME, "", "name", ["Firm"], "must be text, not a list"),
    ("B16", Kind.SME, "", "certifications", {"a": 1}, "must be a list"),
    ("B16", Kind.SME, "basics", "team_size", "many", "must be a whole number, not text"),
    ("B16", Kind.STARTUP, "details", "is_raising", "maybe", "must be true or false"),
    ("B17", Kind.INVESTOR, "details", "open_until", "2027-02-29", "must be a day like"),
    ("B17", Kind.INVESTOR, "details", "open_until", "2027-06-31", "must be a day like"),
    ("B17", Kind.SME, "details", "size_claimed_on", "0000-01-01", "must be a day like"),
    ("B17", Kind.SKILL_PROGRAM, "details", "intake_dates", ["2027-01-01T00:00+05:30"], "must be days like"),
    ("B17", Kind.SME, "basics", "founded_year", 9999, "must lie between 1600 and"),
    ("B18", Kind.SME, "basics", "website", "javascript:alert(1)", "must be an address like"),
    ("B18", Kind.SME, "basics", "website", "data:text/html,x", "must be an address like"),
    ("B18", Kind.SME, "basics", "website", "https://user:secret@example.org", "must be an address like"),
    ("B18", Kind.SME, "basics", "website", "https://[::1", "must be an address like"),
    ("B18", Kind.SME, "basics", "website", f"https://example.org/{'a' * 10_000}", "has 10,020 characters"),
    ("B15", Kind.SME, "basics", "website", "a" * 50_000 + "!", "has 50,001 characters"),
]
GOOD = {"basics": {"name": "Good", "region_code": "US-CA"}, "work": {"summary": "Good"}, "details": {}}


@pytest.fixture
def of_each_kind(world):
    """(a program, a browser, the organization) of each kind, of one owner."""
    owner = world.user()
    rows = {kind: world.organization(Country.UNITED_STATES, kind, owner=owner) for kind in Kind}
    return world.program_of(owner), world.sign_in(owner), rows


def told_by_api(client: Any, organization: Organization, body: bytes) -> tuple[int, list[dict[str, str]]]:
    response = client.patch(
        f"/api/v1/organizations/{organization.id}",
        data=body,
        content_type="application/json",
        headers={"If-Match": "*"},
    )
    assert response.mimetype == "application/problem+json"
    return response.status_code, response.json["errors"]


def told_by_file(kind: Kind, column: str, value: Any) -> list[tuple[str, str]]:
    row = {"id": "1", "kind": kind.value, "name": "Good", "country": "US", column: value}
    (record,) = records.read(io.BytesIO(json.dumps(row).encode()), "rows.jsonl")
    if record.problem:
        return [record.problem]
    with pytest.raises(RowRefused) as refused:
        profile_of(record.cells)
    return refused.value.errors


def told_by_form(browser: Any, organization: Organization, step: str, column: str, value: Any) -> bool:
    sent = value if isinstance(value, list) else str(value).encode("utf-8", "surrogatepass")
    url = f"/organizations/{organization.id}/edit/{step}"
    response = browser.post(url, data={**GOOD[step], column: sent})
    return response.status_code == 422 and f'id="{column}-error"' in response.text


def test_one_value_is_refused_by_form_api_and_file_with_the_same_reason(app, of_each_kind) -> None:
    client, browser, rows = of_each_kind
    wrong = []
    for family, kind, step, column, value, reason in WRONG:
        status, errors = told_by_api(client, rows[kind], json.dumps({column: value}).encode())
        by_api = [one["message"] for one in errors if one["field"] == column]
        by_file = [why for name, why in told_by_file(kind, column, value) if name == column]
        by_form = not step or told_by_form(browser, rows[kind], step, column, value)
        is_told = all(len(told) == 1 and told[0].startswith(reason) for told in (by_api, by_file))
        if status != 422 or not is_told or not by_form:
            wrong.append((family, column, status, errors, by_file, by_form))
    assert wrong == []
    with app.app_context():
        versions = {row.kind: db.session.get_one(Organization, row.id).version for row in rows.values()}
    assert set(versions.values()) == {1}


@pytest.mark.parametrize(
    ("body", "status", "field", "message"),
    [
        (b'{"team_size": NaN}', 422, "team_size", "must not be an infinite or undefined number"),
        (b'{"team_size": -Infinity}', 422, "team_size", "must not be an infinite or undefined number"),
        (b'{"team_size": 1e999}', 422, "team_size", "must not be an infinite or undefined number"),
        (b'{"team_size": ' + b"9" * 5000 + b"}", 422, "", "has a number that is too long"),
        (b'{"name": "A", "name": "B"}', 422, "", "has 'name' twice"),
        (b'["name"]', 422, "", "must be an object, not a list"),
        (b"[" * 100_000, 422, "", "is not JSON we can read: too deeply nested"),
        (b'{"name": ' + b"[" * 50 + b"]" * 50 + b"}", 422, "", "is not JSON we can read: too deeply nested"),
        (b'{"\\ud800": 1}', 422, "", "has control characters or broken characters that cannot be stored"),
        (b'{"stage": "unicorn"}', 422, "stage", "must be one of bootstrapped, grant, "),
        (b'{"technologies": ["astrology"]}', 422, "technologies.0", "is no technology we know"),
        (b'{"region_code": "US-TX"}', 422, "region_code", "is nothing we know for this organization"),
        (b'{"seats": 5}', 422, "seats", "is not asked of organizations of kind startup"),
        *(
            (json.dumps({name: 1}).encode(), 422, name, "is nothing that can be set here")
            for name in ("role", "program_id", "state", "status", "verification", "verified", "score", "id")
        ),
        (b'{"name": "Firm"', 400, None, "The body is not JSON: "),
        (b"", 400, None, "The body is not JSON: "),
        (b'{"name": "Caf\xe9"}', 400, None, "The body is not UTF-8: byte 0xE9 at place 14."),
        (b"\xff\xfe{\x00}\x00", 400, None, "The body is not UTF-8: byte 0xFF at place 1."),
        (b'\xef\xbb\xbf{"name": "Firm"}', 400, None, "The body is not JSON: "),
    ],
)
def test_json_that_cannot_be_taken_is_told_by_field(program, body, status, field, message) -> None:
    answered = program.own_raw("PATCH", body)
    assert answered.status_code == status
    told = {one["field"]: one["message"] for one in answered.json["errors"]}
    assert (answered.json["detail"] if field is None else told[field]).startswith(message)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}" + b" " * 1_100_000, {}, 413),
        (gzip.compress(b"{}"), {"Content-Encoding": "gzip"}, 415),
        (b"name=Firm", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"{}", {"Content-Type": ""}, 415),
        ("{}".encode("utf-16"), {"Content-Type": "application/json; charset=utf-16"}, 415),
        (b"{}", {"If-Match": "3"}, 422),
        (b"{}", {"If-Match": 'W/"1"'}, 422),
        (b"{}", {"If-Match": '"7"'}, 412),
        (b"{}", {"If-Match": '"' + "9" * 5000 + '"'}, 422),
        (b"{}", {"If-Match": ""}, 428),
    ],
)
def test_what_stands_around_a_body_is_looked_at_too(program, body, headers, status) -> None:
    answered = program.own_raw("PATCH", body, headers)
    assert (answered.status_code, answered.json["status"]) == (status, status)
    assert answered.mimetype == "application/problem+json"


def test_texts_in_every_script_are_kept_whole_and_disguises_taken_out(program) -> None:
    name = "👩\u200d🔬 क्षेत्र தமிழ் 𝒳 e" + "\u0301" * 100
    etag = program.own("GET").headers["ETag"]
    changed = program.own("PATCH", "", {"name": name, "city": "Evil\u202e\u200b City"}, If_Match=etag)
    assert changed.status_code == 200
    assert changed.json["name"].startswith("👩\u200d🔬 क्षेत्र தமிழ் 𝒳 é")
    assert changed.json["city"] == "Evil City"
    assert changed.headers["ETag"] != etag


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("q=a&q=b", "q"),
        ("q=a%00b", "q"),
        ("q=%ED%A0%80x%00", "q"),
        ("q=" + "a" * 101, "q"),
        ("kind=bank", "kind.0"),
        ("country=XX", "country.0"),
        ("technology=astrology", "technology.0"),
        ("region=IN-XX", "region.0"),
        ("not_stage=unicorn", "not_stage.0"),
        ("sort=;drop", "sort"),
        ("role=admin", "role"),
        ("certification=" + "&certification=".join(map(str, range(41))), "certification"),
    ],
)
def test_a_question_nobody_can_mean_is_refused(program, query, field) -> None:
    answered = program.ask("GET", f"/organizations?{query}")
    assert answered.status_code == 422
    assert field in {one["field"] for one in answered.json["errors"]}


def test_addresses_and_methods_that_are_not_there_are_problems_too(program) -> None:
    for method, path, status in [
        ("GET", "/nothing", 404),
        ("GET", "/organizations/0", 404),
        ("GET", "/organizations/" + "9" * 5000, 404),
        ("GET", "/organizations/99999999999999999999", 404),
        ("GET", "/organizations/%2e%2e/openapi.json", 404),
        ("PUT", "/organizations", 405),
        ("TRACE", "/organizations", 405),
        ("DELETE", f"/organizations/{program.organization.id}", 405),
    ]:
        answered = program.ask(method, path)
        assert (answered.status_code, answered.mimetype) == (status, "application/problem+json"), path[:60]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"side": "need", "title": ""}, "title"),
        ({"side": "need", "title": "x" * 201}, "title"),
        ({"side": "need", "title": "A\0"}, "title"),
        ({"side": "both", "title": "A"}, "side"),
        ({"side": "need", "title": "A", "trl": 10}, "trl"),
        ({"side": "need", "title": "A", "trl": "5"}, "trl"),
        ({"side": "need", "title": "A", "trl": 2**63}, "trl"),
        ({"side": "need", "title": "A", "valid_until": "2027-02-29"}, "valid_until"),
        ({"side": "need", "title": "A", "valid_until": "9999-12-31"}, "valid_until"),
        ({"side": "need", "title": "A", "technologies": ["astrology"]}, "technologies"),
        ({"side": "need", "title": "A", "segment": "magic"}, "segment"),
        ({"side": "need", "title": "A", "wishes": [{"aspect": "trl"}]}, "wishes.0.weight"),
        (
            {
                "side": "need",
                "title": "A",
                "wishes": [{"aspect": "state", "weight": "must", "values": ["X"]}],
            },
            "wishes.state",
        ),
        (
            {
                "side": "need",
                "title": "A",
                "wishes": [{"aspect": "trl", "weight": "must", "values": ["4", "5"]}],
            },
            "wishes.0.values",
        ),
        ({"side": "need", "title": "A", "score": 1}, "score"),
    ],
)
def test_a_need_that_makes_no_sense_is_refused_by_field(program, body, field) -> None:
    answered = program.own("POST", "/briefs", body)
    assert answered.status_code == 422
    assert field in {one["field"] for one in answered.json["errors"]}
