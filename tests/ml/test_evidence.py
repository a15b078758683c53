"""The compiled loop over pairs agrees with the arrays it stands for."""

from __future__ import annotations

import numpy as np
import pytest

from ml import Recommender, evidence, scoring, synthetic
from ml.features import Features
from ml.ranker import LearnedRanker
from ml.weights import EVIDENCE

_NEAR = 2e-6


@pytest.fixture(scope="module")
def features() -> Features:
    return Recommender(n_components=16).fit(synthetic.organizations(600, 3, 0.5)).features_


def _pairs(n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return np.sort(rng.integers(0, n, 4000)), rng.integers(0, n, 4000)


def test_sides_of_pairs_are_those_of_their_arrays(features: Features) -> None:
    ones, others = _pairs(len(features))
    expected = scoring.pair_sides(features.take(ones), features.take(others))
    np.testing.assert_allclose(evidence.sides(features, ones, others), expected, atol=_NEAR)


def test_the_order_of_pairs_changes_nothing(features: Features) -> None:
    ones, others = _pairs(len(features))
    mixed = np.random.default_rng(1).permutation(len(ones))
    found = np.stack(evidence.sides(features, ones, others))
    np.testing.assert_array_equal(found[:, mixed], evidence.sides(features, ones[mixed], others[mixed]))


def test_past_investments_and_what_was_learned_count_as_in_named_evidence(features: Features) -> None:
    ones, others = _pairs(len(features))
    rng = np.random.default_rng(2)
    links = rng.random((len(ones), 3)).astype(np.float32)
    learned = LearnedRanker()
    learned.names_ = list(EVIDENCE)
    learned.multipliers_ = rng.uniform(0.2, 4, len(EVIDENCE)).astype(np.float32)
    named = scoring.contributions(features.take(ones), features.take(others), links)
    expected = scoring.squash(learned.weigh(named).sum(axis=1))
    forward, _ = evidence.sides(features, ones, others, links, learned.multipliers())
    np.testing.assert_allclose(forward, expected, atol=_NEAR)


def test_nobody_meets_nobody(features: Features) -> None:
    none = np.empty(0, dtype=np.intp)
    assert [len(side) for side in evidence.sides(features, none, none)] == [0, 0]
