"""Who may meet whom, as codes: the application decides, `ml` only obeys."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray


class Eligibility:
    """Groups of organizations, which groups may meet, and pairs that may not.

    Parameters
    ----------
    group : Series, id -> int code in [0, G); -1, or an id that is missing, meets nobody
    allowed : (G, G) bool, symmetric: whether members of two groups may be proposed to each other
    excluded : iterable of (id, candidate), unordered pairs never proposed; unknown ids are ignored

    Raises
    ------
    ValueError
        When `allowed` is not square and symmetric, codes lie outside it, or `group` has an id twice.
    """

    def __init__(
        self,
        group: pd.Series,
        allowed: NDArray[np.bool_],
        excluded: Iterable[tuple[Hashable, Hashable]] = (),
    ) -> None:
        allowed = np.asarray(allowed, dtype=bool)
        if (
            allowed.ndim != 2
            or allowed.shape[0] != allowed.shape[1]
            or not np.array_equal(allowed, allowed.T)
        ):
            raise ValueError("allowed must be a square, symmetric matrix")
        if not group.index.is_unique:
            raise ValueError("group names an organization twice")
        codes = group.to_numpy(dtype=np.int64)
        if len(codes) and (codes.min() < -1 or codes.max() >= len(allowed)):
            raise ValueError("group has codes outside the allowed matrix")
        self.group = group
        self.allowed = allowed
        self.excluded = tuple(excluded)

    def on(self, index: pd.Index) -> PositionedEligibility:
        """The same, for positions in an index of ids."""
        where = self.group.index.get_indexer(index)
        codes = np.append(self.group.to_numpy(dtype=np.int64), -1)[where]
        return PositionedEligibility(codes, self.allowed, _positions(self.excluded, index))


class PositionedEligibility:
    """Eligibility by position; `codes` (n,) int64, `allowed` (G + 1, G + 1) bool, `excluded` (m, 2) positions, both orders."""

    def __init__(
        self, codes: NDArray[np.int64], allowed: NDArray[np.bool_], excluded: NDArray[np.intp]
    ) -> None:
        self.codes = codes
        # Code -1 reads the added last row and column: nobody.
        self.allowed = np.pad(allowed, (0, 1))
        both = np.concatenate([excluded, excluded[:, ::-1]])
        self._excluded = both[np.argsort(both[:, 0], kind="stable")]

    def mask(
        self, rows: NDArray[np.intp], columns: NDArray[np.intp], place: NDArray[np.intp]
    ) -> NDArray[np.bool_] | None:
        """(rows, columns) bool, or None when every pair of this block may meet.

        Parameters
        ----------
        rows, columns : positions of the block's organizations
        place : (n,), where a position stands in `columns`, -1 elsewhere
        """
        allowed = self.allowed[self.codes[rows]][:, self.codes[columns]]
        if len(self._excluded):
            self._strike(allowed, rows, place)
        return None if allowed.all() else allowed

    def partners(self, position: int) -> NDArray[np.bool_]:
        """(n,) whom one organization may meet."""
        may: NDArray[np.bool_] = self.allowed[self.codes[position]][self.codes]
        start, stop = np.searchsorted(self._excluded[:, 0], [position, position + 1])
        may[self._excluded[start:stop, 1]] = False
        return may

    def struck_out(
        self, rows: NDArray[np.intp], columns: NDArray[np.intp]
    ) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Excluded pairs of rows with columns as CSR: (len(rows) + 1,) starts, and places in `columns`, ascending."""
        place = np.full((2, len(self.codes)), -1, dtype=np.intp)
        place[0, rows], place[1, columns] = np.arange(len(rows)), np.arange(len(columns))
        row, column = place[0, self._excluded[:, 0]], place[1, self._excluded[:, 1]]
        known = (row >= 0) & (column >= 0)
        pairs = np.unique(np.column_stack([row[known], column[known]]), axis=0)
        starts = np.searchsorted(pairs[:, 0], np.arange(len(rows) + 1))
        return starts.astype(np.int64), pairs[:, 1].astype(np.int32)

    def _strike(self, allowed: NDArray[np.bool_], rows: NDArray[np.intp], place: NDArray[np.intp]) -> None:
        starts = np.searchsorted(self._excluded[:, 0], rows)
        ends = np.searchsorted(self._excluded[:, 0], rows, side="right")
        for row in np.flatnonzero(ends > starts):
            partners = place[self._excluded[starts[row] : ends[row], 1]]
            allowed[row, partners[partners >= 0]] = False


def _positions(pairs: tuple[tuple[Hashable, Hashable], ...], index: pd.Index) -> NDArray[np.intp]:
    if not pairs:
        return np.empty((0, 2), dtype=np.intp)
    one = index.get_indexer(pd.Index([pair[0] for pair in pairs]))
    other = index.get_indexer(pd.Index([pair[1] for pair in pairs]))
    known = (one >= 0) & (other >= 0)
    return np.column_stack([one, other])[known].astype(np.intp)
