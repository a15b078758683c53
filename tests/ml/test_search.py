"""A need in free words finds organizations by meaning, by rare word and by name, and only those a filter lets through."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ml import Recommender, synthetic

_OWN = pd.DataFrame(
    [
        {"id": "quokka", "kind": "sme", "country": "US", "name": "Quokkaworks Ltd", "tags": ["Dairy"]},
        {"id": "pump", "kind": "startup", "country": "IN", "description": "किसानों के लिए सौर ऊर्जा पंप"},
        {
            "id": "osat",
            "kind": "sme",
            "country": "US",
            "offers": "Chip packaging and test",
            "technologies": ["space"],
        },
    ]
)


@pytest.fixture(scope="module")
def searched() -> Recommender:
    return Recommender().fit(pd.concat([_OWN, synthetic.organizations(500, 4)], ignore_index=True))


def test_a_name_is_found(searched):
    assert searched.search("who are Quokkaworks?")["id"][0] == "quokka"


def test_hindi_is_found_by_hindi(searched):
    assert searched.search("सौर पंप")["id"][0] == "pump"


def test_a_need_is_found_by_what_it_means(searched):
    found = searched.search("photovoltaic electricity", k=5)
    fields = synthetic.organizations(500, 4).set_index("id")["technologies"]
    assert all(fields[one] == ["clean_energy"] for one in found["id"])
    assert found["score"].is_monotonic_decreasing


def test_filters_let_through_only_what_they_name(searched):
    frame = pd.Series(searched.features_.kind, index=searched.index_)
    found = searched.search(
        "chip packaging", where={"kind": ["sme"], "country": "US", "technologies": ["space", "ai"]}
    )
    assert found["id"][0] == "osat"
    assert (frame[found["id"]] == 1).all()
    mask = np.zeros(len(searched.index_), dtype=bool)
    mask[1] = True
    assert set(searched.search("सौर पंप और chip packaging", where=mask)["id"]) == {"pump"}


def test_tags_are_filtered_in_any_spelling(searched):
    assert set(searched.search("quokkaworks", where={"tags": "DAIRY"})["id"]) >= {"quokka"}


def test_filters_that_mean_nothing_are_refused(searched):
    with pytest.raises(ValueError, match="shoe_size"):
        searched.search("x", where={"shoe_size": 44})
    with pytest.raises(ValueError, match="mask"):
        searched.search("x", where=np.ones(3, dtype=bool))


def test_a_need_without_words_finds_nobody(searched):
    assert searched.search("  ").empty


def test_changed_and_new_organizations_are_found_as_they_are_now():
    fitted = Recommender().fit(pd.concat([_OWN, synthetic.organizations(60, 4)], ignore_index=True))
    assert fitted.search("quokkaworks")["id"][0] == "quokka"
    fitted.update(_OWN.iloc[[0]].assign(name="Wombatforge", country="IN"))
    fitted.update(pd.DataFrame([{"id": "new", "kind": "sme", "country": "US", "name": "Numbatlab"}]))
    assert "quokka" not in set(fitted.search("quokkaworks", k=3)["id"][:1])
    assert fitted.search("wombatforge", where={"country": "IN"})["id"][0] == "quokka"
    assert fitted.search("numbatlab")["id"][0] == "new"
