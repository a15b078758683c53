"""Measures of lists, against values worked out by hand and scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from ml.evaluation import lists, metrics
from ml.evaluation.bootstrap import Resamples, interval

RELEVANT = np.array([[True, False, True, False, False], [False, False, False, False, True]])
LISTS = np.array([[1, 0, 3], [0, 1, -1]])


def test_recall_is_the_share_of_the_relevant_that_a_list_holds():
    hit = metrics.hits(LISTS, RELEVANT)
    assert hit.tolist() == [[False, True, False], [False, False, False]]
    assert metrics.recall(hit, RELEVANT.sum(axis=1)).tolist() == [0.5, 0.0]


def test_an_empty_place_is_no_hit():
    # -1 must not be read as the last candidate, which is relevant to the second query.
    assert not metrics.hits(np.array([[-1], [-1]]), RELEVANT).any()


def test_the_reciprocal_rank_is_of_the_first_hit():
    hit = np.array([[False, True, True], [False, False, False], [True, False, True]])
    assert metrics.reciprocal_rank(hit).tolist() == [0.5, 0.0, 1.0]


def test_ndcg_equals_scikit_learns():
    random = np.random.default_rng(0)
    scores = random.random((30, 40))
    relevant = random.random((30, 40)) < 0.2
    relevant[:, 0] = True
    hit = metrics.hits(lists.best(scores, 10), relevant)
    ours = metrics.ndcg(hit, relevant.sum(axis=1), 10)
    assert ours.mean() == pytest.approx(ndcg_score(relevant.astype(int), scores, k=10))


def test_ndcg_of_graded_candidates_equals_scikit_learns_with_and_without_ties():
    random = np.random.default_rng(1)
    for distinct in (1000, 4):
        scores, grades = random.integers(distinct, size=25) / 7.0, random.integers(4, size=25).astype(float)
        assert metrics.graded_ndcg(scores, grades) == pytest.approx(ndcg_score([grades], [scores], k=10))


def test_the_exponential_gain_counts_a_three_as_seven():
    # Order 1, 3: gains 1 and 7 at discounts 1 and 1 / log2(3); the ideal has them the other way round.
    discount = 1 / np.log2(3)
    expected = (1 + 7 * discount) / (7 + discount)
    found = metrics.graded_ndcg(np.array([0.9, 0.1]), np.array([1.0, 3.0]), exponential=True)
    assert found == pytest.approx(expected)


def test_grades_that_are_all_zero_have_no_ndcg():
    assert np.isnan(metrics.graded_ndcg(np.array([1.0, 2.0]), np.zeros(2)))


def test_coverage_and_gini_count_candidates_never_shown():
    counts = metrics.exposure(np.array([[0, 1], [0, -1]]), 4)
    assert counts.tolist() == [2, 1, 0, 0]
    assert metrics.coverage(counts) == 0.5
    # Mean absolute difference over twice the mean: (2*1 + 2*2*2 + 2*1*2) / 16 / (2 * 3/4).
    assert metrics.gini(counts) == pytest.approx(14 / 16 / 1.5)
    assert metrics.gini(np.array([3, 3, 3])) == pytest.approx(0)
    assert metrics.gini(np.zeros(3, dtype=np.int64)) == 0


def test_equal_scores_come_in_another_order_for_each_query_and_unequal_ones_never():
    scores = np.zeros((200, 6), dtype=np.float32)
    scores[:, 5] = np.float32(1e-40)
    made = lists.best(lists.keys(scores, np.zeros_like(scores, dtype=bool), np.random.default_rng(0)), 2)
    assert (made[:, 0] == 5).all()
    assert set(made[:, 1].tolist()) == {0, 1, 2, 3, 4}


def test_neighboring_numbers_keep_their_order():
    close = np.float32(3.0)
    scores = np.repeat(np.array([[close, np.nextafter(close, np.float32(4))]]), 500, axis=0)
    made = lists.best(lists.keys(scores, np.zeros_like(scores, dtype=bool), np.random.default_rng(0)), 1)
    assert (made == 1).all()


def test_linked_candidates_are_left_out_and_leave_places_empty():
    known = np.array([[True, False, True]])
    ordered = lists.keys(np.ones((1, 3), dtype=np.float32), known, np.random.default_rng(0))
    assert lists.best(ordered, 3).tolist() == [[1, -1, -1]]


def test_a_model_that_gives_no_number_is_refused():
    with pytest.raises(ValueError, match="finite"):
        lists.keys(
            np.array([[np.nan]], dtype=np.float32), np.zeros((1, 1), dtype=bool), np.random.default_rng(0)
        )


def test_the_first_relevant_rank_is_in_the_full_ranking():
    ordered = np.array([[0.9, 0.5, 0.7, 0.1]])
    assert lists.first_relevant_rank(ordered, np.array([[False, True, False, True]])).tolist() == [3.0]


def test_identical_models_differ_by_nothing_in_every_resample():
    resamples, values = Resamples(20, 50, 0), np.random.default_rng(0).random(20)
    difference = resamples.means(values) - Resamples(20, 50, 0).means(values.copy())
    assert interval(0.0, difference) == (0.0, 0.0, 0.0)


def test_an_interval_covers_the_mean_about_as_often_as_it_says():
    random, covered = np.random.default_rng(0), 0
    for trial in range(200):
        values = random.normal(1.0, 1.0, size=60)
        low, high = interval(values.mean(), Resamples(60, 300, trial).means(values))[1:]
        covered += low <= 1.0 <= high
    assert 0.88 <= covered / 200 <= 0.99


def test_resampled_attention_equals_that_of_the_drawn_lists():
    made = [np.array([[0, 1], [0, -1]]), np.array([[2, 0]])]
    resamples = Resamples(3, 8, 0)
    coverage, gini = resamples.attention(made, [3, 4])
    for at, draws in enumerate(resamples.draws.astype(int)):
        counts = np.concatenate(
            [
                metrics.exposure(np.repeat(made[0], draws[:2], axis=0), 3),
                metrics.exposure(np.repeat(made[1], draws[2:], axis=0), 4),
            ]
        )
        assert coverage[at] == pytest.approx(metrics.coverage(counts))
        assert gini[at] == pytest.approx(metrics.gini(counts))


def test_a_centered_interval_lies_around_the_figure():
    found = interval(0.5, np.linspace(0.2, 0.4, 101), centered=True)
    assert found.low < 0.5 < found.high
