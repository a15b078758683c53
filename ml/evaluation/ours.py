"""The recommender under the same interface as its baselines."""

from __future__ import annotations

from typing import Self

import numpy as np

from ml.evaluation.popularity import Scores
from ml.evaluation.reading import Past, Positions
from ml.recommender import Recommender

BLOCK = 200_000


class Ours:
    """`Recommender.fit` on the organizations and the links before the cut, by its score of general use."""

    def fit(self, past: Past) -> Self:
        self.recommender_ = Recommender(random_state=past.random_state).fit(
            past.organizations, past.partnerships()
        )
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
