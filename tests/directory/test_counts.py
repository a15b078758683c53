"""How many of those found have each value is the same whether few, many or nearly all are found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.directory.snapshot import Labels

VALUES = ("chips", "solar", "water", "food")


@given(
    rows=st.lists(st.lists(st.sampled_from(VALUES), unique=True, max_size=4), max_size=150),
    seed=st.integers(0, 1000),
    share=st.sampled_from([0.0, 0.01, 0.4, 0.99, 1.0]),
)
def test_counts_are_those_of_walking_through_all(rows: list[list[str]], seed: int, share: float) -> None:
    labels = Labels.none().extended(0, [tuple(row) for row in rows[:50]])
    labels = labels.extended(min(50, len(rows)), [tuple(row) for row in rows[50:]])
    mask = np.random.default_rng(seed).random(len(rows)) < share
    found = [value for row, is_in in zip(rows, mask, strict=True) if is_in for value in row]
    assert labels.counts(mask) == {value: found.count(value) for value in labels.values}


@pytest.mark.parametrize("chosen", [[], [3], [3, 199]])
def test_a_few_and_all_but_a_few_are_counted_without_walking_through_all(chosen: list[int]) -> None:
    labels = Labels.none().extended(0, [(VALUES[at % 4], "in both") for at in range(200)])
    few = np.zeros(200, dtype=bool)
    few[chosen] = True
    assert labels.counts(few)["in both"] == len(chosen)
    assert labels.counts(~few)["in both"] == 200 - len(chosen)
    assert labels.counts(few)["food"] == len(chosen)
