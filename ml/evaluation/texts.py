"""Baselines that compare texts: what an organization writes, and what the companies an investor had funded write."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import bm25s
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from ml.evaluation.popularity import Scores
from ml.evaluation.reading import Past, Positions
from ml.text import clean

FIELDS = ("summary", "description", "thesis", "tags", "cet")


def text_of(row: dict[str, Any], fields: Iterable[str] = FIELDS) -> str:
    """The fields of an organization that speak of what it does, joined."""
    parts = []
    for name in fields:
        value = row.get(name)
        parts += [clean(item) for item in value] if isinstance(value, list) else [clean(value)]
    return "\n".join(dict.fromkeys(part.replace("_", " ") for part in parts if part))


def texts_of(past: Past) -> list[str]:
    present = [name for name in FIELDS if name in past.organizations.columns]
    columns = [past.organizations[name].tolist() for name in present]
    return [text_of(dict(zip(present, row, strict=True))) for row in zip(*columns, strict=True)]


def portfolios(past: Past) -> sparse.csr_array:
    """(n, n) ones where the row's organization, an investor, had funded the column's before the cut."""
    n = len(past.organizations)
    pairs = sparse.csr_array(
        (np.ones(len(past.investors), dtype=np.float32), (past.investors, past.companies)), shape=(n, n)
    )
    pairs.data[:] = 1
    return pairs


class Tfidf:
    """Cosine of TF-IDF vectors; LSA when `n_components` is given.

    Parameters
    ----------
    portfolio : weight of the mean vector of an investor's companies beside its own text's; 0 for the text alone
    n_components : latent dimensions (Deerwester et al. 1990); None for words
    neighbors : instead of a mean, sum the cosines to each of the investor's companies, raised to this power
    """

    def __init__(
        self, portfolio: float = 1.0, n_components: int | None = None, neighbors: float | None = None
    ) -> None:
        self.portfolio = portfolio
        self.n_components = n_components
        self.neighbors = neighbors

    def fit(self, past: Past) -> Self:
        vectorizer = TfidfVectorizer(
            stop_words="english", sublinear_tf=True, min_df=2, max_df=0.2, dtype=np.float32
        )
        own = vectorizer.fit_transform(texts_of(past))
        if self.n_components is not None:
            svd = TruncatedSVD(min(self.n_components, own.shape[1] - 1), random_state=past.random_state)
            own = sparse.csr_array(normalize(svd.fit_transform(own)).astype(np.float32))
        self.own_ = sparse.csr_array(own)
        self.portfolios_ = portfolios(past)
        funded = normalize(self.portfolios_ @ self.own_)
        self.vectors_ = sparse.csr_array(normalize(self.own_ + np.float32(self.portfolio) * funded))
        return self

    def scores(self, queries: Positions, candidates: Positions) -> Scores:
        if self.neighbors is None:
            return _dense(self.vectors_[queries], self.vectors_[candidates])
        return self._neighbor_scores(queries, candidates)

    def _neighbor_scores(self, queries: Positions, candidates: Positions) -> Scores:
        """Sum over the portfolio of either side: links go from investors to companies only."""
        found = _dense(self.own_[queries], self.own_[candidates])
        for portfolio, other, turned in (
            (self.portfolios_[candidates], queries, False),
            (self.portfolios_[queries], candidates, True),
        ):
            funded = np.unique(portfolio.indices)
            likeness = np.maximum(_dense(self.own_[funded], self.own_[other]), 0) ** np.float32(
                self.neighbors
            )
            sums = np.asarray(portfolio[:, funded] @ likeness, dtype=np.float32)
            found += sums if turned else sums.T
        return found


def _dense(rows: sparse.csr_array, columns: sparse.csr_array) -> Scores:
    if rows.nnz > 0.2 * rows.shape[0] * rows.shape[1]:
        return np.asarray(rows.toarray() @ columns.toarray().T, dtype=np.float32)
    return np.asarray((rows @ columns.T).toarray(), dtype=np.float32)


class Bm25:
    """BM25 (Robertson and Zaragoza 2009) of the query's text among the candidates' texts, by ``bm25s``.

    Parameters
    ----------
    portfolio : join the texts of the companies an investor had funded to its own
    """

    def __init__(self, *, portfolio: bool = True, k1: float = 1.5, b: float = 0.75) -> None:
        self.portfolio = portfolio
        self.k1 = k1
        self.b = b

    def fit(self, past: Past) -> Self:
        texts = texts_of(past)
        if self.portfolio:
            funded = portfolios(past)
            for at in np.flatnonzero(np.diff(funded.indptr)).tolist():
                its = funded.indices[funded.indptr[at] : funded.indptr[at + 1]]
                texts[at] = "\n".join([texts[at], *(texts[company] for company in its.tolist())])
        self.tokens_ = bm25s.tokenize(texts, stopwords="en", return_ids=False, show_progress=False)
        return self

    def scores(self, queries: Positions, candidates: Positions) -> Scores:
        index = bm25s.BM25(k1=self.k1, b=self.b)
        # An empty list of words is no document to bm25s.
        index.index([self.tokens_[at] or [""] for at in candidates.tolist()], show_progress=False)
        found = np.zeros((len(queries), len(candidates)), dtype=np.float32)
        for row, at in enumerate(queries.tolist()):
            known = [word for word in dict.fromkeys(self.tokens_[at]) if word in index.vocab_dict]
            if known:
                found[row] = index.get_scores(known)
        return found


def text_lengths(past: Past) -> NDArray[np.int64]:
    """(n,) characters of each organization's text."""
    return np.array([len(text) for text in texts_of(past)], dtype=np.int64)
