"""The recommender under the same interface as its baselines."""

from __future__ import annotations

from functools import lru_cache
from typing import Self

import numpy as np

from ml.evaluation.popularity import Scores
from ml.evaluation.reading import Past, Positions
from ml.profiles import KINDS
from ml.recommender import Recommender
from ml.weights import LINK_EVIDENCE

BLOCK = 200_000


# What `Recommender.foresee` adds up.
PARTS = (*LINK_EVIDENCE, "fit")


class Ours:
    """`Recommender.foresee` after a fit on the organizations and the links before the cut.

    Parameters
    ----------
    without : names of `PARTS` left out
    """

    def __init__(self, *without: str) -> None:
        self.without = without

    def fit(self, past: Past) -> Self:
        self.recommender_ = fitted(past)
        self.ids_ = past.organizations["id"].to_numpy()
        return self

    def scores(self, queries: Positions, candidates: Positions) -> Scores:
        investor = KINDS.index("investor")
        kind, foresee = self.recommender_.features_.kind, self.recommender_.foresee
        ones, others = self.ids_[queries].tolist(), self.ids_[candidates].tolist()
        if (kind[candidates] == investor).all():
            return foresee(ones, others, self.without)
        return foresee(others, ones, self.without).T


class OursByFit:
    """`Recommender.score_pairs`: the score of general use, which judges fit both ways and follows no link."""

    def fit(self, past: Past) -> Self:
        self.recommender_ = fitted(past)
        self.ids_ = past.organizations["id"].to_numpy()
        return self

    def scores(self, queries: Positions, candidates: Positions) -> Scores:
        found = np.empty((len(queries), len(candidates)), dtype=np.float32)
        rows = max(1, BLOCK // max(1, len(candidates)))
        others = self.ids_[candidates].tolist()
        for start in range(0, len(queries), rows):
            ids = self.ids_[queries[start : start + rows]].tolist()
            pairs = self.recommender_.score_pairs([one for one in ids for _ in others], others * len(ids))
            found[start : start + rows] = pairs["score"].to_numpy().reshape(len(ids), -1)
        return found


@lru_cache(maxsize=2)
def fitted(past: Past) -> Recommender:
    """One fit for all models that are parts of ours."""
    return Recommender(random_state=past.random_state).fit(past.organizations, past.partnerships())
