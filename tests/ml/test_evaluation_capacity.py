"""Lists under capacity: nobody in too many, and as good as can be."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from ml.evaluation.capacity import capped
from ml.evaluation.metrics import coverage, exposure


def total(utility, made):
    return np.take_along_axis(utility, np.maximum(made, 0), axis=1)[made >= 0].sum()


def optimum(utility, k, capacity, shown=0):
    """The linear program's answer; `shown` candidates at least are to be in a list."""
    q, c = utility.shape
    listed = sparse.kron(np.ones((1, q)), sparse.eye(c))
    # After the pairs, one variable a candidate: whether it is shown, at most how often it is listed.
    by_candidate = sparse.hstack([listed, sparse.csr_array((c, c))])
    is_listed = sparse.hstack([-listed, sparse.eye(c)])
    enough = sparse.hstack([sparse.csr_array((1, q * c)), sparse.csr_array(-np.ones((1, c)))])
    by_query = sparse.hstack([sparse.kron(sparse.eye(q), np.ones((1, c))), sparse.csr_array((q, c))])
    found = linprog(
        np.concatenate([-utility.ravel(), np.zeros(c)]),
        A_ub=sparse.vstack([by_candidate, is_listed, enough]),
        b_ub=np.concatenate([np.full(c, capacity), np.zeros(c), [-shown]]),
        A_eq=by_query,
        b_eq=np.full(q, k),
        bounds=(0, 1),
    )
    return -found.fun


def markets():
    random = np.random.default_rng(0)
    yield random.random((20, 30))
    yield np.repeat(random.exponential(size=(1, 30)), 20, axis=0) + 1e-9 * random.random((20, 30))
    yield random.random((20, 30)) * random.random((1, 30)) ** 3


@pytest.mark.parametrize("utility", list(markets()), ids=["all differ", "all alike", "some popular"])
def test_lists_are_full_within_capacity_and_worth_what_the_linear_program_finds(utility):
    made = capped(utility, 5, 4)
    assert (made >= 0).all()
    assert all(len(set(one)) == 5 for one in made.tolist())
    assert exposure(made, 30).max() <= 4
    assert total(utility, made) == pytest.approx(optimum(utility, 5, 4), rel=2e-3)


def test_without_scarcity_everybody_gets_the_best():
    utility = np.random.default_rng(0).random((8, 12))
    assert (capped(utility, 3, 8) == np.argsort(-utility, axis=1)[:, :3]).all()


def test_what_may_not_be_shown_is_not_and_scarcity_leaves_places_empty():
    utility = np.array([[1.0, -np.inf, 0.5], [1.0, 0.2, -np.inf]])
    made = capped(utility, 2, 1)
    assert exposure(made, 3).tolist() == [1, 1, 1]
    assert (made >= 0).sum() == 3
    assert np.isfinite(np.take_along_axis(utility, np.maximum(made, 0), axis=1)[made >= 0]).all()


def test_too_little_capacity_is_used_up():
    made = capped(np.random.default_rng(0).random((10, 4)), 3, 2)
    assert exposure(made, 4).tolist() == [2, 2, 2, 2]


def test_a_floor_shows_more_candidates_at_the_least_cost():
    popular = np.random.default_rng(0).random((20, 30)) * np.linspace(0, 1, 30) ** 4
    free, floored = capped(popular, 3, 20), capped(popular, 3, 20, floor=0.9)
    assert coverage(exposure(free, 30)) < 0.6
    assert coverage(exposure(floored, 30)) >= 0.9
    assert total(popular, floored) == pytest.approx(optimum(popular, 3, 20, shown=27), rel=0.02)
    assert exposure(floored, 30).max() <= 20


def test_a_floor_beyond_reach_shows_as_many_as_there_are_places():
    made = capped(np.random.default_rng(0).random((2, 30)), 3, 5, floor=1.0)
    assert len(np.unique(made)) == 6


def test_the_same_scores_give_the_same_lists():
    utility = np.random.default_rng(3).random((15, 20))
    assert (capped(utility, 4, 5, floor=0.8) == capped(utility.copy(), 4, 5, floor=0.8)).all()
