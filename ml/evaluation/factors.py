"""Baseline of collaborative filtering: alternating least squares on the links before the cut, by ``implicit``."""

from __future__ import annotations

from typing import Self

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse
from threadpoolctl import threadpool_limits

from ml.evaluation.popularity import Scores
from ml.evaluation.reading import Past, Positions
from ml.profiles import COUNTRIES


class Als:
    """Implicit-feedback factors (Hu, Koren and Volinsky 2008).

    A query without a link has no factors: it gets the mean of those of its role and country that have a link, so that
    its list is that of the average organization like it. A candidate without a link scores 0.
    """

    def __init__(
        self, factors: int = 128, regularization: float = 1.0, alpha: float = 10.0, iterations: int = 15
    ) -> None:
        self.factors = factors
        self.regularization = regularization
        self.alpha = alpha
        self.iterations = iterations

    def fit(self, past: Past) -> Self:
        n = len(past.organizations)
        ones = np.ones(len(past.investors), dtype=np.float32)
        links = sparse.csr_matrix((ones, (past.companies, past.investors)), shape=(n, n))
        links.data[:] = 1
        # Its own threads and those of the linear algebra would fight, of which it warns.
        with threadpool_limits(1, "blas"):
            model = AlternatingLeastSquares(
                factors=self.factors,
                regularization=self.regularization,
                alpha=self.alpha,
                iterations=self.iterations,
                random_state=past.random_state,
                num_threads=1,
            )
            model.fit(links, show_progress=False)
        self.vectors_ = np.zeros((n, self.factors), dtype=np.float32)
        self.means_ = np.zeros((2, len(COUNTRIES), self.factors), dtype=np.float32)
        self.linked_ = np.zeros(n, dtype=bool)
        self.country_ = past.country
        self.is_investor_ = past.organizations["kind"].eq("investor").to_numpy()
        for role, (ends, vectors) in enumerate(
            ((past.companies, model.user_factors), (past.investors, model.item_factors))
        ):
            linked = np.unique(ends)
            self.vectors_[linked] = vectors[linked]
            self.linked_[linked] = True
            for country in range(len(COUNTRIES)):
                its = linked[past.country[linked] == country]
                if len(its):
                    self.means_[role, country] = vectors[its].mean(axis=0)
        return self

    def scores(self, queries: Positions, candidates: Positions) -> Scores:
        means = self.means_[self.is_investor_[queries].astype(int), self.country_[queries]]
        vectors = np.where(self.linked_[queries][:, None], self.vectors_[queries], means)
        return np.asarray(vectors @ self.vectors_[candidates].T, dtype=np.float32)
