"""Attention is shared: caps hold, nobody feasible is left out, the rest goes to the best scores."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml import Eligibility, Recommender, allocate, propose, synthetic


def frame(*pairs: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["id", "candidate", "score"])


def chosen(found: pd.DataFrame) -> set[frozenset[str]]:
    return {frozenset(pair) for pair in zip(found["id"], found["candidate"], strict=True)}


def counts(found: pd.DataFrame) -> pd.Series:
    return pd.concat([found["id"], found["candidate"]]).value_counts()


def test_the_best_scores_win_where_capacity_ends():
    found = allocate(
        frame(("a", "x", 0.9), ("b", "x", 0.8), ("a", "y", 0.7)), pd.Series({"a": 2, "b": 1, "x": 1, "y": 1})
    )
    assert chosen(found) == {frozenset("ax"), frozenset("ay")}


def test_the_floor_takes_from_the_favored_what_another_needs():
    pairs = frame(("a", "x", 0.9), ("a", "y", 0.8), ("b", "x", 0.1))
    capacity = pd.Series({"a": 1, "b": 1, "x": 1, "y": 1})
    assert chosen(allocate(pairs, capacity, floor=0)) == {frozenset("ax")}
    assert chosen(allocate(pairs.assign(score=[0.9, 0.95, 0.1]), capacity)) == {
        frozenset("ay"),
        frozenset("bx"),
    }


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
        (frame(("a", "x", 0.1)).drop(columns="score"), {"a": 1, "x": 1}, "score"),
    ],
)
def test_input_that_makes_no_market_is_refused(pairs, capacity, words):
    with pytest.raises(ValueError, match=words):
        allocate(pairs, pd.Series(capacity))


edges = st.lists(
    st.tuples(
        st.sampled_from("abcdef"), st.sampled_from("uvwxyz"), st.sampled_from([0.1, 0.3, 0.5, 0.5, 0.9])
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=150, deadline=None)
@given(edges, st.integers(1, 3), st.integers(1, 3))
def test_caps_hold_and_no_pair_with_room_on_both_sides_is_left(pairs, here, there):
    capacity = pd.Series(dict.fromkeys("abcdef", here) | dict.fromkeys("uvwxyz", there))
    found = allocate(frame(*pairs), capacity)
    used = counts(found).reindex(capacity.index, fill_value=0)
    assert (used <= capacity).all()
    assert len(chosen(found)) == len(found)
    for one, other, _ in pairs:
        if frozenset((one, other)) not in chosen(found):
            assert used[one] == capacity[one] or used[other] == capacity[other]
    pd.testing.assert_frame_equal(found, allocate(frame(*pairs), capacity))


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
    found = propose(recommender, pd.Series(4, index=recommender.index_), k=5, eligible=eligible)
    assert not set(found["id"]) & set(country.index[:20])
    assert set(counts(found).index) == set(country.index[20:])
