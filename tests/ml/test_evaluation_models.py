"""What each baseline prefers, and that none sees a link after the cut."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ml.evaluation.factors import Als
from ml.evaluation.ours import PARTS, Ours, OursByFit
from ml.evaluation.popularity import Chance, Popularity, TimesPopularity
from ml.evaluation.reading import dated_links, past_of
from ml.evaluation.running import MODELS
from ml.evaluation.texts import Bm25, StaticVectors, Tfidf, text_of

TOPICS = {
    "chips": "silicon wafers lithography packaging",
    "milk": "dairy cattle cheese pasteurization",
    "solar": "photovoltaic panels inverters sunlight",
}


def organizations() -> pd.DataFrame:
    rows = []
    for country in ("IN", "US"):
        for topic, text in TOPICS.items():
            rows += [
                {"id": f"{country}-{topic}-{at}", "kind": "startup", "country": country, "description": text}
                for at in range(4)
            ]
            rows.append({"id": f"{country}-{topic}-fund", "kind": "investor", "country": country})
    rows.append({"id": "US-thesis-fund", "kind": "investor", "country": "US", "description": TOPICS["milk"]})
    return pd.DataFrame(rows)


# The chip fund of the US invests in India twice and at home once; the solar fund often, long ago and at home.
LINKS = [
    ("US-chips-fund", "IN-chips-0", "2009-05-01"),
    ("US-chips-fund", "IN-chips-1", "2009-06-01"),
    ("US-chips-fund", "US-chips-0", "2009-06-01"),
    ("US-solar-fund", "US-solar-0", "2001-01-01"),
    ("US-solar-fund", "US-solar-1", "2001-01-01"),
    ("US-solar-fund", "US-solar-2", "2001-01-01"),
    ("US-solar-fund", "US-solar-3", "2001-01-01"),
    ("US-milk-fund", "US-milk-0", "2009-09-01"),
    ("IN-milk-fund", "US-milk-1", "2009-09-01"),
]


@pytest.fixture
def past():
    return past_of(
        organizations(),
        dated_links(pd.DataFrame(LINKS, columns=["investor_id", "company_id", "date"])),
        np.datetime64("2010-01-01"),
        0,
    )


def scored(model, past, query, candidates):
    index = pd.Index(past.organizations["id"])
    return model.fit(past).scores(index.get_indexer([query]), index.get_indexer(candidates))[0]


FUNDS = ["US-chips-fund", "US-milk-fund", "US-solar-fund", "US-thesis-fund"]


def test_chance_prefers_nobody(past):
    assert set(scored(Chance(), past, "IN-chips-3", FUNDS)) == {0.0}


def test_popularity_counts_links_and_a_half_life_forgets_old_ones(past):
    assert scored(Popularity(), past, "IN-milk-3", FUNDS).tolist() == [3, 1, 4, 0]
    recent = scored(Popularity(1.0), past, "IN-milk-3", FUNDS)
    assert recent.argmax() == 0
    assert recent[2] == pytest.approx(4 * 0.5 ** (3287 / 365.25))


def test_the_corridors_popularity_counts_links_with_the_querys_country(past):
    assert scored(Popularity(across=True), past, "IN-milk-3", FUNDS).tolist() == [2, 0, 0, 0]
    assert scored(Popularity(across=True), past, "US-milk-3", FUNDS).tolist() == [1, 1, 4, 0]
    companies = ["US-milk-0", "US-milk-1"]
    assert scored(Popularity(across=True), past, "IN-chips-fund", companies).tolist() == [0, 1]


def test_static_vectors_know_that_words_are_alike(past):
    past.organizations.loc[past.organizations["id"] == "IN-milk-3", "description"] = "cows and yoghurt"
    assert scored(StaticVectors(), past, "IN-milk-3", ["US-chips-0", "US-milk-0", "US-solar-0"]).argmax() == 1


@pytest.mark.parametrize("model", [Bm25(portfolio=False), Tfidf(portfolio=False)], ids=["BM25", "TF-IDF"])
def test_texts_alone_find_the_investor_who_writes_of_it(past, model):
    found = scored(model, past, "IN-milk-3", FUNDS)
    assert found.argmax() == 3
    assert (found[:3] == 0).all()


@pytest.mark.parametrize(
    "model",
    [Bm25(portfolio=True), Tfidf(portfolio=True), Tfidf(portfolio=True, n_components=3, power=2.0)],
    ids=["BM25", "TF-IDF", "LSA"],
)
def test_portfolios_find_the_investor_who_funded_such_companies_both_ways(past, model):
    assert scored(model, past, "IN-solar-3", FUNDS).argmax() == 2
    assert scored(model, past, "US-solar-fund", ["IN-chips-3", "IN-solar-3", "IN-milk-3"]).argmax() == 1


def test_text_times_popularity_needs_both(past):
    model = TimesPopularity(Tfidf(portfolio=True), Popularity())
    found = scored(model, past, "IN-milk-3", FUNDS)
    assert found.argmax() == 1
    assert found[3] == 0
    assert found[2] > 0


def test_factors_serve_queries_without_a_link_by_the_mean_of_their_country(past):
    model = Als(factors=4)
    cold, other = (scored(model, past, query, FUNDS) for query in ("IN-milk-3", "IN-solar-2"))
    assert cold.tolist() == other.tolist()
    assert cold.argmax() == 0
    assert cold[3] == 0


def test_a_program_and_whoever_says_nothing_else_are_known_by_their_name():
    assert (
        text_of({"kind": "skill_program", "name": "Welding", "summary": "Six weeks"}) == "Six weeks\nWelding"
    )
    assert text_of({"kind": "investor", "name": "Delta Fund", "description": float("nan")}) == "Delta Fund"
    assert text_of({"kind": "investor", "name": "Delta Fund", "tags": ["food", "food"]}) == "food"


def test_ours_without_its_links_is_fit_alone_and_without_any_part_knows_nothing(past):
    links = [part for part in PARTS if part != "fit"]
    whole, bare = scored(Ours(), past, "IN-chips-3", FUNDS), scored(Ours(*links), past, "IN-chips-3", FUNDS)
    np.testing.assert_allclose(bare, scored(OursByFit(), past, "IN-chips-3", FUNDS), rtol=1e-5)
    assert whole[0] > bare[0]
    assert not scored(Ours(*PARTS), past, "IN-chips-3", FUNDS).any()


@pytest.mark.parametrize("name", list(MODELS))
def test_no_list_changes_when_links_after_the_cut_do(name):
    later = [("US-milk-fund", f"IN-solar-{at}", "2010-02-01") for at in range(4)]
    frame = pd.DataFrame([*LINKS, *later], columns=["investor_id", "company_id", "date"])
    changed = frame.assign(investor_id=frame["investor_id"].mask(frame["date"] > "2010", "US-solar-fund"))
    found = []
    for given in (frame, changed, frame[:-4]):
        past = past_of(organizations(), dated_links(given), np.datetime64("2010-01-01"), 0)
        found.append(scored(MODELS[name](), past, "IN-solar-3", FUNDS))
    assert found[0].tolist() == found[1].tolist() == found[2].tolist()
