"""`flask organizations export`: public columns only, and what it writes an import takes back unchanged."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import forms
from app.db import db
from app.organizations import brief_lines, exports, imports, records, schemas
from app.organizations.models import Aspect, Brief, Organization, ProfileState, Side, Weight
from app.taxonomy import Country, InvestorType, Kind, Stage
from app.taxonomy.exchange import CooperationType, IpStatus, MoneyFlow
from app.taxonomy.value_chain import SEGMENTS
from tests.conftest import empty

AWKWARD = [
    '=HYPERLINK("http://evil.example")',
    "+91 Labs",
    "-1",
    "@SUM(A1)",
    "'=1",
    "👩\u200d🔬 👍🏽 🇮🇳",
    "क\u094dष\u0947त\u094dर ₹",
    "\u200fשלום\u200e, عربي",
    'a "b" c, d; e | f',
    "one\n\n  two\tthree",
    "[1, 2]",
    "'quoted'",
    "NULL",
]


def export(app, form: str, *options: str) -> bytes:
    outcome = app.test_cli_runner().invoke(args=["organizations", "export", "--format", form, *options])
    assert outcome.exit_code == 0, outcome.output
    return outcome.stdout_bytes


def load(app, content: bytes, name: str) -> imports.Tally:
    refusals: list[imports.Refusal] = []
    with app.app_context():
        job = imports.OrganizationImport(refusals.append)
        for _ in job.run(records.read(io.BytesIO(content), name)):
            db.session.commit()
    assert refusals == []
    return job.tally


@pytest.fixture
def awkward(world):
    """Organizations of every kind whose texts are made to break files."""
    for number, text in enumerate(AWKWARD):
        made = world.organization(
            Country.INDIA if number % 2 else Country.UNITED_STATES,
            list(Kind)[number % 4],
            external_id=f"x{number}",
            name=" ".join(text.split()),
            city=" ".join(text.split()),
            summary=text,
            description=text * 30,
            offers=text,
            needs=f"{text}\n{text}",
            thesis=text,
            tags=[" ".join(text.split()), "plain"],
            skills=[" ".join(text.split())],
            stage=list(Stage)[number % 9],
            stages=["seed", "series_a"],
            investor_type=list(InvestorType)[number % 12],
            ticket_min=number,
            ticket_max=10**15,
            ticket_currency="INR",
            invests_in=["IN", "global", "Côte d'Ivoire"],
            website="https://example.org/a?b=c",
            level=4.5,
            seats=0,
            founded_year=1999,
            is_illustrative=number % 3 == 0,
            technologies=["semiconductors", "ai"] if number % 2 else [],
        )
        for side in Side:
            detailed(world, made, side, text)


def detailed(world, organization, side: Side, text: str) -> None:
    """The first line of a side as a record that says all that one can."""
    title = brief_lines.titles_in(text)[0]
    wishes = [
        (Aspect.STATE, "IN-KA", Weight.MUST),
        (Aspect.TRL, "6", Weight.PREFER),
        (Aspect.KIND, "investor", Weight.MUST),
    ]
    world.brief(
        organization,
        title,
        side=side,
        wishes=wishes,
        detail=forms.clean(text),
        cooperation=CooperationType.BUSINESS,
        money_flow=MoneyFlow.WE_PAY,
        ip_status=IpStatus.KNOW_HOW,
        technologies=["ai"],
        segment=next(iter(SEGMENTS)),
        trl=4,
        partnership_kinds=["supply", "pilot"],
        valid_until=date(2028, 2, 29),
    )


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_an_export_taken_back_is_the_same_everywhere(app, awkward, form) -> None:
    first = export(app, form)
    assert load(app, first, f"rows.{form}").unchanged == len(AWKWARD)
    with app.app_context():
        empty(db.engine)
    assert load(app, first, f"rows.{form}").new == len(AWKWARD)
    assert export(app, form) == first
    with app.app_context():
        full = db.session.scalars(sa.select(Brief).where(Brief.trl == 4)).all()
        assert len(full) == 2 * len(AWKWARD)
        assert {len(brief.wishes) for brief in full} == {3}


def test_details_of_needs_stay_unless_a_file_tells_others(app, world) -> None:
    organization = world.organization(external_id="x", needs="Wafers\nTest benches", offers="")
    detailed(world, organization, Side.NEED, "Wafers")
    row = json.loads(export(app, "jsonl"))
    silent = {**row, "needs": "Wafers\nLathes"}
    del silent["briefs"]
    assert load(app, json.dumps(silent).encode(), "a.jsonl").changed == 1
    assert json.loads(export(app, "jsonl"))["briefs"] == row["briefs"]
    other = {**silent, "briefs": [{"side": "need", "title": "Lathes", "trl": 7}]}
    assert load(app, json.dumps(other).encode(), "a.jsonl").changed == 1
    assert json.loads(export(app, "jsonl"))["briefs"] == other["briefs"]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("{", "list in JSON"),
        ({"side": "need"}, "must be a list"),
        ([{"side": "need", "title": "Nobody wrote this"}], "no line"),
        ([{"side": "need", "title": "Wafers", "price": 3}], "must be objects with"),
        ([{"side": "need", "title": "Wafers", "trl": 10}], "trl: must lie between 1 and 9"),
        ([{"side": "need", "title": "Wafers", "money_flow": "free"}], "money_flow: must be"),
        ([{"side": "need", "title": "Wafers", "valid_until": "2027-02-30"}], "valid_until"),
        ([{"side": "need", "title": "Wafers", "technologies": ["magic"]}], "technologies"),
        ([{"side": "need", "title": "Wafers", "wishes": [["state", "must"]]}], "wishes: must be objects"),
        (
            [
                {
                    "side": "need",
                    "title": "Wafers",
                    "wishes": [{"aspect": "state", "weight": "must", "value": "Mars"}],
                }
            ],
            "we do not know",
        ),
        ([{"side": "need", "title": "Wafers"}] * 2, "twice"),
    ],
)
def test_details_that_cannot_be_taken_are_refused_with_the_reason(told, reason) -> None:
    row = {"id": "1", "kind": "sme", "name": "Firm", "country": "IN", "needs": "Wafers", "briefs": told}
    with pytest.raises(schemas.RowRefused) as refused:
        schemas.profile_of(row)
    ((column, why),) = refused.value.errors
    assert column == "briefs"
    assert reason in why


def test_no_cell_of_the_csv_file_is_a_formula(app, awkward) -> None:
    text = export(app, "csv").decode("utf-8-sig")
    for row in csv.reader(io.StringIO(text, newline="")):
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_drafts_and_what_is_not_public_stay_inside(app, world) -> None:
    world.organization(state=ProfileState.DRAFT, name="Canary draft")
    owner = world.user(email="canary@example.org", name="Canary Person")
    listed = world.organization(owner=owner, is_raising=True, state=ProfileState.PAUSED)
    (row,) = map(json.loads, export(app, "jsonl").splitlines())
    assert row["name"] == listed.name
    assert row["id"] == f"sangam:{listed.id}"
    assert b"anary" not in export(app, "csv") + export(app, "jsonl")
    assert not row.keys() & {"is_raising", "state", "version", "created_at", "profile_changed_at"}


def test_an_export_in_several_pages_misses_nobody(app, world, monkeypatch) -> None:
    monkeypatch.setattr(exports, "_PAGE", 2)
    for _ in range(5):
        world.organization(technologies=["ai", "drones"])
    rows = [json.loads(line) for line in export(app, "jsonl").splitlines()]
    assert len({row["id"] for row in rows}) == 5
    assert all(row["technologies"] == ["ai", "drones"] for row in rows)


def test_an_empty_database_exports_a_header(app) -> None:
    assert export(app, "csv").decode("utf-8-sig").startswith("id,kind,name")
    assert export(app, "jsonl") == b""


def test_a_file_appears_only_when_complete(app, world, tmp_path, monkeypatch) -> None:
    world.organization()
    target = tmp_path / "all.csv"
    export(app, "csv", "--output", str(target))
    complete = target.read_bytes()
    monkeypatch.setattr(records, "neutralized", None)
    outcome = app.test_cli_runner().invoke(args=["organizations", "export", "--output", str(target)])
    assert outcome.exit_code == 1
    assert target.read_bytes() == complete
    assert list(tmp_path.iterdir()) == [target]


def test_a_place_that_cannot_be_written_is_told_in_one_line(app, tmp_path) -> None:
    target = tmp_path / "no" / "all.csv"
    outcome = app.test_cli_runner().invoke(args=["organizations", "export", "--output", str(target)])
    assert (outcome.exit_code, len(outcome.stderr.splitlines())) == (1, 1)


def _typed(most: int):
    """Text as forms leave it."""
    every = st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n=+-@'\"[;|")
    )
    return every.map(forms.clean).filter(lambda text: len(text) <= most)


def _line(most: int):
    return _typed(most).map(lambda text: " ".join(forms.clean(text).split())).filter(bool)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=_line(80),
    text=_typed(400),
    words=st.lists(_line(40), max_size=5, unique_by=lambda word: word.casefold()),
    form=st.sampled_from(["csv", "xlsx", "jsonl"]),
)
def test_whatever_people_type_survives_the_round_trip(app, world, name, text, words, form) -> None:
    with app.app_context():
        empty(db.engine)
    made = world.organization(
        kind=Kind.INVESTOR, external_id="x", name=name, summary=text, needs=text, thesis=text, tags=words
    )
    if brief_lines.titles_in(text):
        detailed(world, made, Side.NEED, text)
    content = export(app, form)
    assert load(app, content, f"rows.{form}").unchanged == 1
    with app.app_context():
        saved = db.session.scalars(sa.select(Organization)).one()
        assert (saved.name, saved.summary, saved.tags) == (name, text, words)
