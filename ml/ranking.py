"""The best k partners of every organization, both directions from one pass over blocks of pairs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ml import scoring
from ml.eligibility import PositionedEligibility
from ml.features import Features, Floats

# A block and its temporaries stay in tens of megabytes, and its rows are long enough for the matrix product.
BLOCK_ROWS = 512
BLOCK_COLUMNS = 2048
# Scores closer than this are equal: they are ordered by a fixed number of the pair, so that ties spread attention evenly.
TIE = np.float32(1e-4)


class TopK:
    """Running best k of n organizations.

    Attributes
    ----------
    key : (n, k) float32, score plus tie-breaker, -1 where empty
    partner : (n, k) int64, positions, -1 where empty
    forward, backward : (n, k) float32, seen from the organization whose list it is
    """

    def __init__(self, n: int, k: int) -> None:
        self.key = np.full((n, k), -1, dtype=np.float32)
        self.partner = np.full((n, k), -1, dtype=np.int64)
        self.forward = np.zeros((n, k), dtype=np.float32)
        self.backward = np.zeros((n, k), dtype=np.float32)

    def offer(
        self, at: slice, keys: Floats, partners: NDArray[np.intp], forward: Floats, backward: Floats
    ) -> None:
        """Take the best of a block (m, t) into the lists of organizations `at`."""
        k = self.key.shape[1]
        if keys.shape[1] > k:
            best = np.argpartition(keys, keys.shape[1] - k, axis=1)[:, -k:]
        else:
            best = np.broadcast_to(np.arange(keys.shape[1]), keys.shape)
        key = np.concatenate([self.key[at], np.take_along_axis(keys, best, axis=1)], axis=1)
        kept = np.argpartition(key, key.shape[1] - k, axis=1)[:, -k:]
        self.key[at] = np.take_along_axis(key, kept, axis=1)
        for held, offered in (
            (self.partner, partners[best]),
            (self.forward, np.take_along_axis(forward, best, axis=1)),
            (self.backward, np.take_along_axis(backward, best, axis=1)),
        ):
            held[at] = np.take_along_axis(np.concatenate([held[at], offered], axis=1), kept, axis=1)

    def sort(self) -> None:
        """Best first; pairs that may not meet leave their place empty."""
        self.partner[self.key < 0] = -1
        order = np.lexsort((self.partner, -self.key), axis=1)
        for held in ("key", "partner", "forward", "backward"):
            setattr(self, held, np.take_along_axis(getattr(self, held), order, axis=1))


def best_partners(
    features: Features,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    k: int,
    eligible: PositionedEligibility | None,
    *,
    for_rows: bool = True,
    for_columns: bool = True,
) -> tuple[tuple[NDArray[np.intp], TopK], tuple[NDArray[np.intp], TopK]]:
    """Best k columns of each row and best k rows of each column.

    Parameters
    ----------
    features : Features of all organizations
    rows, columns : positions of organizations of one country each
    eligible : who may meet; None for everybody
    for_rows, for_columns : whose lists are wanted; the others come back empty

    Returns
    -------
    (order, top) of the rows and of the columns: `top`'s i-th list is of the organization at ``order[i]``
    """
    rows, columns = _by_kind(features, rows), _by_kind(features, columns)
    row_features, column_features = features.take(rows), features.take(columns)
    place = np.full(len(features), -1, dtype=np.intp)
    row_top, column_top = TopK(len(rows), k), TopK(len(columns), k)
    for across in _chunks(column_features.kind, BLOCK_COLUMNS):
        column_block = column_features.take(across)
        place[:] = -1
        place[columns[across]] = np.arange(across.stop - across.start)
        for down in _chunks(row_features.kind, BLOCK_ROWS):
            row_block = row_features.take(down)
            forward, backward = scoring.block_sides(row_block, column_block)
            keys = scoring.combine(forward, backward)
            keys += _tie_break(row_block.spread, column_block.spread)
            mask = eligible.mask(rows[down], columns[across], place) if eligible else None
            if mask is not None:
                keys[~mask] = -1
            if for_rows:
                row_top.offer(down, keys, columns[across], forward, backward)
            if for_columns:
                column_top.offer(across, np.ascontiguousarray(keys.T), rows[down], backward.T, forward.T)
    for wanted, top in ((for_rows, row_top), (for_columns, column_top)):
        if wanted:
            top.sort()
    return (rows, row_top), (columns, column_top)


def _by_kind(features: Features, positions: NDArray[np.intp]) -> NDArray[np.intp]:
    return positions[np.argsort(features.kind[positions], kind="stable")]


def _chunks(kinds: NDArray[np.int8], size: int) -> Iterator[slice]:
    """Slices of at most `size` within runs of one kind."""
    edges = np.flatnonzero(np.diff(kinds)) + 1
    for start, stop in zip([0, *edges], [*edges, len(kinds)], strict=True):
        for begin in range(int(start), int(stop), size):
            yield slice(begin, min(begin + size, int(stop)))


def _tie_break(rows: NDArray[np.float64], columns: NDArray[np.float64]) -> Floats:
    """(rows, columns) in [0, TIE): each organization's order of all others is a turn of one circle, so none is favored."""
    sum_ = np.add.outer(rows.astype(np.float32), columns.astype(np.float32))
    sum_ -= sum_ >= 1
    sum_ *= TIE
    return sum_
