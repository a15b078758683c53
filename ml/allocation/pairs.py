"""Pairs between two sides as sparse rows, in an order that depends on who the organizations are and not on where they stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.allocation.auction import Ints, Places, Values, compiled

Whole = NDArray[np.int32] | NDArray[np.int64]

# Of the largest value: equal pairs are ordered by a fixed number of the pair within this, so that ties spread evenly.
TIE = 1e-5


@dataclass(frozen=True, slots=True)
class Pairs:
    """Distinct pairs of n rows and m columns.

    Attributes
    ----------
    starts : (n + 1,) int64, row i has the pairs ``starts[i]:starts[i + 1]``, the best first
    columns : (e,) int32
    values : (e,) float32, at most 1
    origin : (e,) int32 or int64, where each pair was given
    row_most, column_most : (n,) and (m,) int32, capacities
    """

    starts: Ints
    columns: Places
    values: NDArray[np.float32]
    origin: Whole
    row_most: Places
    column_most: Places

    @property
    def sparse(self) -> tuple[Ints, Places, NDArray[np.float32]]:
        """As `auction` takes them."""
        return self.starts, self.columns, self.values

    def degrees(self, held: NDArray[np.bool_]) -> tuple[Ints, Ints]:
        """How many of the chosen pairs each row and each column has."""
        before = np.concatenate([[0], np.cumsum(held)])
        return np.diff(before[self.starts]), np.bincount(self.columns[held], minlength=len(self.column_most))


@dataclass(frozen=True, slots=True)
class Ends:
    """Pairs of n organizations as given: positions `one` and `other`, and a `value` each, not negative."""

    one: Whole
    other: Whole
    value: Values

    def __len__(self) -> int:
        return len(self.value)


def two_sided(ends: Ends, most: Ints, spread: Values) -> tuple[Pairs, Ints, Ints]:
    """Pairs of organizations with capacity, each once at its best value, the more numerous side as rows.

    Parameters
    ----------
    ends : pairs in any direction
    most : (n,) capacities
    spread : (n,) in [0, 1), a number of each organization that orders equals

    Returns
    -------
    pairs, and the organizations that are its rows and its columns

    Raises
    ------
    ValueError
        When the pairs are not between two sides.
    """
    # From here on organizations are counted by their spread, not as they were given.
    order = np.argsort(spread, kind="stable")
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order))
    most, spread, ones, others = most[order], spread[order], rank[ends.one], rank[ends.other]
    open_ = (most[ones] > 0) & (most[others] > 0) & (ones != others)
    side = np.full(len(most), -1, dtype=np.int8)
    if not _sides(ones, others, open_, side):
        raise ValueError("pairs must be between two sides, such as two countries")
    if (side == 1).sum() > (side == 0).sum():
        side[side >= 0] ^= 1
    rows, columns = np.flatnonzero(side == 0), np.flatnonzero(side == 1)
    place = np.empty(len(most), dtype=np.int32)
    place[rows], place[columns] = np.arange(len(rows)), np.arange(len(columns))
    # Where a pair comes in both directions with one value, the row's own view of it counts.
    straight = side[ones] == 0
    kept = np.concatenate([np.flatnonzero(open_ & straight), np.flatnonzero(open_ & ~straight)])
    kept = kept.astype(np.int32 if len(ends) < 2**31 else np.int64)
    scale = float(ends.value.max(initial=0.0, where=open_)) or 1.0
    row, column, value = _placed(
        ones, others, straight, kept, place, ends.value, scale, spread[rows], spread[columns]
    )
    del ones, others, straight, open_
    capacities = most[rows].astype(np.int32), most[columns].astype(np.int32)
    return sorted_pairs(row, column, value, kept, *capacities), order[rows], order[columns]


@compiled
def _placed(ones, others, straight, kept, place, given, scale, row_spread, column_spread):  # type: ignore[no-untyped-def]
    """Row, column and value of each pair that is kept, the value with what orders equals."""
    row, column = np.empty(len(kept), np.int32), np.empty(len(kept), np.int32)
    value = np.empty(len(kept), np.float32)
    for at in range(len(kept)):
        pair = kept[at]
        one, other = place[ones[pair]], place[others[pair]]
        row[at], column[at] = (one, other) if straight[pair] else (other, one)
        tie = (row_spread[row[at]] + column_spread[column[at]]) % 1.0 * TIE
        value[at] = given[pair] / scale + tie
    return row, column, value


def sorted_pairs(
    row: Whole,
    column: Whole,
    value: NDArray[np.float32],
    origin: Whole,
    row_most: Places,
    column_most: Places,
) -> Pairs:
    """Pairs given in any order, each perhaps twice, as rows of distinct pairs, the best first."""
    starts = np.zeros(len(row_most) + 1, dtype=np.int64)
    columns, values, origins = np.empty(len(row), np.int32), np.empty(len(row), np.float32), origin.copy()
    order = counted(row, len(row_most))
    size = _sort_rows(row, column, value, origin, order, starts, len(column_most), columns, values, origins)
    columns, values, origins = columns[:size], values[:size], origins[:size]
    row_degree, column_degree = np.diff(starts), np.bincount(columns, minlength=len(column_most))
    return Pairs(
        starts,
        columns,
        values,
        origins,
        np.minimum(row_most, row_degree).astype(np.int32),
        np.minimum(column_most, column_degree).astype(np.int32),
    )


def counted(key: Whole, size: int) -> Whole:
    """The order of whole numbers below `size`, stable, by counting."""
    narrow = len(key) < 2**31
    order: Whole = np.empty(len(key), dtype=np.int32) if narrow else np.empty(len(key), dtype=np.int64)
    _count(key, size, order)
    return order


@compiled
def _count(key, size, order):  # type: ignore[no-untyped-def]
    at = np.zeros(size + 1, np.int64)
    for one in key:
        at[one + 1] += 1
    at = np.cumsum(at)
    for place in range(len(key)):
        order[at[key[place]]] = place
        at[key[place]] += 1


@compiled
def _sort_rows(row, column, value, origin, order, starts, n_columns, columns, values, origins):  # type: ignore[no-untyped-def]
    """Write the pairs of each row by falling value, then by column; leave later ones of a pair out, and write `starts`."""
    seen = np.full(n_columns, -1, np.int64)
    size = begin = 0
    for here in range(len(starts) - 1):
        end = begin
        while end < len(order) and row[order[end]] == here:
            end += 1
        part = order[begin:end]
        part = part[np.argsort(column[part], kind="mergesort")]
        for at in part[np.argsort(-value[part], kind="mergesort")]:
            if seen[column[at]] != here:
                seen[column[at]] = here
                columns[size], values[size], origins[size] = column[at], value[at], origin[at]
                size += 1
        begin = end
        starts[here + 1] = size
    return size


@compiled
def _sides(one, other, open_, side):  # type: ignore[no-untyped-def]
    """Write 0 or 1 for the two ends of every open pair; False when there are not two sides.

    Union–find with parity; in each part of the market, the organization that is counted first is on the first side.
    """
    parent, odd = np.arange(len(side)), np.zeros(len(side), np.bool_)
    for at in range(len(one)):
        if open_[at]:
            a, odd_a = _root(parent, odd, one[at])
            b, odd_b = _root(parent, odd, other[at])
            if a == b and odd_a == odd_b:
                return False
            if a != b:
                parent[max(a, b)] = min(a, b)
                odd[max(a, b)] = odd_a == odd_b
    for at in range(len(one)):
        if open_[at]:
            for end in (one[at], other[at]):
                side[end] = _root(parent, odd, end)[1]
    return True


@compiled
def _root(parent, odd, node):  # type: ignore[no-untyped-def]
    """The root of a node, and whether the node is on the other side; paths are halved."""
    is_odd = False
    while parent[node] != node:
        above = parent[node]
        if parent[above] != above:
            odd[node] ^= odd[above]
            parent[node] = parent[above]
        is_odd ^= odd[node]
        node = parent[node]
    return node, is_odd
