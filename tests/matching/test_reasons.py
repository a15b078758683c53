"""Reasons, bands and teasers in words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask_babel import force_locale

from app.matching import mirrored, neutral, reasons
from app.matching.models import Match
from app.organizations.models import Organization
from app.taxonomy import TECHNOLOGIES, Country, Kind, Stage
from ml.reasons import TEXT_KEYS
from tests.matching.runs import matches, propose

TICKET: dict[str, Any] = {
    "ticket_min": 5_000_000_00,
    "ticket_max": 25_000_000_00,
    "currency": "INR",
    "stage": "seed",
    "firm_min": None,
    "firm_max": None,
    "firm_currency": None,
}
PLACE = {"kind": "startup", "country": "IN", "region_code": "IN-KA", "city": "Mysuru"}
EVIDENCE: dict[str, dict[str, Any]] = {
    "need_offer": {"need": "100% Wafers %(x)s", "offer": "Wafer supply", "similarity": 0.7},
    "technology": {"technologies": ["semiconductors", "biotech_health"]},
    "tags": {"tags": ["fintech", "agritech"]},
    "field": {"fields": ["solar", "batteries"]},
    "training": {"taught": "circuits", "work": "chips"},
    "chain": {"input": "wafers", "product": "wafer fabrication"},
    "text": {"terms": ["wafer", "sensor"]},
    "thesis": {"terms": ["wafer", "sensor"]},
    "skills": {"terms": ["welding"]},
    "stage": {"stage": "pre_seed, series_a", "stages": ["pre_seed"]},
    "ticket": TICKET,
    "place": {"country": "US", "countries": ["US"]},
    "activity": {"country": "US"},
    "portfolio": {},
    "turn": {},
    "kind": PLACE,
}
# Whether a startup raises is not public: the recommender is not told, and no sentence would say it.
SHOWN = [key for key in TEXT_KEYS if not key.startswith("raising.")]
CODES = {*TECHNOLOGIES, *Stage, *Kind} | {"IN-KA", "IN", "US", "INR"}


def in_words(app, say, key: str, evidence: dict[str, Any] | None = None, locale: str = "en_IN") -> str:
    chosen = EVIDENCE[key.split(".")[0]] if evidence is None else evidence
    with app.test_request_context(), force_locale(locale):
        return str(say(key, chosen))


def of_india(key: str, evidence: dict[str, Any]) -> str:
    return neutral.sentence(key, evidence, Country.INDIA)


SAYERS = [reasons.sentence, mirrored.sentence, of_india]


@pytest.mark.parametrize("say", SAYERS, ids=["own", "mirrored", "neutral"])
@pytest.mark.parametrize("key", SHOWN)
def test_every_reason_the_recommender_gives_has_a_sentence_without_codes(app, key, say) -> None:
    said = in_words(app, say, key)
    assert said.endswith(".")
    assert said[0].isupper()
    assert "None" not in said
    words = set(re.findall(r"[\w-]+", said))
    assert not {code for code in CODES & words if "_" in code or code.isupper()}


@pytest.mark.parametrize("say", SAYERS, ids=["own", "mirrored", "neutral"])
@pytest.mark.parametrize("key", ["raising.funds", "raising.fundable", "of.another.version"])
def test_what_is_not_public_or_not_known_is_not_said(app, key, say) -> None:
    assert in_words(app, say, key, {}) == ""


@pytest.mark.parametrize("say", SAYERS, ids=["own", "mirrored", "neutral"])
@pytest.mark.parametrize(
    ("key", "evidence"),
    [
        ("kind.startup", {**PLACE, "region_code": ""}),
        ("kind.sme", {**PLACE, "region_code": None}),
        ("ticket.funds", {**TICKET, "ticket_min": None}),
        ("ticket.fundable", {**TICKET, "ticket_max": None}),
        ("ticket.funds", {**TICKET, "ticket_min": TICKET["ticket_max"]}),
        ("stage.funds", {"stage": "seed", "stages": []}),
        ("tags.shared", {"tags": ["one"]}),
        ("training.teaches", {"taught": "chips", "work": "chips"}),
        ("training.employs", {"taught": "chips", "work": "chips"}),
    ],
)
def test_sentences_stay_whole_when_part_of_the_evidence_is_missing(app, key, evidence, say) -> None:
    said = in_words(app, say, key, evidence)
    assert said.endswith(".")
    assert "None" not in said
    assert not re.search(r" [,.]|  | of usual|in \.", said)


def test_the_two_sides_read_the_same_fact_each_from_its_own_chair(app) -> None:
    assert in_words(app, reasons.sentence, "need_offer.line").startswith("You need “100% Wafers %(x)s”; they")
    assert in_words(app, mirrored.sentence, "need_offer.line").startswith(
        "They need “100% Wafers %(x)s”; you"
    )


def test_who_supplies_and_who_teaches_is_the_same_from_every_chair(app) -> None:
    for key, own, other, manager in (
        ("chain.supplies", "Their wafers", "Your wafers", "The wafers of the American side"),
        ("chain.buys", "Your wafers", "Their wafers", "The wafers of the Indian side"),
        ("training.teaches", "They teach circuits", "You teach circuits", "The American side teaches"),
        ("training.employs", "You teach circuits", "They teach circuits", "The Indian side teaches"),
    ):
        said = [in_words(app, say, key) for say in SAYERS]
        for sentence, start in zip(said, (own, other, manager), strict=True):
            assert sentence.startswith(start)


@pytest.mark.parametrize("key", SHOWN)
def test_nothing_said_to_a_manager_calls_the_reader_a_side(app, key) -> None:
    said = in_words(app, of_india, key)
    assert not re.search(r"\b(you|your|they|their)\b", said, re.IGNORECASE)


def test_a_manager_reads_which_side_needs_and_which_offers(app) -> None:
    with app.test_request_context():
        said = neutral.sentence("need_offer.line", EVIDENCE["need_offer"], Country.UNITED_STATES)
    assert said == "The American side needs “100% Wafers %(x)s”; the Indian side offers “Wafer supply”."


def test_no_sentence_says_the_city(app) -> None:
    for say in SAYERS:
        assert "Mysuru" not in in_words(app, say, "kind.startup")


def pair(for_india: float = 0.5, for_us: float = 0.5, found: dict[str, Any] | None = None) -> Match:
    return Match(fit_for_india=for_india, fit_for_us=for_us, reasons=found or {})


@pytest.mark.parametrize(
    ("for_india", "for_us", "band"),
    [
        (0.55, 0.55, "strong"),
        (0.54, 0.90, "good"),
        (0.35, 0.35, "good"),
        (0.34, 0.99, "look"),
        (0.99, 0.34, "look"),
        (0.0, 0.0, "look"),
    ],
)
@pytest.mark.parametrize("side", list(Country))
def test_a_pair_is_as_good_as_its_worse_side(side, for_india, for_us, band) -> None:
    assert reasons.band(pair(for_india, for_us), side) == band


def test_sentences_keep_the_order_drop_unknown_keys_and_stop_at_the_limit(app) -> None:
    keys = ["text.shared", "gone", "technology.shared", "tags.shared", "thesis.agnostic"]
    found = [{"text_key": key, "evidence": EVIDENCE.get(key.split(".")[0], {})} for key in keys]
    with app.test_request_context():
        said = reasons.sentences(pair(found={"india": found, "us": []}), Country.INDIA, limit=2)
        assert [words.split()[0] for words in said] == ["Both", "You"]
        assert reasons.sentences(pair(), Country.INDIA) == []
        assert mirrored.sentences(pair(), Country.UNITED_STATES) == []


SECRET = {
    "name": "Canaryname Devices",
    "website": "https://canarysite.example/",
    "city": "Canarycity",
    "description": "Canarydescription",
}


def test_a_teaser_tells_facts_and_not_who_it_is(app) -> None:
    organization = Organization(
        **SECRET,
        kind=Kind.STARTUP,
        country=Country.INDIA,
        region_code="IN-KA",
        stage=Stage.SEED,
        needs="Wafers\n\n Money \nOffice\nFourth",
        offers="",
        is_illustrative=True,
    )
    organization.technologies = ["semiconductors"]
    with app.test_request_context():
        told = reasons.teaser(organization)
    assert "canary" not in repr(told).casefold()
    assert (told.place, told.needs, told.offers) == ("Karnataka", ["Wafers", "Money", "Office"], [])
    assert told.is_illustrative


def test_a_teaser_of_a_place_without_region_names_the_country(app) -> None:
    organization = Organization(kind=Kind.INVESTOR, country=Country.UNITED_STATES, needs="", offers="")
    with app.test_request_context():
        told = reasons.teaser(organization)
    assert told.place == "the United States"
    assert (told.stage, told.size) == ("", "")


def test_everything_the_recommender_says_of_a_mixed_world_can_be_said_to_both(app, world) -> None:
    for country in Country:
        world.organization(country, Kind.STARTUP, stage="seed", tags=["chips"], is_raising=True)
        world.organization(country, Kind.SME, capabilities="Precision dicing of wafers")
        world.organization(country, Kind.SKILL_PROGRAM, skills=["wafer dicing"], needs="Trainers for chips")
        world.organization(
            country,
            Kind.INVESTOR,
            stages=["seed"],
            invests_in=[country.other.value],
            thesis="Chip packaging",
            ticket_min=10_000_000,
            ticket_max=90_000_000,
            ticket_currency="USD",
            tags=["chips"],
        )
    propose(app, cap=10)
    told = 0
    with app.test_request_context():
        for match in matches(app):
            for found in (*match.reasons["india"], *match.reasons["us"]):
                assert not found["text_key"].startswith("raising")
                for say in SAYERS:
                    said = str(say(found["text_key"], found["evidence"]))
                    assert said
                    assert "None" not in said
                    told += 1
    assert told > 20
