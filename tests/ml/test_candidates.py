"""The best k of both directions from one product: as brute force finds them, whatever the processor, workers, ties and filters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml import Eligibility, Recommender, candidates, kernels, synthetic
from ml.candidates import MayMeet, Quantized, one_way_best, two_way_best
from ml.nearest import two_way_nearest


def vectors(n: int, d: int, seed: int, levels: int = 0) -> np.ndarray:
    """Random rows; of few `levels` many products are equal."""
    rng = np.random.default_rng(seed)
    if levels:
        return rng.integers(-levels, levels + 1, size=(n, d)).astype(np.float32)
    return rng.standard_normal((n, d)).astype(np.float32)


def products(left: Quantized, right: Quantized) -> np.ndarray:
    whole = left.codes.astype(np.int32) @ right.codes.astype(np.int32).T
    return whole.astype(np.float32) * left.scales[:, None] * right.scales


def brute(scores: np.ndarray, k: int) -> np.ndarray:
    """Each row's k best places, of equal ones the first; -1 where fewer may be met."""
    places = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    found = np.where(np.isneginf(np.take_along_axis(scores, places, axis=1)), -1, places)
    return np.pad(found, ((0, 0), (0, k - found.shape[1])), constant_values=-1)


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(1, 40),
    m=st.integers(1, 60),
    k=st.integers(1, 12),
    levels=st.sampled_from([0, 1, 2]),
    seed=st.integers(0, 10_000),
)
def test_both_directions_are_those_of_brute_force_with_ties_and_filters(n, m, k, levels, seed):
    rng = np.random.default_rng(seed)
    left, right = (Quantized.of(vectors(size, 6, seed + size, levels)) for size in (n, m))
    groups = [rng.integers(0, 3, size=size).astype(np.int32) for size in (n, m)]
    allowed = rng.random((3, 3)) < 0.7
    struck = np.unique(np.column_stack([rng.integers(0, n, 9), rng.integers(0, m, 9)]), axis=0)
    starts = np.searchsorted(struck[:, 0], np.arange(n + 1))
    may_meet = MayMeet(*groups, allowed, starts, struck[:, 1].astype(np.int32))
    scores = products(left, right)
    scores[~allowed[groups[0]][:, groups[1]]] = -np.inf
    scores[struck[:, 0], struck[:, 1]] = -np.inf
    down, across = two_way_best([left], right, k, may_meet)
    np.testing.assert_array_equal(down.sorted().partner, brute(scores, k))
    np.testing.assert_array_equal(across.sorted().partner, brute(scores.T, k))


@pytest.mark.skipif(not kernels.has_packed_int8(), reason="this processor multiplies no int8")
def test_the_portable_product_gives_the_very_same_lists():
    left, right = (Quantized.of(vectors(size, 96, size)) for size in (700, 2300))
    for fast, plain in zip(
        two_way_best([left], right, 9, packed=True), two_way_best([left], right, 9, packed=False), strict=True
    ):
        np.testing.assert_array_equal(fast.sorted().partner, plain.sorted().partner)
        np.testing.assert_array_equal(fast.sorted().score, plain.sorted().score)


def test_one_way_and_lowest_scores_alone_are_those_of_both_ways(monkeypatch):
    left, right = (Quantized.of(vectors(size, 24, size)) for size in (900, 1500))
    kinds, may_meet = np.zeros(1500, dtype=np.int8), MayMeet.all(900, 1500)
    down, across = two_way_best([left], right, 8)
    lean = two_way_best([left], right, 8, only_lowest=True)
    for sampled in (20_000_000, 1):
        monkeypatch.setattr(candidates, "WORTH_A_SAMPLE", sampled)
        alone = one_way_best([left], right, 8, may_meet, kinds)
        for found, whole in ((alone, down), (lean[0], down), (lean[1], across)):
            np.testing.assert_array_equal(np.sort(found.partner), np.sort(whole.partner))
            np.testing.assert_array_equal(found.score[:, 0], whole.score.min(axis=1))


def test_floors_from_a_sample_or_from_the_run_before_change_no_list(monkeypatch):
    left, right = (Quantized.of(vectors(size, 24, size)) for size in (900, 1500))
    plain = two_way_best([left], right, 8)
    monkeypatch.setattr(candidates, "WORTH_A_SAMPLE", 1)
    sampled = two_way_best([left], right, 8)
    too_high = tuple(
        best.score.min(axis=1) + np.linspace(-1, 1, len(best.score)).astype(np.float32) for best in plain
    )
    for again in (sampled, two_way_best([left], right, 8, floors=too_high)):
        for one, other in zip(plain, again, strict=True):
            np.testing.assert_array_equal(one.sorted().partner, other.sorted().partner)


def test_rows_meet_columns_of_each_kind_by_the_vectors_for_it():
    right = Quantized.of(vectors(50, 8, 1))
    toward = [Quantized.of(vectors(20, 8, seed)) for seed in (2, 3)]
    kind = np.repeat([0, 1], [30, 20]).astype(np.int8)
    down, _ = two_way_best(toward, right, 5, column_kind=kind)
    scores = np.where(kind == 0, products(toward[0], right), products(toward[1], right))
    np.testing.assert_array_equal(down.sorted().partner, brute(scores, 5))


def test_the_number_of_workers_changes_nothing(monkeypatch):
    left, right = (Quantized.of(vectors(size, 16, size, levels=1)) for size in (600, 9000))
    lists = []
    for jobs in ("1", "2"):
        monkeypatch.setenv("SCORING_JOBS", jobs)
        lists.append(two_way_best([left], right, 7))
    for one, other in zip(*lists, strict=True):
        np.testing.assert_array_equal(one.partner, other.partner)


def test_float_lists_are_exact_after_ranking_a_few_more_again():
    left, right = (vectors(size, 64, size) for size in (800, 1900))
    down, across = two_way_nearest(left, right, 10)
    scores = left @ right.T
    for found, whole in ((down, scores), (across, scores.T)):
        true = np.sort(whole, axis=1)[:, ::-1][:, :10]
        np.testing.assert_allclose(found.score, true, rtol=1e-4)
        assert (found.score[:, -1] >= true[:, -1] - 1e-4).mean() >= 0.995


def test_vectors_too_wide_to_be_counted_exactly_are_refused():
    with pytest.raises(ValueError, match="dimensions"):
        Quantized.of(np.zeros((1, 1041), dtype=np.float32))


@pytest.fixture(scope="module")
def market() -> pd.DataFrame:
    return synthetic.organizations(1200, random_state=2, indian_share=0.4)


@pytest.fixture
def fitted(market: pd.DataFrame) -> Recommender:
    return Recommender().fit(market)


def test_lists_hold_nearly_everybody_that_exhaustive_scoring_puts_there(fitted):
    found = fitted.recommend(k=20)
    country = pd.Series(fitted.features_.country, index=fitted.index_)
    shares = []
    for one in fitted.index_[:40]:
        others = country.index[country != country[one]].tolist()
        exact = np.sort(fitted.score_pairs([one] * len(others), others)["score"])[::-1]
        shares.append((found["score"][found["id"] == one] >= exact[19] - 1e-4).mean())
    assert np.mean(shares) >= 0.97


def test_both_sides_name_one_score_for_a_pair(fitted):
    found = fitted.recommend(k=20).set_index(["id", "candidate"])
    back = found.rename_axis(["candidate", "id"]).reorder_levels(["id", "candidate"])
    both = found.join(back.add_suffix("_back"), how="inner")
    assert len(both) > 100
    np.testing.assert_allclose(both["score"], both["score_back"], atol=1e-6)
    np.testing.assert_allclose(both["forward"], both["backward_back"], atol=1e-6)


def test_a_changed_row_gets_the_lists_that_a_whole_run_gives_it(fitted, market):
    fitted.recommend(k=10)
    one = market["id"][3]
    fitted.update(
        market.iloc[[3]].assign(
            description="Probe cards and photomask repair for foundries", tags=[["Chips"]]
        )
    )
    changed = fitted.rerank([one], k=10)
    whole = fitted.recommend(k=10)
    mine = changed[changed["id"] == one]
    assert mine["candidate"].tolist() == whole["candidate"][whole["id"] == one].tolist()
    entered = set(changed["id"][changed["rank"] == 0])
    now_in = set(whole["id"][whole["candidate"] == one])
    assert now_in
    assert now_in <= entered


def test_rows_in_place_of_others_equal_rows_of_a_new_fit_of_the_corridor(fitted, market):
    fitted.update(market.iloc[[5]].assign(description="Cold storage for dairy"))
    new = synthetic.organizations(3, random_state=9).assign(id=["n0", "n1", "n2"])
    for at in range(3):
        fitted.update(new.iloc[[at]])
    kept = fitted._corridor.codes.copy()
    fitted._lay_out()
    np.testing.assert_array_equal(kept, fitted._corridor.codes)
    assert len(fitted.features_) == len(fitted.index_) == 1203
    assert len(fitted.recommend(["n2"], k=4)) == 4


def test_eligibility_is_obeyed_by_lists_of_a_few_and_of_all(fitted):
    rng = np.random.default_rng(0)
    group = pd.Series(rng.integers(-1, 3, size=len(fitted.index_)), index=fitted.index_)
    allowed = np.array([[False, True, False], [True, True, True], [False, True, False]])
    best = fitted.recommend(k=1)
    eligible = Eligibility(group, allowed, zip(best["id"], best["candidate"], strict=True))
    everybody = fitted.recommend(k=5, eligible=eligible)
    few = fitted.recommend(fitted.index_[:5].tolist(), k=5, eligible=eligible)
    struck = set(zip(best["id"], best["candidate"], strict=True))
    for found in (everybody, few):
        assert len(found)
        here, there = group[found["id"]].to_numpy(), group[found["candidate"]].to_numpy()
        assert (here >= 0).all()
        assert (there >= 0).all()
        assert allowed[here, there].all()
        pairs = set(zip(found["id"], found["candidate"], strict=True))
        assert not pairs & struck
        assert not {(other, one) for one, other in pairs} & struck
