"""Words two texts really share. Latent similarity finds partners; only shared words can be quoted, so only they count in full."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float32]

# Share of the highest inverse document frequency from which on a word is rare enough to mean something when shared.
QUOTABLE = 0.4
# A word this rare links two texts alone; between the two shares it takes two words.
TELLING = 0.55
# Quotable terms kept of each text: more cannot be gained by writing more.
MOST_TERMS = 24
# Shares of two to three telling words in common: full support.
ENOUGH = 1.2
_ENOUGH = np.float32(1 / ENOUGH)


def shares(names: NDArray[np.object_], idf: NDArray[np.float64]) -> Floats:
    """(terms,) float32: each term's share of the highest inverse document frequency; a concept weighs half as much again."""
    is_concept = np.array([name.startswith("=") for name in names])
    return np.asarray(
        np.minimum(idf / idf.max(initial=1) * np.where(is_concept, 1.5, 1), 1), dtype=np.float32
    )


def telling_terms(counted: sparse.csr_matrix, share: Floats) -> Floats:
    """The heaviest quotable terms of each row of TF-IDF counts.

    Returns
    -------
    (n, 2, MOST_TERMS) float32: columns of the vocabulary (-1 where fewer), and their `shares` (0 where fewer)
    """
    row = np.repeat(np.arange(counted.shape[0]), np.diff(counted.indptr))
    kept = share[counted.indices] >= QUOTABLE
    row, column, weight = row[kept], counted.indices[kept], counted.data[kept]
    order = np.lexsort((column, -weight, row))
    row, column = row[order], column[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    kept = rank < MOST_TERMS
    top = np.zeros((counted.shape[0], 2, MOST_TERMS), dtype=np.float32)
    top[:, 0] = -1
    top[row[kept], 0, rank[kept]] = column[kept]
    top[row[kept], 1, rank[kept]] = share[column[kept]]
    return top


def _matrix(terms: Floats, width: int) -> sparse.csr_array:
    """(n, width): roots of shares, so that a product of rows sums the shares of what they have in common."""
    present = terms[:, 0] >= 0
    starts = np.concatenate([[0], np.cumsum(present.sum(axis=1))])
    return sparse.csr_array(
        (np.sqrt(terms[:, 1][present]), terms[:, 0][present].astype(np.int32), starts),
        shape=(len(terms), width),
    )


def _width(one: Floats, other: Floats) -> int:
    return int(max(one[:, 0].max(initial=-1), other[:, 0].max(initial=-1))) + 1


def support(rows: Floats, columns: Floats) -> Floats:
    """(rows, columns) float32 in [0, 1]: how well shared words support each pair; from `telling_terms` of both."""
    width = _width(rows, columns)
    if not width:
        return np.zeros((len(rows), len(columns)), dtype=np.float32)
    product = (_matrix(rows, width) @ _matrix(columns, width).T.tocsr()).toarray()
    return np.minimum(product * _ENOUGH, 1)


def pair_support(one: Floats, other: Floats) -> Floats:
    """(n,) float32: `support` of pairs given row by row."""
    width = _width(one, other)
    if not width:
        return np.zeros(len(one), dtype=np.float32)
    product = _matrix(one, width).multiply(_matrix(other, width)).sum(axis=1)
    return np.minimum(np.asarray(product, dtype=np.float32) * _ENOUGH, 1)


def shared_terms(one: Floats, other: Floats) -> list[list[int]]:
    """Columns of the vocabulary in both terms of each pair, rarest first."""
    same = (one[:, 0, :, None] == other[:, 0, None, :]) & (one[:, 0] >= 0)[:, :, None]
    pair, place, _ = np.nonzero(same)
    found: list[list[int]] = [[] for _ in one]
    column, share = one[pair, 0, place].astype(int), one[pair, 1, place]
    for at in np.lexsort((column, -share, pair)).tolist():
        found[pair[at]].append(int(column[at]))
    return found
