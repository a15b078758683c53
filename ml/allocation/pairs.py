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
    most, spread = most[order], spread[order]
    side = np.full(len(most), -1, dtype=np.int8)
    given = ends.one, ends.other, rank, most > 0
    if not _sides(*given, side):
        raise ValueError("pairs must be between two sides, such as two countries")
    if (side == 1).sum() > (side == 0).sum():
        side[side >= 0] ^= 1
    rows, columns = np.flatnonzero(side == 0), np.flatnonzero(side == 1)
    place = np.empty(len(most), dtype=np.int32)
    place[rows], place[columns] = np.arange(len(rows)), np.arange(len(columns))
    starts = np.zeros(len(rows) + 1, dtype=np.int64)
    largest = _counted(*given, side, place, ends.value, starts)
    size = int(starts[-1])
    found = np.empty(size, np.int32), np.empty(size, np.float32), _room(size, len(ends))
    into = starts[:-1].copy(), *found
    _placed(*given, side, place, ends.value, largest or 1.0, spread[rows], spread[columns], into)
    capacities = most[rows].astype(np.int32), most[columns].astype(np.int32)
    return _distinct(starts, *found, *capacities), order[rows], order[columns]


def _room(size: int, largest: int) -> Whole:
    """(size,) for whole numbers below `largest`."""
    return np.empty(size, np.int32) if largest < 2**31 else np.empty(size, np.int64)


@compiled
def _counted(ones, others, rank, is_open, side, place, values, starts):  # type: ignore[no-untyped-def]
    """Write where each row's pairs begin; the largest value of a pair."""
    largest = 0.0
    for pair in range(len(ones)):
        one, other = rank[ones[pair]], rank[others[pair]]
        if one != other and is_open[one] and is_open[other]:
            starts[place[one if side[one] == 0 else other] + 1] += 1
            largest = max(largest, values[pair])
    for row in range(len(starts) - 1):
        starts[row + 1] += starts[row]
    return largest


@compiled
def _placed(ones, others, rank, is_open, side, place, given, scale, row_spread, column_spread, into):  # type: ignore[no-untyped-def]
    """Write each row's pairs, in the order given, the value with what orders equals.

    Where a pair comes in both directions with one value, the row's own view of it counts: those come first.
    """
    at, columns, values, origins = into
    for turn in range(2):
        for pair in range(len(ones)):
            one, other = rank[ones[pair]], rank[others[pair]]
            if one == other or not is_open[one] or not is_open[other] or side[one] != turn:
                continue
            row, column = (place[one], place[other]) if turn == 0 else (place[other], place[one])
            tie = (row_spread[row] + column_spread[column]) % 1.0 * TIE
            columns[at[row]], values[at[row]] = column, given[pair] / scale + tie
            origins[at[row]] = pair
            at[row] += 1


def sorted_pairs(
    row: Whole,
    column: Whole,
    value: NDArray[np.float32],
    origin: Whole,
    row_most: Places,
    column_most: Places,
) -> Pairs:
    """Pairs given in any order, each perhaps twice, as rows of distinct pairs, the best first."""
    order = counted(row, len(row_most))
    starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(row_most)))]).astype(np.int64)
    columns = column[order].astype(np.int32)
    return _distinct(starts, columns, value[order], origin[order], row_most, column_most)


def _distinct(
    starts: Ints,
    columns: Places,
    values: NDArray[np.float32],
    origins: Whole,
    row_most: Places,
    column_most: Places,
) -> Pairs:
    """Pairs of each row, each perhaps twice, sorted where they stand; `starts` is written anew."""
    size = _sort_rows(starts, len(column_most), columns, values, origins)
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
    order = _room(len(key), len(key))
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
def _sort_rows(starts, n_columns, columns, values, origins):  # type: ignore[no-untyped-def]
    """Put the pairs of each row by falling value, then by column; leave later ones of a pair out, and move `starts`."""
    seen = np.full(n_columns, -1, np.int64)
    size = begin = 0
    for here in range(len(starts) - 1):
        end = starts[here + 1]
        # What is written never overtakes what is read: a row's pairs are read whole first.
        column, value, origin = columns[begin:end].copy(), values[begin:end].copy(), origins[begin:end].copy()
        part = np.argsort(column, kind="mergesort")
        part = part[np.argsort(-value[part], kind="mergesort")]
        for at in part:
            if seen[column[at]] != here:
                seen[column[at]] = here
                columns[size], values[size], origins[size] = column[at], value[at], origin[at]
                size += 1
        begin = end
        starts[here + 1] = size
    return size


@compiled
def _sides(ones, others, rank, is_open, side):  # type: ignore[no-untyped-def]
    """Write 0 or 1 for the two ends of every open pair; False when there are not two sides.

    Union–find with parity; in each part of the market, the organization that is counted first is on the first side.
    """
    parent, odd = np.arange(len(side)), np.zeros(len(side), np.bool_)
    for at in range(len(ones)):
        one, other = rank[ones[at]], rank[others[at]]
        if one != other and is_open[one] and is_open[other]:
            a, odd_a = _root(parent, odd, one)
            b, odd_b = _root(parent, odd, other)
            if a == b and odd_a == odd_b:
                return False
            if a != b:
                parent[max(a, b)] = min(a, b)
                odd[max(a, b)] = odd_a == odd_b
            side[one] = side[other] = 0
    for end in range(len(side)):
        if side[end] == 0:
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
