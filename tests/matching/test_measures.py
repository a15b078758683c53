"""Measures against figures worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from app.matching import measures

OUTCOME = np.array([1.0, 0.0, 1.0, 0.0])
SCORE = np.array([0.9, 0.8, 0.4, 0.4])
ONCE = np.ones((1, 4))


def test_the_auc_counts_pairs_of_a_yes_and_a_no_with_ties_half() -> None:
    # (0.9 > 0.8), (0.9 > 0.4), (0.4 < 0.8), (0.4 = 0.4): two and a half of four.
    assert measures.auc(OUTCOME, SCORE, ONCE)[0] == 2.5 / 4


def test_the_brier_score_is_the_mean_squared_distance() -> None:
    assert measures.brier(OUTCOME, SCORE, ONCE)[0] == pytest.approx((0.01 + 0.64 + 0.36 + 0.16) / 4)


def test_the_ndcg_discounts_by_place() -> None:
    gained, best = 1 + 1 / math.log2(4), 1 + 1 / math.log2(3)
    assert measures.ndcg(OUTCOME, SCORE, ONCE)[0] == pytest.approx(gained / best)


def test_a_decision_drawn_twice_counts_twice() -> None:
    twice = np.array([[2.0, 0.0, 1.0, 1.0]])
    repeated = [0, 0, 2, 3]
    for measure in measures.MEASURES.values():
        alone = measure(OUTCOME[repeated], SCORE[repeated], ONCE)[0]
        assert measure(OUTCOME, SCORE, twice)[0] == pytest.approx(alone)


def test_what_cannot_be_told_is_not_a_number() -> None:
    only_yes = np.ones(3)
    found = measures.figures(only_yes, np.array([0.1, 0.2, 0.3]))
    assert math.isnan(found["auc"].value)
    assert found["brier"].value == pytest.approx((0.81 + 0.64 + 0.49) / 3)


def test_intervals_hold_the_figure_and_narrow_with_more_decisions() -> None:
    random = np.random.default_rng(3)
    wide, narrow = (
        measures.figures((random.random(n) < 0.5).astype(float), random.random(n))["auc"] for n in (40, 2000)
    )
    assert wide.low <= wide.value <= wide.high
    assert narrow.high - narrow.low < (wide.high - wide.low) / 3
    assert narrow.low < 0.5 < narrow.high


def test_calibration_sets_what_came_beside_what_was_foretold() -> None:
    first, second, last = measures.calibration(OUTCOME, np.array([0.05, 0.31, 0.39, 1.0]))
    assert (first.low, first.count, first.observed) == (0.0, 1, 1.0)
    assert (second.low, second.count, second.observed) == (0.3, 2, 0.5)
    assert second.foretold == pytest.approx(0.35)
    assert (last.high, last.count, last.foretold) == (1.0, 1, 1.0)
