"""Attention is shared: caps hold, nobody feasible is left out, the rest goes to the best scores."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from ml import Eligibility, Recommender, allocate, propose, synthetic
from ml.allocation import assign, gini, price_of_evenness, welfare_bound


def frame(*pairs: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["id", "candidate", "score"])


def chosen(found: pd.DataFrame) -> set[frozenset[str]]:
    return {frozenset(pair) for pair in zip(found["id"], found["candidate"], strict=True)}


def counts(found: pd.DataFrame) -> pd.Series:
    return pd.concat([found["id"], found["candidate"]]).value_counts()


def test_the_best_sum_wins_and_not_the_best_pair():
    pairs = frame(("a", "x", 0.9), ("a", "y", 0.8), ("b", "x", 0.7))
    capacity = pd.Series({"a": 1, "b": 1, "x": 1, "y": 1})
    assert chosen(allocate(pairs, capacity, floor=0)) == {frozenset("ay"), frozenset("bx")}


def test_the_floor_takes_from_the_favored_what_another_needs():
    pairs = frame(("a", "x", 0.9), ("b", "x", 0.8), ("a", "y", 0.7))
    capacity = pd.Series({"a": 2, "b": 1, "x": 1, "y": 1})
    assert chosen(allocate(pairs, capacity, floor=0)) == {frozenset("ax"), frozenset("ay")}
    assert chosen(allocate(pairs, capacity)) == {frozenset("bx"), frozenset("ay")}


def test_what_counts_is_the_chance_that_both_say_yes():
    pairs = frame(("a", "x", 0.9), ("a", "y", 0.5)).assign(forward=[0.9, 0.5], backward=[0.1, 0.5])
    found = allocate(pairs, pd.Series({"a": 1, "x": 1, "y": 1}), floor=0)
    assert chosen(found) == {frozenset("ay")}


def test_a_second_promise_comes_after_everybody_has_the_first():
    pairs = frame(("a", "x", 0.9), ("a", "y", 0.8), ("b", "x", 0.2), ("b", "y", 0.1))
    capacity = pd.Series({"a": 2, "b": 2, "x": 1, "y": 1})
    found = counts(allocate(pairs, capacity, floor=2))
    assert found.to_dict() == dict.fromkeys("abxy", 1)


def test_a_pair_given_in_both_directions_is_one_pair():
    found = allocate(frame(("a", "x", 0.5), ("x", "a", 0.5)), pd.Series({"a": 5, "x": 5}))
    assert len(found) == 1


def test_who_has_no_capacity_or_is_not_named_gets_nothing():
    found = allocate(
        frame(("a", "x", 0.5), ("b", "x", 0.6), ("c", "x", 0.7)), pd.Series({"a": 1, "b": 0, "x": 3})
    )
    assert chosen(found) == {frozenset("ax")}


def test_sides_scores_are_carried_along():
    found = allocate(
        frame(("a", "x", 0.5)).assign(forward=0.4, backward=0.6, rank=1), pd.Series({"a": 1, "x": 1})
    )
    assert found.columns.tolist() == ["id", "candidate", "score", "forward", "backward"]


def test_nothing_to_allocate_is_an_empty_frame():
    assert allocate(frame(), pd.Series({"a": 1}, dtype=int)).empty


@pytest.mark.parametrize(
    ("pairs", "capacity", "words"),
    [
        (frame(("a", "b", 0.1), ("b", "c", 0.1), ("c", "a", 0.1)), {"a": 1, "b": 1, "c": 1}, "two sides"),
        (frame(("a", "x", float("nan"))), {"a": 1, "x": 1}, "not numbers"),
        (frame(("a", "x", -0.5)), {"a": 1, "x": 1}, "below zero"),
        (frame(("a", "x", 0.1)).drop(columns="score"), {"a": 1, "x": 1}, "score"),
    ],
)
def test_input_that_makes_no_market_is_refused(pairs, capacity, words):
    with pytest.raises(ValueError, match=words):
        allocate(pairs, pd.Series(capacity))


HERE, THERE = "abcdef", "uvwxyz"
edges = st.lists(
    st.tuples(st.sampled_from(HERE), st.sampled_from(THERE), st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.5, 0.9])),
    min_size=1,
    max_size=30,
    unique_by=lambda pair: pair[:2],
)
capacities = st.fixed_dictionaries({name: st.integers(0, 3) for name in HERE + THERE}).map(pd.Series)
often = settings(max_examples=150, deadline=None)


def incidence(pairs, capacity):
    """(organizations, pairs) 0 or 1, of the organizations in `capacity`."""
    place = {name: at for at, name in enumerate(capacity.index)}
    matrix = np.zeros((len(capacity), len(pairs)))
    for at, (one, other, _) in enumerate(pairs):
        matrix[[place[one], place[other]], at] = 1
    return matrix


def best_by_linear_program(pairs, capacity, served=()):
    """The highest sum of scores under capacities, with a pair for each of `served`."""
    matrix = incidence(pairs, capacity)
    rows = [capacity.index.get_loc(name) for name in served]
    found = linprog(
        [-score for *_, score in pairs],
        A_ub=np.vstack([matrix, -matrix[rows]]),
        b_ub=np.concatenate([capacity.to_numpy(), -np.ones(len(rows))]),
        bounds=(0, 1),
        method="highs",
    )
    assert found.status == 0
    return -found.fun


def most_served(pairs, capacity):
    """How many of each side can have a pair at once, by maximum flow."""
    ends = [len(HERE) + len(THERE), len(HERE) + len(THERE) + 1]
    numbers = []
    for first, asks in ((0, HERE), (1, THERE)):
        arcs = np.zeros((ends[1] + 1, ends[1] + 1), dtype=np.int32)
        for pair in pairs:
            one, other = (capacity.index.get_loc(pair[side]) for side in (first, 1 - first))
            arcs[one, other] = 1
        for at, name in enumerate(capacity.index):
            if name in asks:
                arcs[ends[0], at] = min(1, capacity[name])
            else:
                arcs[at, ends[1]] = capacity[name]
        numbers.append(maximum_flow(csr_array(arcs), *ends).flow_value)
    return numbers


@often
@given(edges, capacities)
def test_capacities_hold_and_as_many_are_served_as_a_maximum_flow_serves(pairs, capacity):
    used = counts(allocate(frame(*pairs), capacity)).reindex(capacity.index, fill_value=0)
    assert (used <= capacity).all()
    assert [(used[list(side)] > 0).sum() for side in (HERE, THERE)] == most_served(pairs, capacity)


@often
@given(edges, capacities)
def test_without_a_floor_the_sum_is_that_of_the_linear_program(pairs, capacity):
    found = allocate(frame(*pairs), capacity, floor=0)
    assert found["score"].sum() == pytest.approx(best_by_linear_program(pairs, capacity), abs=1e-3)


@often
@given(edges, capacities)
def test_the_floor_costs_no_more_than_it_must(pairs, capacity):
    found = allocate(frame(*pairs), capacity)
    served = counts(found).index
    assert found["score"].sum() == pytest.approx(best_by_linear_program(pairs, capacity, served), abs=1e-3)


@often
@given(edges, capacities)
def test_the_sum_is_at_least_what_taking_the_best_pair_each_time_gives(pairs, capacity):
    left, greedy = capacity.to_dict(), 0.0
    for one, other, score in sorted(pairs, key=lambda pair: -pair[2]):
        if left[one] and left[other]:
            left[one] -= 1
            left[other] -= 1
            greedy += score
    assert allocate(frame(*pairs), capacity, floor=0)["score"].sum() >= greedy - 1e-3


@often
@given(edges, capacities, st.randoms(use_true_random=False), st.sampled_from([0.0, 0.5, 1.0]))
def test_neither_the_order_of_rows_nor_of_organizations_nor_who_is_asked_matters(
    pairs, capacity, random, alpha
):
    shuffled = [pair if random.random() < 0.5 else (pair[1], pair[0], pair[2]) for pair in pairs]
    random.shuffle(shuffled)
    order = random.sample(list(capacity.index), len(capacity))
    one = allocate(frame(*pairs), capacity, alpha=alpha)
    other = allocate(frame(*shuffled), capacity[order], alpha=alpha)
    assert chosen(one) == chosen(other)


@often
@given(edges, capacities)
def test_no_allocation_is_worth_more_than_the_bound(pairs, capacity):
    reached, bound = welfare_bound(frame(*pairs), capacity)
    best = best_by_linear_program(pairs, capacity)
    assert reached - 1e-3 <= best <= bound + 1e-6
    assert bound - reached < 1e-2


@pytest.mark.parametrize("capacity", [3, 5])
def test_where_places_just_suffice_the_floor_costs_what_the_linear_program_says(capacity):
    rng = np.random.default_rng(5)
    one, other = np.repeat(np.arange(300), 10), rng.integers(0, 110, 3000)
    scores = dict(zip(zip(one, other, strict=True), rng.random(3000) ** 2, strict=True))
    pairs = [(f"a{here}", f"b{there}", score) for (here, there), score in scores.items()]
    most = pd.Series(capacity, index=[f"a{at}" for at in range(300)] + [f"b{at}" for at in range(110)])
    found = allocate(frame(*pairs), most)
    served = counts(found).index
    assert len(served) == 410
    assert found["score"].sum() == pytest.approx(best_by_linear_program(pairs, most, served), rel=1e-4)


def skewed_market(n: int = 80) -> pd.DataFrame:
    """Everybody likes the same few best."""
    rng = np.random.default_rng(7)
    likes = rng.random((n, n)) * (np.arange(n) + 1) ** -0.7
    one, other = np.nonzero(likes > 0.02)
    return pd.DataFrame(
        {"id": [f"a{at}" for at in one], "candidate": [f"b{at}" for at in other], "score": likes[one, other]}
    )


def test_the_dial_makes_exposure_more_even_and_says_what_it_costs():
    pairs = skewed_market()
    capacity = pd.Series(4, index=pd.unique(pairs[["id", "candidate"]].to_numpy().ravel()))
    capacity[capacity.index.str.startswith("b")] = 20
    prices = price_of_evenness(pairs, capacity, (0.0, 0.5, 1.0), floor=0)
    ginis, lost = [price.gini for price in prices], [price.lost for price in prices]
    assert ginis[0] > ginis[1] > ginis[2]
    assert 0 == lost[0] < lost[1] < lost[2] < 1
    assert prices[2].newly_reached > 0


def test_the_bound_proves_a_large_allocation_nearly_best():
    rng = np.random.default_rng(3)
    one, other = np.repeat(np.arange(4000), 12), rng.integers(4000, 5000, 48_000)
    pairs = pd.DataFrame({"id": one, "candidate": other, "score": rng.random(48_000)})
    reached, bound = welfare_bound(pairs, pd.Series(5, index=np.arange(5000)))
    assert reached >= 0.999 * bound


def exposure(lists: np.ndarray, candidates: int) -> np.ndarray:
    return np.bincount(lists[lists >= 0], minlength=candidates)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 5), st.integers(0, 4), st.integers(0, 10**6))
def test_lists_keep_capacities_and_reach_the_best_sum(q, c, length, capacity, seed):
    scores = np.random.default_rng(seed).random((q, c)).astype(np.float32)
    lists = assign(scores, length, capacity)
    assert lists.shape == (q, length)
    assert exposure(lists, c).max() <= capacity
    for row, listed in enumerate(lists):
        known = listed[listed >= 0]
        assert len(set(known)) == len(known)
        assert (np.diff(scores[row, known]) <= 1e-4).all()
    if q * length <= c * capacity and length <= c and capacity:
        pairs = [(f"q{row}", f"c{column}", scores[row, column]) for row in range(q) for column in range(c)]
        most = pd.Series({f"q{row}": length for row in range(q)} | {f"c{at}": capacity for at in range(c)})
        total = np.take_along_axis(scores, lists, axis=1)[lists >= 0].sum()
        if (lists >= 0).all():
            assert total >= best_by_linear_program(pairs, most) - 1e-3 * q * length - 1e-2


def test_the_floor_of_lists_shows_more_candidates_at_little_loss():
    rng = np.random.default_rng(1)
    scores = (rng.random((60, 200)) * (np.arange(200) + 1) ** -0.5).astype(np.float32)
    plain, wide = assign(scores, 10, 30), assign(scores, 10, 30, floor=0.9)
    assert (exposure(plain, 200) > 0).mean() < 0.5
    assert (exposure(wide, 200) > 0).mean() >= 0.9
    assert gini(exposure(assign(scores, 10, 30, alpha=0.8), 200)) < gini(exposure(plain, 200))


def test_equal_scores_spread_over_candidates_by_the_seed():
    scores = np.zeros((40, 100), dtype=np.float32)
    one, other = assign(scores, 5, 40), assign(scores, 5, 40, random_state=1)
    assert (exposure(one, 100) > 0).sum() > 60
    assert (one != other).any()
    assert (one == assign(scores, 5, 40)).all()


def test_who_pauses_and_who_may_not_be_shown_is_in_no_list():
    scores = np.array([[0.9, 0.8, 0.1], [0.9, -np.inf, 0.2]], dtype=np.float32)
    assert assign(scores, 2, [0, 2, 2]).tolist() == [[1, 2], [2, -1]]
    assert assign(np.zeros((0, 3)), 2).shape == (0, 2)
    assert assign(np.zeros((2, 0)), 2).tolist() == [[-1, -1], [-1, -1]]


@pytest.mark.parametrize(
    ("scores", "settings_", "words"),
    [
        (np.full((2, 2), np.nan), {}, "not numbers"),
        (np.zeros(3), {}, "matrix"),
        (np.zeros((2, 2)), {"floor": 1.5}, "floor"),
        (np.zeros((2, 2)), {"alpha": -1.0}, "alpha"),
    ],
)
def test_lists_of_senseless_input_are_refused(scores, settings_, words):
    with pytest.raises(ValueError, match=words):
        assign(scores, **settings_)


def test_everybody_is_proposed_even_when_lists_end_before_the_crowd_does():
    crowd = [
        {"id": f"u{n}", "kind": "startup", "country": "US", "tags": ["Drones"], "technologies": ["drones"]}
        for n in range(120)
    ]
    few = [
        {"id": f"d{n}", "kind": "startup", "country": "IN", "tags": ["drones"], "technologies": ["drones"]}
        for n in range(3)
    ]
    rest = [{"id": f"r{n}", "kind": "sme", "country": "IN", "tags": ["Dairy"]} for n in range(30)]
    recommender = Recommender().fit(pd.DataFrame(crowd + few + rest))
    capacity = pd.Series(5, index=recommender.index_)
    assert len(counts(allocate(recommender.recommend(k=3), capacity))) < 153
    found = propose(recommender, capacity, k=3)
    assert len(counts(found)) == 153
    assert counts(found).max() <= 5
    assert found["score"].is_monotonic_decreasing


def test_proposals_obey_eligibility():
    recommender = Recommender().fit(synthetic.organizations(150))
    country = pd.Series(recommender.features_.country.astype(int), index=recommender.index_)
    country.iloc[:20] = -1
    eligible = Eligibility(country, [[False, True], [True, False]])
    found = propose(recommender, pd.Series(8, index=recommender.index_), k=5, eligible=eligible)
    assert not set(found["id"]) & set(country.index[:20])
    assert set(counts(found).index) == set(country.index[20:])
