"""A challenger takes over only when it foretells held-out decisions better, and is sane."""

from __future__ import annotations

import numpy as np
import pytest

from app.matching.gate import Contender, judge

OUTCOME = np.array([1.0, 1.0, 0.0, 0.0])
PRESENT = Contender(np.array([0.9, 0.4, 0.6, 0.1]), partners=100)


def challenger(*foretold: float, partners: int = 100) -> Contender:
    return Contender(np.array(foretold), partners)


def test_a_better_one_is_accepted_with_its_figures() -> None:
    verdict = judge(OUTCOME, PRESENT, challenger(0.9, 0.7, 0.3, 0.1))
    assert verdict.is_accepted
    assert verdict.metrics["auc_before"] == 0.75
    assert verdict.metrics["auc"] == 1.0
    assert verdict.metrics["held_out"] == 4
    assert "AUC 1.000 after 0.750" in verdict.why


@pytest.mark.parametrize(
    "foretold",
    [
        (0.9, 0.4, 0.6, 0.1),
        (0.1, 0.4, 0.6, 0.9),
        # Ranks as well, but is less sure of what it knows.
        (0.55, 0.5, 0.52, 0.45),
    ],
)
def test_one_that_is_not_better_is_refused(foretold) -> None:
    verdict = judge(OUTCOME, PRESENT, challenger(*foretold))
    assert not verdict.is_accepted
    assert "Not better" in verdict.why


@pytest.mark.parametrize(
    ("one", "word"),
    [
        (challenger(float("nan"), 0.7, 0.3, 0.1), "not numbers"),
        (challenger(float("inf"), 0.7, 0.3, 0.1), "not numbers"),
        (challenger(1.2, 0.7, 0.3, 0.1), "outside"),
        (challenger(0.5, 0.5, 0.5, 0.5), "same prediction"),
        (challenger(0.9, 0.7, 0.3, 0.1, partners=20), "collapse"),
    ],
)
def test_one_that_is_not_sane_is_refused_however_good(one, word) -> None:
    verdict = judge(OUTCOME, PRESENT, one)
    assert not verdict.is_accepted
    assert word in verdict.why
