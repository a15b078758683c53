"""Baselines that compare texts: what an organization writes, and what the companies an investor had funded write."""

from __future__ import annotations

from typing import Any, Self

import bm25s
import numpy as np
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from ml.evaluation.popularity import Scores
from ml.evaluation.reading import Past, Positions
from ml.text import clean
from ml.words import static_vectors

FIELDS = ("summary", "description", "thesis", "tags", "cet")


def text_of(row: dict[str, Any]) -> str:
    """The fields of an organization that speak of what it does, joined.

    The name is among them for a skill program, whose title it is, and for whoever says nothing else.
    """
    parts = []
    for name in FIELDS:
        value = row.get(name)
        parts += [clean(item) for item in value] if isinstance(value, list) else [clean(value)]
    if row["kind"] == "skill_program" or not any(parts):
        parts.append(clean(row.get("name")))
    return "\n".join(dict.fromkeys(part.replace("_", " ") for part in parts if part))


def texts_of(past: Past) -> list[str]:
    """(n,) texts of all organizations."""
    present = [name for name in ("kind", "name", *FIELDS) if name in past.organizations.columns]
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
    portfolio : add the cosines to each of the companies an investor had funded, so that both likeness and number count
        (their mean favors investors with one company, and was worse on every earlier cut)
    n_components : latent dimensions (Deerwester et al. 1990); None for words
    power : exponent of the portfolio's cosines: the higher, the more the few most alike count
    """

    def __init__(self, *, portfolio: bool, n_components: int | None = None, power: float = 1.0) -> None:
        self.portfolio = portfolio
        self.n_components = n_components
        self.power = power

    def fit(self, past: Past) -> Self:
        vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True, min_df=2, dtype=np.float32)
        vectors = vectorizer.fit_transform(texts_of(past))
        if self.n_components is not None:
            svd = TruncatedSVD(min(self.n_components, vectors.shape[1] - 1), random_state=past.random_state)
            vectors = normalize(svd.fit_transform(vectors)).astype(np.float32)
        self.vectors_ = sparse.csr_array(vectors)
        self.portfolios_ = portfolios(past)
        return self

    def scores(self, queries: Positions, candidates: Positions) -> Scores:
        found = _dense(self.vectors_[queries], self.vectors_[candidates])
        if self.portfolio:
            # Only investors have one, so one of the two is nothing.
            found += self._to_portfolios(candidates, queries).T
            found += self._to_portfolios(queries, candidates)
        return found

    def _to_portfolios(self, investors: Positions, others: Positions) -> Scores:
        """(investors, others) sum of the powers of the cosines of an investor's companies and the others."""
        portfolio = self.portfolios_[investors]
        funded = np.unique(portfolio.indices)
        likeness = np.maximum(_dense(self.vectors_[funded], self.vectors_[others]), 0)
        return np.asarray(portfolio[:, funded] @ likeness ** np.float32(self.power), dtype=np.float32)


def _dense(rows: sparse.csr_array, columns: sparse.csr_array) -> Scores:
    if rows.nnz > 0.2 * rows.shape[0] * rows.shape[1]:
        return np.asarray(rows.toarray() @ columns.toarray().T, dtype=np.float32)
    return np.asarray((rows @ columns.T).toarray(), dtype=np.float32)


class StaticVectors:
    """Cosine of the sums of the texts' static word vectors (``wordllama``), as they come."""

    def fit(self, past: Past) -> Self:
        self.texts_ = texts_of(past)
        return self

    def scores(self, queries: Positions, candidates: Positions) -> Scores:
        rows, columns = (
            normalize(static_vectors([self.texts_[at] for at in ends.tolist()]))
            for ends in (queries, candidates)
        )
        return np.asarray(rows @ columns.T, dtype=np.float32)


class Bm25:
    """BM25 (Robertson and Zaragoza 2009) of the query's text among the candidates' texts, by ``bm25s``.

    Parameters
    ----------
    portfolio : join the texts of the companies an investor had funded to its own
    k1, b : saturation of a word's count, and of a text's length: 0 lets long portfolios count
    whole : weigh words by how rare they are among all organizations rather than among the candidates
    """

    def __init__(self, *, portfolio: bool, k1: float = 1.5, b: float = 0.75, whole: bool = False) -> None:
        self.portfolio = portfolio
        self.whole = whole
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
        documents = np.arange(len(self.tokens_)) if self.whole else candidates
        among = candidates if self.whole else np.arange(len(candidates))
        index = bm25s.BM25(k1=self.k1, b=self.b)
        # An empty list of words is no document to bm25s.
        index.index([self.tokens_[at] or [""] for at in documents.tolist()], show_progress=False)
        found = np.zeros((len(queries), len(candidates)), dtype=np.float32)
        for row, at in enumerate(queries.tolist()):
            known = [word for word in dict.fromkeys(self.tokens_[at]) if word in index.vocab_dict]
            if known:
                found[row] = index.get_scores(known)[among]
        return found
