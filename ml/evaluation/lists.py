"""Lists of the best candidates, equal scores in random order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.evaluation.metrics import Lists, Values

# Half of a quarter of the gap between neighboring float32 numbers, and less than the smallest of them.
_RELATIVE, _SMALLEST = 2.0**-26, 2.0**-150


def keys(scores: NDArray[np.float32], known: NDArray[np.bool_], random: np.random.Generator) -> Values:
    """(q, c) float64 that order as the scores do, ties at random for each query anew; -inf where already linked.

    Raises
    ------
    ValueError
        When a score is not a finite number.
    """
    if not np.isfinite(scores).all():
        raise ValueError("a model gave scores that are not finite numbers")
    exact = scores.astype(np.float64)
    exact += (np.abs(exact) * _RELATIVE + _SMALLEST) * random.random(exact.shape)
    exact[known] = -np.inf
    return exact


def best(ordered: Values, k: int) -> Lists:
    """(q, k) columns of the highest keys, best first; -1 where fewer may be shown."""
    k = min(k, ordered.shape[1])
    top = np.argpartition(ordered, ordered.shape[1] - k, axis=1)[:, -k:]
    found = np.take_along_axis(ordered, top, axis=1)
    place = np.argsort(-found, axis=1, kind="stable")
    top, found = np.take_along_axis(top, place, axis=1), np.take_along_axis(found, place, axis=1)
    return np.where(np.isneginf(found), -1, top).astype(np.int64)


def first_relevant_rank(ordered: Values, relevant: NDArray[np.bool_]) -> Values:
    """(q,) place from 1 of the best relevant candidate in the full ranking."""
    highest = np.where(relevant, ordered, -np.inf).max(axis=1)
    return 1.0 + (ordered > highest[:, None]).sum(axis=1)


def rank_discount(ordered: Values) -> Values:
    """(q, c) 1 / log2(1 + rank) of each candidate in the query's own order, -inf where it may not be shown."""
    order = np.argsort(-ordered, axis=1, kind="stable")
    discount = np.empty_like(ordered)
    np.put_along_axis(
        discount,
        order,
        np.broadcast_to(1 / np.log2(np.arange(2, ordered.shape[1] + 2)), ordered.shape),
        axis=1,
    )
    discount[np.isneginf(ordered)] = -np.inf
    return discount
