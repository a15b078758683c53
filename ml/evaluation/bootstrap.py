"""Paired intervals: the same resamples of queries for every model (Efron 1979; percentile intervals)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.evaluation.metrics import Lists, Values

LEVEL = 0.95


class Interval(NamedTuple):
    """A figure and the bounds of its interval."""

    value: float
    low: float
    high: float


class Resamples:
    """How often each query is drawn in each resample.

    Parameters
    ----------
    n_queries, n_resamples : sizes
    random_state : seed; the same for every model, so that differences are paired
    """

    def __init__(self, n_queries: int, n_resamples: int, random_state: int) -> None:
        random = np.random.default_rng(random_state)
        share = np.full(n_queries, 1 / n_queries)
        self.draws = random.multinomial(n_queries, share, size=n_resamples).astype(np.float32)

    def means(self, values: Values) -> Values:
        """(b,) the mean of the values (q,) in each resample."""
        return np.asarray(self.draws @ values / values.shape[0], dtype=np.float64)

    def attention(self, made: Sequence[Lists], sizes: Sequence[int]) -> tuple[Values, Values]:
        """(b,) coverage and Gini coefficient in each resample, of lists (columns of `sizes` candidates) by block."""
        parts, start = [], 0
        for one, size in zip(made, sizes, strict=True):
            shown = np.unique(one[one >= 0])
            place = np.full(size + 1, len(shown))
            place[shown] = np.arange(len(shown))
            listed = np.zeros((len(one), len(shown) + 1), dtype=np.float32)
            listed[np.arange(len(one))[:, None], place[one]] = 1
            parts.append(self.draws[:, start : start + len(one)] @ listed[:, :-1])
            start += len(one)
        counts = np.concatenate(parts, axis=1)
        n = sum(sizes)
        return (counts > 0).sum(axis=1) / n, _gini_of_rows(counts, n)


def _gini_of_rows(counts: NDArray[np.float32], n: int) -> Values:
    """Gini coefficient of each row with zeros added up to n entries."""
    ordered = np.sort(counts.astype(np.float64), axis=1)
    rank = np.arange(n - ordered.shape[1] + 1, n + 1)
    total = np.maximum(ordered.sum(axis=1), 1)
    return np.asarray((ordered @ (2 * rank - n - 1)) / (n * total), dtype=np.float64)


def interval(value: float, resampled: Values, *, centered: bool = False) -> Interval:
    """The percentile interval of a figure.

    Fewer distinct queries always cover less, so the resamples of coverage and Gini sit beside the figure: `centered`
    moves their median onto it.
    """
    tail = (1 - LEVEL) / 2
    low, middle, high = np.quantile(resampled, [tail, 0.5, 1 - tail])
    shift = value - middle if centered else 0.0
    return Interval(value, float(low + shift), float(high + shift))
