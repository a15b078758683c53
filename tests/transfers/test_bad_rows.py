"""Each family of bad input in one file: every row is told what is wrong with it, alike on both databases."""

from __future__ import annotations

import io
import json

import pytest
import sqlalchemy as sa

from app.accounts.models import Role
from app.db import db
from app.jobs.engine import jobs
from app.organizations import records
from app.organizations.models import Organization
from app.transfers.models import ImportRefusal, ImportRun

GOOD = {"kind": "sme", "name": "Firm", "country": "IN"}


def row(**cells: object) -> bytes:
    return json.dumps({**GOOD, **cells}).encode()


# Family, the line of the file, the field that is told, and how its reason begins; a good row has none.
ROWS = [
    (
        "B02",
        row(id="b02", description="x" * 100_000),
        "description",
        "has 100,000 characters; at most 20,000",
    ),
    ("B02", row(id="b02b", description="x" * 250_000), "", "is longer than any row can be"),
    ("B03", row(id="=1+1", name="@SUM(A1)"), None, ""),
    ("B04", b'{"id": "b04", "name": "Caf\xe9"}', "", "is not UTF-8: byte 0xE9 at character 27"),
    ("B06", b'{"id": "b06", "name": "Firm"', "", "is not JSON: "),
    ("B06", row(id="=1+1"), "id", "stands on line "),
    ("B07", row(id="b07", name="A\0B"), "name", "has control characters or broken characters"),
    ("B08", row(id="b08", name="A\ud800B"), "name", "has control characters or broken characters"),
    ("B09", row(id="b09", team_size=2**63), "team_size", "must lie between"),
    ("B09", row(id="b09b", team_size=float("nan")), "team_size", "must be a whole number, not an infinite"),
    ("B09", b'{"id": "b09c", "seats": 1e999}', "kind", "is missing"),
    ("B09", b'{"id": "b09d", "seats": ' + b"9" * 5000 + b"}", "", "has a number that is too long"),
    ("B09", row(id="b09e", level="-0.04"), "level", "must lie between"),
    ("B11", row(id="b11", name="Evil\u202e\u200b Firm"), None, ""),
    ("B11", row(id="b11b", name="\u202e\u200b"), "name", "is missing"),
    ("B13", row(id="b13", name="👩\u200d🔬 क्षेत्र 𝒳 " + "e" + "\u0301" * 100), None, ""),
    ("B16", b'{"id": "b16", "id": "other"}', "", "has 'id' twice"),
    ("B16", row(id="b16b", name=["Firm"]), "name", "must be text, not a list"),
    ("B16", row(id="b16c", tags={"a": 1}), "tags", "must be a list of texts"),
    ("B16", b'["b16d"]', "", "is not a JSON object"),
    ("B16", b"[" * 20_000, "", "is not JSON we can read: too deeply nested"),
    ("B17", row(id="b17", open_until="2027-02-29"), "open_until", "must be a day like"),
    ("B17", row(id="b17b", open_until="2027-06-31"), "open_until", "must be a day like"),
    ("B17", row(id="b17c", size_claimed_on="0000-01-01"), "size_claimed_on", "must be a day like"),
    ("B17", row(id="b17d", intake_dates=["2027-01-01T00:00+05:30"]), "intake_dates", "must be days like"),
    ("B17", row(id="b17e", founded_year=9999), "founded_year", "must lie between 1600 and"),
    ("B18", row(id="b18", website="javascript:alert(1)"), "website", "must be an address like"),
    ("B18", row(id="b18b", website="https://user:secret@example.org"), "website", "must be an address like"),
    (
        "B18",
        row(id="b18c", website="https://example.org/" + "a" * 10_000),
        "website",
        "has 10,020 characters",
    ),
    ("S10", row(id="s10", state="draft", verification="confirmed", raise_amount=5, turnover=7), None, ""),
]


@pytest.fixture
def refusals(app, world, monkeypatch):
    """What was said of each line of the file with all the rows."""
    # So that the test's own file stays small.
    monkeypatch.setattr(records, "MOST_JSON_LINE", 200_000)
    manager = world.user(Role.PROGRAM_MANAGER)
    browser = world.sign_in(manager)
    # A first row with every column, so that the page can map them.
    columns = (
        "description team_size seats level tags open_until size_claimed_on intake_dates founded_year website"
    )
    first = row(id="first", **dict.fromkeys(columns.split(), None))
    content = b"\n".join([first, *(line for _, line, *_ in ROWS)])
    sent = browser.post("/imports", data={"file": (io.BytesIO(content), "rows.jsonl")})
    assert sent.status_code == 303
    with app.app_context():
        header = db.session.scalars(sa.select(ImportRun)).one().header
    ours = {f"column-{number}": name for number, name in enumerate(header)}
    assert browser.post(f"{sent.location}/columns", data=ours).status_code == 303
    with app.app_context():
        jobs.run("transfers.work")
    assert browser.post(f"{sent.location}/start").status_code == 303
    with app.app_context():
        jobs.run("transfers.work")
        assert browser.get(f"{sent.location}").status_code == 200
        assert browser.get(f"{sent.location}/refused.csv").status_code == 200
        return {refusal.line: refusal.reasons for refusal in db.session.scalars(sa.select(ImportRefusal))}


def test_every_family_of_bad_input_is_told_with_line_field_and_reason(app, refusals) -> None:
    told = {}
    for line, (family, _content, field, reason) in enumerate(ROWS, 2):
        said = refusals.get(line, [])
        is_right = (
            not said if field is None else any(name == field and why.startswith(reason) for name, why in said)
        )
        if not is_right:
            told[line, family] = said
    assert told == {}
    with app.app_context():
        kept = dict(db.session.execute(sa.select(Organization.external_id, Organization.name)).all())
        state = db.session.scalars(sa.select(Organization).where(Organization.external_id == "s10")).one()
    assert kept["=1+1"] == "@SUM(A1)"
    assert kept["b11"] == "Evil Firm"
    assert kept["b13"].startswith("👩\u200d🔬 क्षेत्र 𝒳")
    assert len(kept) == 1 + sum(field is None for _, _, field, _ in ROWS)
    assert (state.is_listed, state.verification, state.raise_amount, state.turnover) == (
        True,
        "unverified",
        None,
        None,
    )
