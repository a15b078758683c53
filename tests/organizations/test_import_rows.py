"""What a row may hold, and how other tables' words become ours."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.organizations.cells import Cells, joined, shortened
from app.organizations.schemas import RowRefused, link_of, profile_of
from app.taxonomy import InvestorType, Kind, Sector, SizeClass, Stage, TrainingMode, spellings

ROW = {"id": "c1", "kind": "startup", "name": "Kaveri Sensors", "country": "IN"}
INVESTOR = {**ROW, "kind": "investor"}


def values(**cells):
    return profile_of({**ROW, **cells}).values


def errors(**cells):
    with pytest.raises(RowRefused) as refused:
        profile_of({**ROW, **cells})
    return refused.value.errors


@pytest.mark.parametrize(
    ("words", "stage"),
    [
        ("angel", Stage.SEED),
        ("Seed / Angle Funding", Stage.SEED),
        ("Seed Round", Stage.SEED),
        ("pre-Series A", Stage.SEED),
        ("Pre seed round", Stage.PRE_SEED),
        ("incubated", Stage.PRE_SEED),
        ("series-a", Stage.SERIES_A),
        ("Seies A", Stage.SERIES_A),
        ("Pre-series B", Stage.SERIES_A),
        ("Seed Round & Series A", Stage.SERIES_A),
        ("Series B (Extension)", Stage.SERIES_B),
        ("series-c+", Stage.SERIES_C),
        ("Series D1", Stage.SERIES_C),
        ("Growth", Stage.GROWTH),
        ("PrivateEquity", Stage.GROWTH),
        ("post-ipo", Stage.LISTED),
        ("Grant", Stage.GRANT),
        *((stage.value, stage) for stage in Stage),
    ],
)
def test_rounds_are_understood_in_the_spellings_of_other_tables(words, stage) -> None:
    assert values(stage=words)["stage"] is stage


def test_an_unknown_word_of_an_optional_vocabulary_is_kept_as_a_tag() -> None:
    found = values(
        stage="venture", sector="Basketry", team_band="11-50", provider="IIT Madras", tags=["AI", "ai"]
    )
    assert (found["stage"], found["sector"]) == (None, None)
    assert found["tags"] == ["AI", "IIT Madras", "11-50 people", "venture", "Basketry"]


@pytest.mark.parametrize(
    "words", ["other", "Undisclosed", "https://docs.example.org/spreadsheets/d/1…", " - "]
)
def test_a_word_that_says_nothing_is_not_kept(words) -> None:
    assert values(stage=words)["tags"] == []


def test_an_investors_stage_lists_the_rounds_it_joins() -> None:
    found = values(kind="investor", stage="Pre-seed, Seed, Series+, Post…")
    assert found["stages"] == ["pre_seed", "seed", "series_a", "series_b"]
    assert found["stage"] is None


@pytest.mark.parametrize(
    ("words", "term"),
    [
        ("VC", InvestorType.VC),
        ("Multi-stage VC", InvestorType.VC),
        ("Angel Network", InvestorType.ANGEL_GROUP),
        ("Full-time operator, Angel", InvestorType.ANGEL),
        ("Incubator, Accelerator", InvestorType.ACCELERATOR),
        ("Family office", InvestorType.FAMILY_OFFICE),
        *((term.value, term) for term in InvestorType),
    ],
)
def test_investor_types_are_understood(words, term) -> None:
    assert values(kind="investor", investor_type=words)["investor_type"] is term


@pytest.mark.parametrize(
    ("words", "low", "high", "currency"),
    [
        ("$1M - $5M", 1_000_000, 5_000_000, "USD"),
        ("$5m-15 m", 5_000_000, 15_000_000, "USD"),
        ("$1KK - 5M", 1_000_000, 5_000_000, "USD"),
        ("$250K - 1.5M", 250_000, 1_500_000, "USD"),
        ("$300K - $1300K", 300_000, 1_300_000, "USD"),
        ("$100K", 100_000, 100_000, "USD"),
        ("$0 - $100K", 0, 100_000, "USD"),
        ("$INR 20-25 lacs", 2_000_000, 2_500_000, "INR"),
        ("₹2 crore - ₹10 crore", 20_000_000, 100_000_000, "INR"),
        ("$US100K up - US15 M", 100_000, 15_000_000, "USD"),
    ],
)
def test_cheque_ranges_become_minor_units_with_a_currency(words, low, high, currency) -> None:
    found = values(kind="investor", cheque_range=words)
    assert (found["ticket_min"], found["ticket_max"], found["ticket_currency"]) == (
        low * 100,
        high * 100,
        currency,
    )


@pytest.mark.parametrize("words", ["ask us", "$5M - $1M", "1 2 3", "$9999999999999B"])
def test_a_cheque_range_that_cannot_be_read_is_kept_as_a_tag_at_most(words) -> None:
    found = values(kind="investor", cheque_range=words)
    assert found["ticket_min"] is found["ticket_max"] is found["ticket_currency"] is None


@pytest.mark.parametrize(
    "region", ["Karnataka", "KARNATAKA", "Karnātaka", "Karna\u0304taka", "IN-KA", "in-ka", " Karnataka "]
)
def test_regions_are_found_by_code_and_name_with_or_without_diacritics(region) -> None:
    assert values(region=region)["region_code"] == "IN-KA"


def test_a_region_of_the_other_country_is_no_region_here() -> None:
    found = values(region="California")
    assert (found["region_code"], found["tags"]) == (None, ["California"])


def test_markets_keep_other_names_as_given() -> None:
    found = values(kind="investor", invests_in=["USA", "India", "Global", "US/Canada", "Côte d'Ivoire"])
    assert found["invests_in"] == ["US", "IN", "global", "Canada", "Côte d'Ivoire"]


def test_an_investors_description_is_its_thesis_unless_it_states_one() -> None:
    assert values(kind="investor", description="We back chips.")["thesis"] == "We back chips."
    assert values(kind="investor", summary="We back chips.")["thesis"] == "We back chips."
    assert values(kind="investor", description="We back chips.", thesis="Fabs")["thesis"] == "Fabs"
    assert values(description="We make chips.")["thesis"] == ""


def test_technologies_come_from_tags_and_labels_and_for_thin_rows_from_the_summary() -> None:
    assert profile_of({**ROW, "tags": ["VLSI"], "cet": ["quantum_computing"]}).technologies == [
        "quantum",
        "semiconductors",
    ]
    assert profile_of({**ROW, "summary": "Drone swarms"}).technologies == ["drones"]


def test_stated_technologies_are_taken_as_they_are_even_when_empty() -> None:
    assert profile_of({**ROW, "tags": ["VLSI"], "technologies": []}).technologies == []
    stated = profile_of({**ROW, "technologies": "drones; machine learning; knitting"})
    assert (stated.technologies, stated.values["tags"]) == (["ai", "drones"], ["knitting"])


def test_skills_of_a_course_are_its_title_and_subjects() -> None:
    course = {**ROW, "kind": "skill_program", "name": "VLSI Design — IIT Madras"}
    found = profile_of({**course, "tags": ["NPTEL", "Electrical Engineering", "Public, 2-year"]}).values
    assert found["skills"] == ["VLSI Design", "Electrical Engineering"]
    assert profile_of({**course, "name": "Howard College"}).values["skills"] == []


def test_own_columns_are_read_with_their_types() -> None:
    found = values(
        kind="sme",
        sector="electronics",
        size_class="Small",
        training_mode="on_site",
        level="4.5",
        seats="30",
        is_raising="no",
        ticket_min=100,
        ticket_max="200",
        currency="inr",
        certifications="ISO 9001; IATF 16949",
        capabilities="5-axis milling\r\nEMI tests",
    )
    assert found["kind"] is Kind.SME
    assert (found["sector"], found["size_class"]) == (Sector.ELECTRONICS, SizeClass.SMALL)
    assert (found["training_mode"], found["level"], found["seats"]) == (
        TrainingMode.ON_SITE,
        Decimal("4.5"),
        30,
    )
    assert (found["ticket_min"], found["ticket_max"], found["ticket_currency"]) == (100, 200, "INR")
    assert found["is_raising"] is False
    assert found["certifications"] == ["ISO 9001", "IATF 16949"]
    assert found["capabilities"] == "5-axis milling\nEMI tests"


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"id": ""}, "id", "missing"),
        ({"id": None}, "id", "missing"),
        ({"id": 7}, "id", "must be text, not a number"),
        ({"id": "x" * 81}, "id", "81 characters; at most 80"),
        ({"name": " \u200b\n"}, "name", "missing"),
        ({"name": "n" * 201}, "name", "at most 200"),
        ({"name": "a\0b"}, "name", "cannot be stored"),
        ({"name": "a\ud800b"}, "name", "cannot be stored"),
        ({"name": ["a"]}, "name", "must be text, not a list"),
        ({"kind": "club"}, "kind", "must be startup"),
        ({"country": "FR"}, "country", "must be IN or US"),
        ({"city": "c" * 121}, "city", "at most 120"),
        ({"description": "d" * 20_001}, "description", "at most 20,000"),
        ({"needs": "d" * 10_000_000}, "needs", "at most 20,000"),
        ({"founded_year": 99}, "founded_year", "between 1600"),
        ({"founded_year": 2999}, "founded_year", "between 1600"),
        ({"founded_year": "soon"}, "founded_year", "whole number, not text"),
        ({"founded_year": 2010.5}, "founded_year", "whole number, not a fraction"),
        ({"founded_year": True}, "founded_year", "not true or false"),
        ({"team_size": float("nan")}, "team_size", "infinite or undefined"),
        ({"team_size": float("inf")}, "team_size", "infinite or undefined"),
        ({"team_size": 2**63}, "team_size", "between 0"),
        ({"team_size": -1}, "team_size", "between 0"),
        ({"team_size": "9" * 5000}, "team_size", "whole number"),
        ({"ticket_min": 5, "ticket_max": 4, "currency": "USD"}, "ticket_max", "smaller"),
        ({"ticket_min": 5, "ticket_max": 9}, "currency", "missing"),
        ({"ticket_min": 5, "currency": "EUR"}, "currency", "INR or USD"),
        ({"level": 9}, "level", "between 1 and 8"),
        ({"level": "NaN"}, "level", "between 1 and 8"),
        ({"level": "4.55"}, "level", "one decimal"),
        ({"level": "1e999"}, "level", "between 1 and 8"),
        ({"is_raising": "maybe"}, "is_raising", "true or false"),
        ({"tags": {"a": 1}}, "tags", "list of texts"),
        ({"tags": ["a", 1]}, "tags", "list of texts"),
        ({"tags": [str(n) for n in range(101)]}, "tags", "101 entries"),
        ({"tags": ["t" * 121]}, "tags", "at most 120"),
        ({"website": "javascript:alert(1)"}, "website", "https://example.org"),
        ({"website": "data:text/html,x"}, "website", "https://example.org"),
        ({"website": "https://user@evil.example"}, "website", "https://example.org"),
        ({"website": "https://[::1"}, "website", "https://example.org"),
        ({"website": "https://e.example/" + "x" * 10_000}, "website", "at most 500"),
        ({"website": "file:///etc/passwd"}, "website", "https://example.org"),
    ],
)
def test_impossible_values_are_refused_with_column_and_reason(cells, column, reason) -> None:
    found = errors(**cells)
    assert [name for name, _ in found] == [column]
    assert reason in found[0][1]


def test_all_that_is_wrong_with_a_row_is_said_at_once() -> None:
    assert [column for column, _ in errors(name="", kind="club", founded_year="x")] == [
        "kind",
        "name",
        "founded_year",
    ]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("example.org", "https://example.org"),
        ("http:////www.example.org/”", "http://www.example.org/"),
        ("https://https://https://example.org///", "https://example.org///"),
        ("http://htp://www.example.org", "http://www.example.org"),
        ("https://example.org:8443/a?b=c", "https://example.org:8443/a?b=c"),
        ("", None),
    ],
)
def test_addresses_that_tables_have_mangled_are_put_right(given, kept) -> None:
    assert values(website=given)["website"] == kept


def test_characters_that_disguise_a_name_are_taken_out_and_joiners_stay() -> None:
    assert values(name="\u202eKa\u200bveri\U000e0041")["name"] == "Kaveri"
    assert values(name="क\u094dष 👩\u200d🔬")["name"] == "क\u094dष 👩\u200d🔬"


def test_a_long_summary_moves_to_the_description_and_its_beginning_stays() -> None:
    found = values(summary="word " * 200, description="More.")
    assert found["summary"].endswith("word…")
    assert len(found["summary"]) <= 500
    assert found["description"] == ("word " * 200).strip() + "\n\nMore."


@pytest.mark.parametrize("cluster", ["👩\u200d🔬", "क\u094dष\u093f", "e\u0301\u0327", "🇮🇳", "👍🏽"])
def test_a_text_without_blanks_is_never_cut_inside_a_character(cluster) -> None:
    for most in range(20, 36):
        short = shortened(cluster * 40, most)
        assert len(short) <= most
        assert (short.removesuffix("…").replace(cluster, "")) == ""


def test_lists_survive_a_cell_whatever_is_in_them() -> None:
    for words in (
        [],
        ["a"],
        ["a", "b"],
        ["Public, 2-year"],
        ["a;b", "c|d"],
        ["[x]"],
        ['"q"', "x"],
        ["=1", "-2"],
    ):
        assert Cells({"tags": joined(words)}).words("tags") == words


def test_columns_that_nobody_may_set_by_file_are_left_out() -> None:
    found = values(state="draft", version=99, created_at="2020-01-01", profile_changed_at="x")
    assert not {"state", "version", "created_at", "profile_changed_at", "id"} & found.keys()


@pytest.mark.parametrize("day", ["2017-02-29", "2017-13", "0000", "9999-99-99", "17-01-01", "２０１７"])
def test_a_partnership_needs_a_real_date_or_none(day) -> None:
    with pytest.raises(RowRefused):
        link_of({"investor_id": "i", "company_id": "c", "date": day})


@pytest.mark.parametrize("day", ["", "2017", "2017-02", "2016-02-29"])
def test_dates_of_partnerships_may_be_partial(day) -> None:
    assert link_of({"investor_id": "i", "company_id": "c", "date": day}).date == day


def test_every_stated_market_and_country_word_has_one_meaning() -> None:
    assert spellings.country_of("United States of America") == spellings.country_of("us") == "US"
    assert spellings.kind_of("Skill program") is Kind.SKILL_PROGRAM
