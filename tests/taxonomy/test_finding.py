"""Terms are found by any word for them; every area says where it stands on other lists."""

from __future__ import annotations

import pytest

from app.db import db
from app.organizations.models import Organization
from app.taxonomy import FIELDS, TECHNOLOGIES, Country, Kind, crosswalk, search, with_areas
from app.taxonomy.finding import VOCABULARIES
from app.taxonomy.value_chain import STAGES


@pytest.mark.parametrize(
    ("words", "vocabulary", "code"),
    [
        ("OSAT", "technology", "semiconductors.packaging"),
        ("self-driving", "technology", "drones.ground"),
        ("ond", "technology", "fintech.public_infrastructure"),
        ("biomanufcturing", "technology", "biotech.biomanufacturing"),
        ("wafer level", "segment", "packaging.wafer_level"),
        ("i-safe", "instrument", "safe"),
        ("incubator", "investor_type", "accelerator"),
        ("round a", "stage", "series_a"),
        ("Verilog", "skill", "RTL design"),
        ("fotolithography", "skill", "Photolithography"),
    ],
)
def test_a_term_is_found_by_synonym_beginning_and_near_spelling(words, vocabulary, code) -> None:
    assert code in [term.code for term in search(words, [vocabulary], 5)]


@pytest.mark.parametrize("words", ["", "  ", "xq", "zzqqxxyy", "_"])
def test_nothing_is_found_for_no_word(words) -> None:
    assert search(words) == []


def test_what_is_meant_exactly_comes_first_and_the_limit_holds() -> None:
    assert str(search("quantum computing", ["technology"])[0].label) == "Quantum computing"
    assert len(search("s", limit=3)) == 3


def test_every_area_has_fields_and_says_where_it_stands() -> None:
    assert crosswalk.HOMES.keys() == TECHNOLOGIES.keys()
    for area in TECHNOLOGIES:
        assert 4 <= sum(code.startswith(f"{area}.") for code in FIELDS) <= 9
        assert bool(crosswalk.HOMES[area].cet) is bool(TECHNOLOGIES[area].cet)
        assert crosswalk.HOMES[area].naics
        assert crosswalk.HOMES[area].nic
    assert {name for home in crosswalk.HOMES.values() for name in home.cet} == set(crosswalk.CET)
    assert len(crosswalk.CET) == len(TECHNOLOGIES) == 18
    for area in ("travel", "fintech", "enterprise"):
        assert not crosswalk.HOMES[area].cet


def test_codes_fit_the_database_and_stand_once() -> None:
    for terms in VOCABULARIES.values():
        codes = [term.code for term in terms]
        assert len(set(codes)) == len(codes)
    assert max(map(len, FIELDS)) <= 40
    assert len(STAGES) == 11
    assert with_areas(["ai.vision", "quantum"]) == ["ai", "ai.vision", "quantum"]


def test_the_terms_page_and_the_search_answer_everybody(client) -> None:
    page = client.get("/terms?words=osat").text
    assert "Packaging and test" in page
    assert page.count("no home on this list") >= 6
    found = client.get(
        "/terms/search?words=osat&vocabulary=technology", headers={"Accept": "application/json"}
    )
    assert {"code": "semiconductors.packaging", "within": "semiconductors"}.items() <= found.json[1].items()
    picked = client.get(
        "/terms/search?words=osat&vocabulary=technology&field=narrower&narrower=ai.vision"
    ).text
    assert picked.count("checkbox__input") == 2
    assert picked.count("checked") == 1
    assert "No term goes by this word" in client.get("/terms/search?words=zzqqxxyy").text
    assert client.get("/terms/search?words=osat&field=<b>&vocabulary=no").status_code == 200


def test_a_field_that_is_picked_brings_its_area_along_and_is_shown(app, world, client) -> None:
    owner = world.user()
    organization = world.organization(Country.INDIA, Kind.STARTUP, owner=owner)
    url = f"/organizations/{organization.id}/edit/work"
    browser = world.sign_in(owner)
    sent = {"summary": "Chips", "technologies": ["ai"], "narrower": ["semiconductors.packaging"]}
    assert browser.post(url, data=sent).status_code == 303
    with app.app_context():
        saved = sorted(db.session.get_one(Organization, organization.id).technologies)
        assert saved == ["ai", "semiconductors", "semiconductors.packaging"]
    assert "Packaging and test" in client.get(f"/organizations/{organization.id}").text
    assert 'value="semiconductors.packaging"' in browser.get(url).text
    wrong = browser.post(url, data={**sent, "narrower": ["semiconductors.nothing"]})
    assert wrong.status_code == 422
    assert "One of the choices is not known" in wrong.text
    many = browser.post(
        url, data={**sent, "technologies": [*TECHNOLOGIES][:6], "narrower": ["travel.booking"]}
    )
    assert "Choose at most 6 areas" in many.text
