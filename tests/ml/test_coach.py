"""What an organization is told to add to its profile, and that it really would help."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ml import Eligibility, Recommender, synthetic
from ml.coach import FIELDS, WILLING
from ml.ranker import LearnedRanker
from ml.weights import EVIDENCE

BATTERIES = "Lithium-ion battery packs with thermal monitoring for electric scooters."
FULL = {
    "description": BATTERIES,
    "tags": ["Batteries", "Scooters", "Vehicles", "Cells", "Chargers", "Thermal"],
    "technologies": ["clean_energy", "mobility", "advanced_manufacturing"],
    "needs": "Battery recycling\nLithium-ion cells\nCNC machining",
    "offers": "Battery pack assembly\nPrecision machining\nRooftop solar",
    "stage": "seed",
}
THIN = {
    "description": "Packs for electric scooters that riders of our city rent.",
    "tags": ["Scooters", "Vehicles"],
    "technologies": ["mobility"],
    "offers": "Packs for scooters",
}


def world() -> pd.DataFrame:
    """Indian scooter firms, most of them well described, and US firms and funds of the same and of another field."""
    rows = [FULL | {"id": f"like{n}", "kind": "startup", "country": "IN"} for n in range(8)]
    rows += [
        THIN | {"id": "thin", "kind": "startup", "country": "IN"},
        FULL | {"id": "full", "kind": "startup", "country": "IN"},
        {"id": "unlike", "kind": "startup", "country": "IN", "description": "Bedtime stories for parrots."},
    ]
    rows += [
        {
            "id": f"fund{n}",
            "kind": "investor",
            "country": "US",
            "tags": ["Batteries", "Cells"],
            "technologies": ["clean_energy"],
            "stages": ["seed"],
            "countries": ["IN"],
        }
        for n in range(9)
    ]
    rows += [
        {
            "id": f"recycler{n}",
            "kind": "sme",
            "country": "US",
            "offers": "Battery recycling",
            "needs": "Packs for scooters",
        }
        for n in range(4)
    ]
    rows += [
        {"id": f"baker{n}", "kind": "sme", "country": "US", "description": "Sourdough bread."}
        for n in range(20)
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def fitted() -> Recommender:
    return Recommender().fit(world())


def willing(recommender: Recommender, id_: str) -> set[str]:
    partners = [f"fund{n}" for n in range(9)] + [f"recycler{n}" for n in range(4)]
    partners += [f"baker{n}" for n in range(20)]
    pairs = recommender.score_pairs([id_] * len(partners), partners)
    good = (pairs["forward"] >= WILLING) & (pairs["backward"] >= WILLING)
    return set(np.array(partners)[good])


def test_the_thin_profile_hears_of_what_is_missing_and_whom_it_would_open(fitted):
    told = fitted.coach("thin", k=3)
    assert 1 <= len(told) <= 3
    assert {advice.field for advice in told} <= {"tags", "technologies", "needs", "offers", "stage"}
    for advice in told:
        assert advice.gained >= 1
        assert len(advice.examples) <= 3
        assert all(example.startswith(("fund", "recycler")) for example in advice.examples)


def test_what_was_promised_is_gained_when_the_addition_is_made(fitted):
    promised = next(advice for advice in fitted.coach("thin", k=9) if advice.field == "tags")
    changed = Recommender().fit(world())
    before = willing(changed, "thin")
    row = world().set_index("id", drop=False).loc[["thin"]]
    row["tags"] = [["Scooters", promised.suggestion]]
    changed.update(row)
    after = willing(changed, "thin")
    assert len(after) - len(before) == promised.gained
    assert set(promised.examples) <= after - before


def test_a_full_profile_is_told_nothing(fitted):
    assert fitted.coach("full") == []


def test_the_next_advice_opens_somebody_besides_those_before(fitted):
    first, second = fitted.coach("thin")
    assert not set(first.examples) & set(second.examples)


def test_nobody_is_told_which_stage_ticket_or_need_pays(fitted):
    for advice in fitted.coach("thin", k=20):
        if advice.field in ("stage", "stages", "ticket", "countries", "description"):
            assert advice.suggestion == ""


def test_labels_are_suggested_only_where_like_organizations_state_them(fitted):
    labels = {label for row in world()["tags"].dropna() for label in row} | {"clean_energy", "mobility"}
    labels |= {"advanced_manufacturing"}
    for advice in fitted.coach("thin", k=20):
        if advice.field in ("tags", "technologies"):
            assert advice.suggestion in labels
    assert not [advice for advice in fitted.coach("unlike", k=20) if advice.suggestion]


def test_a_certificate_that_like_firms_hold_and_partners_ask_for_is_suggested():
    maker = {"kind": "sme", "country": "IN", "offers": "Freezing of peas", "needs": "Retail shelves"}
    rows = [maker | {"id": f"certified{n}", "certifications": ["HACCP"]} for n in range(5)]
    rows += [maker | {"id": "plain"}]
    buyer = {"kind": "sme", "country": "US", "offers": "Retail shelves", "needs": "Freezing by a HACCP plant"}
    rows += [buyer | {"id": f"buyer{n}"} for n in range(3)]
    rows += [{"id": f"luthier{n}", "kind": "sme", "country": "US", "needs": "Violins"} for n in range(30)]
    told = Recommender().fit(pd.DataFrame(rows)).coach("plain")
    assert [(advice.field, advice.suggestion, advice.gained) for advice in told] == [
        ("certifications", "HACCP", 3)
    ]


def test_only_those_it_may_meet_count(fitted):
    ids = pd.Index(world()["id"])
    nobody = Eligibility(pd.Series(0, index=ids), np.array([[False]]))
    assert fitted.coach("thin", eligible=nobody) == []
    group = pd.Series([int(str(id_).startswith("recycler")) for id_ in ids], index=ids)
    funds_left_out = Eligibility(group, np.array([[False, True], [True, False]]))
    for advice in fitted.coach("thin", eligible=funds_left_out):
        assert advice.gained <= 4
        assert all(example.startswith("recycler") for example in advice.examples)


def test_coaching_is_repeatable_and_changes_nothing(fitted):
    before = willing(fitted, "like0")
    first = fitted.coach("thin")
    assert first == fitted.coach("thin") == Recommender().fit(world()).coach("thin")
    assert willing(fitted, "like0") == before
    assert willing(fitted, "thin") == set()


def test_the_coach_judges_as_the_ranker_in_use_does():
    promised = Recommender().fit(world())
    assert "tags" in {advice.field for advice in promised.coach("thin", k=9)}
    learned = LearnedRanker()
    learned.names_ = list(EVIDENCE)
    learned.multipliers_ = np.array([1.0 if name == "need" else 0.2 for name in EVIDENCE], dtype=np.float32)
    promised.ranker_ = learned
    assert {advice.field for advice in promised.coach("thin", k=9)} == {"needs"}


def test_everybody_can_be_coached():
    crowd = synthetic.organizations(250, random_state=3)
    recommender = Recommender().fit(crowd)
    told = [recommender.coach(id_) for id_ in crowd["id"].iloc[:40]]
    assert any(told)
    for advices in told:
        assert {advice.field for advice in advices} <= set(FIELDS)
        assert len({(advice.field, advice.suggestion) for advice in advices}) == len(advices) <= 3


def test_an_unknown_organization_is_named(fitted):
    with pytest.raises(KeyError, match="nobody"):
        fitted.coach("nobody")
