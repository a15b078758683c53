"""Measures of lists: relevance by query, attention by candidate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Lists = NDArray[np.int64]


def hits(lists: Lists, relevant: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(q, k) bool, which places of the lists (columns of `relevant`, -1 where empty) are relevant."""
    return np.take_along_axis(relevant, np.maximum(lists, 0), axis=1) & (lists >= 0)


def recall(hit: NDArray[np.bool_], n_relevant: NDArray[np.int64]) -> Values:
    """(q,) share of what is relevant that a list holds."""
    return np.asarray(hit.sum(axis=1) / n_relevant, dtype=np.float64)


def ndcg(hit: NDArray[np.bool_], n_relevant: NDArray[np.int64], k: int = 10) -> Values:
    """(q,) normalized discounted cumulative gain of the first k places, gain 1 (Järvelin and Kekäläinen 2002)."""
    discount = 1 / np.log2(np.arange(2, k + 2))
    ideal = np.concatenate([[0.0], np.cumsum(discount)])[np.minimum(n_relevant, k)]
    return np.asarray(hit[:, :k] @ discount[: hit.shape[1]] / ideal, dtype=np.float64)


def graded_ndcg(scores: Values, grades: Values, k: int = 10, *, exponential: bool = False) -> float:
    """Normalized discounted cumulative gain of one query's graded candidates.

    The gain is the grade, as in scikit-learn's ``ndcg_score``, or ``2**grade - 1`` (Burges et al. 2005). Candidates of
    one score share the mean gain of their places (McSherry and Najork 2008). NaN when no candidate has a gain.
    """
    gains = np.exp2(grades) - 1 if exponential else grades
    if not gains.sum() > 0:
        return float("nan")
    discount = np.zeros(len(gains))
    discount[:k] = 1 / np.log2(np.arange(2, min(k, len(gains)) + 2))
    _, group = np.unique(-scores, return_inverse=True)
    mean_gain = np.bincount(group, weights=gains) / np.bincount(group)
    gained = float(mean_gain[np.sort(group)] @ discount)
    return gained / float(np.sort(gains)[::-1] @ discount)


def reciprocal_rank(hit: NDArray[np.bool_]) -> Values:
    """(q,) one over the place of the first relevant candidate, 0 when the list has none."""
    return np.where(hit.any(axis=1), 1 / (hit.argmax(axis=1) + 1.0), 0.0)


def exposure(lists: Lists, n_candidates: int) -> NDArray[np.int64]:
    """(c,) in how many lists each candidate is."""
    return np.bincount(lists[lists >= 0], minlength=n_candidates)


def coverage(counts: NDArray[np.int64]) -> float:
    """Share of all candidates that are in at least one list."""
    return float((counts > 0).mean()) if len(counts) else 0.0


def gini(counts: NDArray[np.int64]) -> float:
    """Gini coefficient of exposure over all candidates, those never shown too: 0 all alike, near 1 a few get all."""
    total = counts.sum()
    if not total:
        return 0.0
    n = len(counts)
    rank = np.arange(1, n + 1)
    return float(((2 * rank - n - 1) * np.sort(counts)).sum() / (n * total))
