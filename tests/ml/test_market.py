"""Simulated markets: the optimum is one, budgets hold, everybody who can be is proposed, and a seed gives the same report."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ml import market
from ml.market_policies import POLICIES, Proposed, learn
from ml.market_world import Market, World, draw

SMALL = World("small", here=24, there=30, budget=3, decided=6)


@pytest.fixture(scope="module")
def drawn() -> Market:
    return draw(SMALL, 7)


@pytest.fixture(scope="module")
def proposed(drawn: Market) -> dict[str, Proposed]:
    known = learn(drawn, 7)
    return {name: policy(drawn, known, np.random.default_rng(0)) for name, policy in POLICIES.items()}


@pytest.fixture(scope="module")
def measured(drawn: Market, proposed: dict[str, Proposed]) -> dict[str, dict[str, float]]:
    return {name: market._measures(drawn, one) for name, one in proposed.items()}


def test_no_policy_has_more_expected_matches_than_the_welfare_optimum(measured) -> None:
    most = measured[market.OPTIMUM]["matches"]
    assert most > 0
    for name, measures in measured.items():
        assert measures["matches"] <= most + 1e-9, name


def test_our_proposals_keep_everybodys_budget_and_leave_nobody_out(drawn, proposed, measured) -> None:
    pairs = proposed["ours"].pairs
    assert pairs.sum(axis=0).max() <= SMALL.budget
    assert pairs.sum(axis=1).max() <= SMALL.budget
    assert not (pairs & ~drawn.open).any()
    assert measured["ours"]["coverage"] == 1.0


def test_told_the_truth_our_allocation_is_nearly_the_optimum(measured) -> None:
    assert measured["ours, true chances"]["matches"] >= 0.9 * measured[market.OPTIMUM]["matches"]


def test_chances_are_chances_and_both_is_their_product(drawn) -> None:
    for side in (drawn.yes_here, drawn.yes_there):
        assert ((side >= 0) & (side <= 1)).all()
    assert np.allclose(drawn.both, np.where(drawn.open, drawn.yes_here * drawn.yes_there, drawn.both))


def test_who_has_the_best_proposals_envies_nobody_and_the_others_do() -> None:
    both = np.array([[0.9, 0.1], [0.9, 0.1]])
    attended = np.array([[True, False], [False, True]])
    assert market._envious(both, attended) == 1


def test_places_count_from_one_in_each_rows_own_order() -> None:
    order = np.array([[0.2, 0.9, 0.5]])
    pairs = np.array([[True, True, False]])
    assert market._places(order, pairs)[0, :2].tolist() == [2.0, 1.0]


def test_the_same_seed_gives_the_same_report_and_it_is_json(capsys) -> None:
    worlds = (SMALL,)
    one, other = (market.report(3, worlds, seeds=2) for _ in range(2))
    assert one == other
    assert json.loads(json.dumps(one))["small"]["ours"]["coverage"]["mean"] == 1.0
    assert market.table(one).splitlines()[0] == "small"
