"""The recommender under the same interface as its baselines."""

from __future__ import annotations

from functools import lru_cache
from typing import Self

import numpy as np

from ml import scoring
from ml.evaluation.popularity import Scores
from ml.evaluation.reading import Past, Positions
from ml.recommender import Recommender
from ml.weights import EVIDENCE, LINK_EVIDENCE

BLOCK = 100_000
# What can be left out to see what it is worth: a kind of evidence of past investments, or everything else.
PARTS = (*LINK_EVIDENCE, "fit")


class Ours:
    """The score of `Recommender.score_pairs` after a fit on the organizations and the links before the cut.

    Parameters
    ----------
    without : names of `PARTS` left out
    """

    def __init__(self, *without: str) -> None:
        self.without = without

    def fit(self, past: Past) -> Self:
        self.recommender_ = fitted(past)
        left_out = (
            {name for name in EVIDENCE if name not in LINK_EVIDENCE} if "fit" in self.without else set()
        )
        self.kept_ = np.array([name not in left_out | set(self.without) for name in EVIDENCE])
        return self

    def scores(self, queries: Positions, candidates: Positions) -> Scores:
        found = np.empty((len(queries), len(candidates)), dtype=np.float32)
        rows = max(1, BLOCK // max(1, len(candidates)))
        with self.recommender_.links_.remembering(self.recommender_.features_):
            for start in range(0, len(queries), rows):
                some = queries[start : start + rows]
                pairs = np.repeat(some, len(candidates)), np.tile(candidates, len(some))
                found[start : start + rows] = self._of_pairs(*pairs).reshape(len(some), -1)
        return found

    def _of_pairs(self, ones: Positions, others: Positions) -> Scores:
        scorer = self.recommender_._corridor.scorer
        if not self.without:
            return scorer(ones, others)[2]
        there, back = (
            scoring.squash(side[:, self.kept_].sum(axis=1)) for side in scorer.evidence(ones, others)
        )
        return scoring.combine(there, back)


class OursByFit(Ours):
    """The same, which is told of no past investment."""

    def fit(self, past: Past) -> Self:
        return super().fit(past.without_links())


@lru_cache(maxsize=2)
def fitted(past: Past) -> Recommender:
    """One fit for all models that are parts of ours."""
    return Recommender(random_state=past.random_state).fit(past.organizations, past.partnerships())
