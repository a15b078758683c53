"""Baselines that read no profile: chance, and who had many links before the cut."""

from __future__ import annotations

from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from ml.evaluation.reading import Past, Positions
from ml.profiles import COUNTRIES

Scores = NDArray[np.float32]


class Model(Protocol):
    """Scores candidates of queries after having seen the past."""

    def fit(self, past: Past) -> Self: ...

    def scores(self, queries: Positions, candidates: Positions) -> Scores:
        """(q, c) float32, the higher the better, finite; equal scores are ordered at random."""
        ...


class Chance:
    """All candidates alike."""

    def fit(self, past: Past) -> Self:
        return self

    def scores(self, queries: Positions, candidates: Positions) -> Scores:
        return np.zeros((len(queries), len(candidates)), dtype=np.float32)


class Popularity:
    """How many links a candidate had.

    Parameters
    ----------
    half_life : years after which a link counts half; None for no decay
    across : count only links with organizations of the query's country: across the border, the corridor's popularity
    """

    def __init__(self, half_life: float | None = None, *, across: bool = False) -> None:
        self.half_life = half_life
        self.across = across

    def fit(self, past: Past) -> Self:
        weight = np.ones(len(past.days)) if self.half_life is None else 0.5 ** (past.ages / self.half_life)
        self.country_ = past.country
        self.counts_ = np.zeros((len(past.country), len(COUNTRIES)), dtype=np.float32)
        for one, other in ((past.investors, past.companies), (past.companies, past.investors)):
            np.add.at(self.counts_, (one, past.country[other]), weight)
        return self

    def scores(self, queries: Positions, candidates: Positions) -> Scores:
        counts = self.counts_[candidates]
        if self.across:
            return counts[:, self.country_[queries]].T.copy()
        return np.repeat(counts.sum(axis=1)[None, :], len(queries), axis=0)


class TimesPopularity:
    """Another model's scores, raised from zero, times the logarithm of one more than a popularity."""

    def __init__(self, model: Model, popularity: Popularity) -> None:
        self.model = model
        self.popularity = popularity

    def fit(self, past: Past) -> Self:
        self.model.fit(past)
        self.popularity.fit(past)
        return self

    def scores(self, queries: Positions, candidates: Positions) -> Scores:
        likeness = np.maximum(self.model.scores(queries, candidates), 0)
        # A trace of popularity orders those without a likeness.
        return (likeness + np.float32(1e-3)) * np.log1p(self.popularity.scores(queries, candidates))
