"""Who is recommended to whom, and how well the numbers hold together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ml import Eligibility, Recommender, synthetic
from ml.features import FeatureBuilder


def score(recommender: Recommender, one: str, other: str) -> pd.Series:
    return recommender.score_pairs([one], [other]).iloc[0]


def test_a_need_met_ranks_above_likeness_and_silence(recommender):
    served = recommender.score_pairs(["designer"] * 3, ["osat", "dairy", "silent"])["forward"]
    assert served[0] > 0.6
    assert served[1] < 0.1
    assert served[2] < 0.1


def test_the_two_sides_of_a_pair_differ_and_swap_with_the_pair(recommender):
    there, back = score(recommender, "designer", "chip_fund"), score(recommender, "chip_fund", "designer")
    assert there["forward"] != there["backward"]
    assert there["forward"] == pytest.approx(back["backward"])
    assert there["backward"] == pytest.approx(back["forward"])


def test_an_investor_of_the_right_stage_place_and_ticket_beats_one_of_the_wrong(recommender):
    assert score(recommender, "designer", "chip_fund")["score"] > 0.5
    assert score(recommender, "designer", "late_fund")["score"] < 0.1


def test_a_pair_with_next_to_no_evidence_scores_low(recommender):
    assert score(recommender, "quiet", "silent")["score"] < 0.1


def test_every_score_is_the_geometric_mean_of_sides_between_0_and_1(recommender):
    found = recommender.recommend(k=20)
    assert found[["score", "forward", "backward"]].to_numpy().min() >= 0
    assert found[["score", "forward", "backward"]].to_numpy().max() <= 1
    np.testing.assert_allclose(found["score"], np.sqrt(found["forward"] * found["backward"]), rtol=1e-5)


def test_lists_hold_the_other_country_only_ranked_by_score_from_one(recommender):
    found = recommender.recommend(k=7)
    country = pd.Series(recommender.features_.country, index=recommender.index_)
    assert (country[found["id"]].to_numpy() != country[found["candidate"]].to_numpy()).all()
    assert not found.duplicated(["id", "candidate"]).any()
    for _, one in found.groupby("id"):
        assert one["rank"].tolist() == list(range(1, len(one) + 1))
        assert (np.diff(one["score"]) <= 1e-4).all()
    assert set(found["id"]) == set(recommender.index_)


def test_block_scores_equal_pair_scores_and_no_better_partner_is_left_out(recommender):
    found = recommender.recommend(k=5)
    again = recommender.score_pairs(found["id"].tolist(), found["candidate"].tolist())
    np.testing.assert_allclose(found[["score", "forward", "backward"]], again, atol=2e-5)
    for one in ("designer", "chip_fund", "milk"):
        mine = found[found["id"] == one]
        others = [other for other in recommender.index_ if other not in set(mine["candidate"])]
        far = [
            other
            for other in others
            if recommender.features_.country[recommender.index_.get_loc(other)]
            != recommender.features_.country[recommender.index_.get_loc(one)]
        ]
        assert recommender.score_pairs([one] * len(far), far)["score"].max() <= mine["score"].min() + 2e-4


def test_asking_for_one_gives_the_same_list_as_asking_for_all(recommender):
    everybody = recommender.recommend(k=6)
    for one in ("designer", "osat"):
        alone = recommender.recommend([one], k=6)
        expected = everybody[everybody["id"] == one].reset_index(drop=True)
        assert alone["candidate"].tolist() == expected["candidate"].tolist()
        np.testing.assert_allclose(alone["score"], expected["score"], atol=1e-5)


def test_among_limits_the_candidates(recommender):
    found = recommender.recommend(["designer"], among=["dairy", "course", "milk"])
    assert found["candidate"].tolist() == ["course", "dairy"]


def test_the_same_input_and_seed_give_the_same_output_and_version(corridor):
    first, second = (Recommender(random_state=3).fit(corridor) for _ in range(2))
    pd.testing.assert_frame_equal(first.recommend(), second.recommend())
    assert first.version_ == second.version_
    assert first.version_ != Recommender(random_state=4).fit(corridor).version_
    assert first.version_ != Recommender(random_state=3).fit(corridor.iloc[1:]).version_
    assert len(first.version_) <= 60


def test_ties_are_spread_over_the_candidates_instead_of_all_going_to_the_first():
    silent = [{"id": f"i{n}", "kind": "investor", "country": "US"} for n in range(200)]
    firms = [{"id": f"f{n}", "kind": "startup", "country": "IN"} for n in range(200)]
    found = Recommender().fit(pd.DataFrame(silent + firms)).recommend(k=5)
    lists = found["candidate"].value_counts()
    assert len(lists) > 350
    assert lists.max() <= 25


@pytest.mark.parametrize("names", [["designer"], ["osat", "dairy"]])
def test_nobody_across_the_border_gives_an_empty_frame(corridor, names):
    found = Recommender().fit(corridor[corridor["id"].isin(names)]).recommend()
    assert found.empty
    assert found.columns.tolist() == ["id", "candidate", "rank", "score", "forward", "backward"]


def test_an_empty_frame_of_organizations_works(corridor):
    recommender = Recommender().fit(corridor.iloc[:0])
    assert recommender.recommend().empty
    assert len(recommender.update(corridor).recommend(["designer"])) == 6


def test_dirty_text_and_missing_values_are_read_as_far_as_they_go():
    rows = [
        {
            "id": 1,
            "kind": "startup",
            "country": "IN",
            "summary": "solar\x00 pumps \ud800 for farms",
            "tags": None,
            "needs": " \n ",
        },
        {
            "id": 2,
            "kind": "sme",
            "country": "US",
            "summary": float("nan"),
            "tags": ["Solar", None, 7],
            "ticket_min": "x",
        },
        {
            "id": 3,
            "kind": "sme",
            "country": "US",
            "description": "सौर पंप किसानों के लिए",
            "technologies": float("nan"),
        },
        {"id": 4, "kind": "startup", "country": "IN", "description": "किसानों के लिए सौर पंप"},
    ]
    recommender = Recommender().fit(pd.DataFrame(rows))
    assert len(recommender.recommend()) == 8
    assert recommender.score_pairs([4], [3])["score"][0] > recommender.score_pairs([4], [2])["score"][0]


def test_a_profile_stuffed_with_tags_and_words_gains_nothing_over_an_honest_one(corridor):
    honest = {
        "id": "honest",
        "kind": "sme",
        "country": "US",
        "tags": ["Semiconductors"],
        "description": "Chip packaging and test.",
    }
    fields = synthetic.FIELDS
    stuffed = honest | {
        "id": "stuffed",
        "tags": ["Semiconductors", *(tag for field in fields for tag in field.tags)],
        "description": "Chip packaging and test. "
        + " ".join(thing for field in fields for thing in field.things) * 5,
    }
    crowd = pd.concat(
        [corridor, synthetic.organizations(100), pd.DataFrame([honest, stuffed])], ignore_index=True
    )
    fit = Recommender().fit(crowd).score_pairs(["designer"] * 2, ["honest", "stuffed"])["score"]
    assert fit[1] <= fit[0] + 0.02


def test_an_update_moves_lists_without_a_refit(corridor):
    recommender = Recommender().fit(corridor)
    version = recommender.version_
    before = recommender.score_pairs(["quiet"], ["dairy"])["score"][0]
    told = pd.DataFrame(
        [
            {
                "id": "quiet",
                "kind": "sme",
                "country": "IN",
                "description": "Butter and cheese of farms.",
                "tags": ["Dairy"],
            }
        ]
    )
    assert recommender.update(told) is recommender
    assert recommender.score_pairs(["quiet"], ["dairy"])["score"][0] > before + 0.2
    assert recommender.recommend(["quiet"])["candidate"][0] == "dairy"
    assert recommender.version_ == version


def test_an_update_takes_new_organizations_in(corridor):
    recommender = Recommender().fit(corridor)
    recommender.update(
        pd.DataFrame([{"id": "newcomer", "kind": "startup", "country": "IN", "tags": ["Dairy"]}])
    )
    assert recommender.recommend(["newcomer"])["candidate"][0] == "dairy"
    assert "newcomer" in set(recommender.recommend(["dairy"])["candidate"])


def test_only_allowed_groups_meet_and_excluded_pairs_do_not(recommender):
    country = pd.Series(recommender.features_.country.astype(int), index=recommender.index_)
    country["late_fund"] = -1
    country = country.drop("silent")
    allowed = np.array([[False, True], [True, False]])
    found = recommender.recommend(
        k=300, eligible=Eligibility(country, allowed, [("osat", "designer"), ("designer", "gone")])
    )
    pairs = set(zip(found["id"], found["candidate"], strict=True))
    assert not {("designer", "osat"), ("osat", "designer")} & pairs
    assert ("designer", "dairy") in pairs
    assert not {"late_fund", "silent"} & (set(found["id"]) | set(found["candidate"]))
    assert recommender.recommend(eligible=Eligibility(country, np.zeros((2, 2), dtype=bool))).empty


def test_eligibility_that_contradicts_itself_is_refused():
    with pytest.raises(ValueError, match="symmetric"):
        Eligibility(pd.Series({"a": 0}), np.array([[False, True], [False, False]]))
    with pytest.raises(ValueError, match="outside"):
        Eligibility(pd.Series({"a": 2}), np.zeros((2, 2), dtype=bool))
    with pytest.raises(ValueError, match="twice"):
        Eligibility(pd.Series([0, 0], index=["a", "a"]), np.zeros((1, 1), dtype=bool))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda frame: frame.drop(columns="country"), "country"),
        (lambda frame: pd.concat([frame, frame.iloc[:1]]), "duplicate ids.*designer"),
        (lambda frame: frame.assign(kind="bank"), "unknown kind 'bank'"),
        (lambda frame: frame.assign(country="FR"), "unknown country 'FR'"),
        (lambda frame: frame.assign(id=None), "without an id"),
    ],
)
def test_frames_that_cannot_be_read_are_refused_by_name(corridor, change, words):
    with pytest.raises(ValueError, match=words):
        Recommender().fit(change(corridor))


def test_unknown_ids_are_key_errors(recommender):
    for ask in (
        lambda: recommender.explain("designer", "nobody"),
        lambda: recommender.score_pairs(["nobody"], ["osat"]),
        lambda: recommender.recommend(["nobody"]),
    ):
        with pytest.raises(KeyError, match="nobody"):
            ask()


def test_transformers_keep_scikit_learn_conventions(corridor):
    from sklearn.base import clone
    from sklearn.exceptions import NotFittedError

    assert clone(Recommender(n_components=9)).get_params()["n_components"] == 9
    builder = clone(FeatureBuilder(n_components=4))
    with pytest.raises(NotFittedError):
        builder.transform(corridor)
    features = builder.fit_transform(corridor)
    assert features.about.shape == (len(corridor), builder.vectors_.n_static + 4)
    assert features.about.dtype == np.float32
