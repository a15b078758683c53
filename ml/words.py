"""Meaning of texts as vectors: static word vectors that come in a wheel, beside word vectors learned from the corpus.

The static ones are 256 numbers a subword (the wheel ``wordllama``), read with safetensors and tokenizers: nothing of the
package is run and nothing is downloaded. They know that a battery is near a charger; only the corpus knows its own
fields' jargon.

References
----------
Arora, Liang and Ma (2017), A simple but tough-to-beat baseline for sentence embeddings: weights ``a / (a + p)`` and the
common direction taken out. Levy, Goldberg and Dagan (2015), Improving distributional similarity with lessons learned from
word embeddings: singular vectors of positive pointwise mutual information, contexts smoothed by the power 0.75.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.extmath import randomized_svd
from sklearn.utils.validation import check_is_fitted
from tokenizers import Tokenizer

from ml.counting import Counted, TermCounter
from ml.fields import PHRASES

Floats = NDArray[np.float32]

STATIC = 256
# A word that is this share of all running words counts half.
HALF_SHARE = 3e-3
# What corpus vectors count beside static ones (squared), in a corpus much larger than `_ENOUGH_TEXTS`.
CORPUS_WEIGHT = 0.5
_ENOUGH_TEXTS = 1000
# Texts that stand for all when directions are learned.
_LEARN_FROM = 8000
# Fewer words are read one by one: to start threads for a batch takes longer.
_WORTH_A_BATCH = 16
# A term is in the co-occurrence table from this many texts on, and a text shares out its pairs as if it had this many terms.
_LEAST_TEXTS, _LEAST_TERMS = 5, 8
_MOST_COOCCURRING = 12_000


@lru_cache(maxsize=1)
def _package() -> tuple[Tokenizer, Floats]:
    """Tokenizer and (subwords, 256) float32 of the wheel.

    Raises
    ------
    FileNotFoundError
        When the wheel, or its weights, are not installed.
    """
    found = importlib.util.find_spec("wordllama")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("the package wordllama is not installed")
    folder = Path(found.submodule_search_locations[0])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))
    weights = load_file(folder / "weights" / "l2_supercat_256.safetensors")
    return tokenizer, weights["embedding.weight"].astype(np.float32)


def static_vectors(words: Sequence[str]) -> Floats:
    """(n, 256) float32: the sum of each word's subwords, so that a long rare word weighs more than a short common one."""
    if not len(words):
        return np.zeros((0, STATIC), dtype=np.float32)
    tokenizer, weights = _package()
    if len(words) < _WORTH_A_BATCH:
        encoded = [tokenizer.encode(word, add_special_tokens=False) for word in words]
    else:
        encoded = tokenizer.encode_batch(list(words), add_special_tokens=False)
    pieces = [encoding.ids for encoding in encoded]
    ends = np.cumsum([len(piece) for piece in pieces])
    flat = np.fromiter((at for piece in pieces for at in piece), dtype=np.int32, count=int(ends[-1]))
    table = sparse.csr_matrix(
        (np.ones(len(flat), dtype=np.float32), flat, np.concatenate([[0], ends])),
        shape=(len(words), len(weights)),
    )
    return np.asarray(table @ weights, dtype=np.float32)


class WordVectors(TransformerMixin, BaseEstimator):
    """Unit vectors of texts: static word vectors, reduced, beside corpus vectors.

    Parameters
    ----------
    n_static : int, dimensions kept of the static vectors
    n_corpus : int, dimensions of the corpus vectors
    max_terms : int, terms counted
    random_state : int, seed of sampling and of the randomized decomposition

    Attributes
    ----------
    counter_ : TermCounter
    static_ : (v, 256) float16, vectors of the known words
    weight_ : (v,) float32, what a word counts: less the commoner it is in these texts
    common_ : (256,) float32, the direction all texts share
    plain_common_ : (256,) float32, the direction all fields' phrases share, whatever texts are fitted
    reduce_ : (256, n_static) float32
    corpus_ : (t, n_corpus) float32, vectors of terms, 0 where a term is too rare
    corpus_common_ : (n_corpus,) float32
    corpus_weight_ : float, less the smaller the corpus
    """

    def __init__(
        self, n_static: int = 160, n_corpus: int = 96, max_terms: int = 30_000, random_state: int = 0
    ) -> None:
        self.n_static = n_static
        self.n_corpus = n_corpus
        self.max_terms = max_terms
        self.random_state = random_state

    def fit(self, X: Sequence[str], y: None = None) -> Self:  # noqa: N803
        """Learn word weights, directions and corpus vectors from texts, cleaned."""
        self.counter_ = TermCounter(self.max_terms).fit(X)
        self.weight_ = (HALF_SHARE / (HALF_SHARE + self.counter_.share_)).astype(np.float32)
        known = static_vectors(self.counter_.words_)
        self.static_ = known.astype(np.float16)
        known *= self.weight_[:, None]
        self.common_ = self.plain_common_ = np.zeros(STATIC, dtype=np.float32)
        self.plain_common_ = _directions(self.plain(self.counter_.transform(PHRASES)), 1)[0]
        counted = self.counter_.transform(X)
        rng = np.random.default_rng(self.random_state)
        sample = np.sort(rng.permutation(len(X))[:_LEARN_FROM])
        reference = self.static(self.counter_.transform(PHRASES))
        some = np.vstack([unit_rows(counted.words[sample] @ known), reference])
        self.common_ = _directions(some, 1)[0]
        some -= np.outer(some @ self.common_, self.common_)
        self.reduce_ = np.ascontiguousarray(_directions(unit_rows(some), self.n_static).T)
        self._learn_corpus(counted.terms, sample)
        return self

    def _learn_corpus(self, terms: sparse.csr_matrix, sample: NDArray[np.intp]) -> None:
        self.corpus_ = np.zeros((terms.shape[1], self.n_corpus), dtype=np.float32)
        self.corpus_common_ = np.zeros(self.n_corpus, dtype=np.float32)
        said = int((np.diff(terms.indptr) > 0).sum())
        self.corpus_weight_ = CORPUS_WEIGHT * said / (said + _ENOUGH_TEXTS)
        frequency = np.bincount(terms.indices, minlength=terms.shape[1])
        kept = np.argsort(-frequency, kind="stable")[:_MOST_COOCCURRING]
        kept = np.sort(kept[frequency[kept] >= _LEAST_TEXTS])
        if len(kept) <= self.n_corpus:
            return
        table = _mutual_information(terms[:, kept])
        left, strength, _ = randomized_svd(table, self.n_corpus, n_iter=3, random_state=self.random_state)
        self.corpus_[kept] = unit_rows(left * np.sqrt(strength))
        unit = unit_rows(terms[sample] @ self.corpus_)
        if unit.any():
            self.corpus_common_ = _directions(unit, 1)[0]

    def transform(self, X: Sequence[str]) -> Floats:  # noqa: N803
        """(n, n_static + n_corpus) float32 unit vectors of texts, cleaned; 0 where a text says nothing."""
        check_is_fitted(self, "corpus_")
        counted = self.counter_.transform(X)
        return self.vectors(counted, self.static(counted))

    def static(self, *counted: Counted) -> Floats:
        """(n, 256) float32 unit static vectors of texts, each of which may be counted in several parts."""
        return _without(self._sum(counted, self.weight_), self.common_)

    def plain(self, *counted: Counted) -> Floats:
        """`static` without anything learned from texts: the same text has the same vector in every corpus."""
        return _without(self._sum(counted, np.ones_like(self.weight_)), self.plain_common_)

    def _sum(self, counted: tuple[Counted, ...], weight: Floats) -> Floats:
        known = len(self.static_)
        found = np.zeros((counted[0].words.shape[0], STATIC), dtype=np.float32)
        for part in counted:
            # Only what these texts say is read: a short need holds a few of some ten thousand words.
            used, place = np.unique(part.words.indices, return_inverse=True)
            used = used[: np.searchsorted(used, known)]
            table = self.static_[used].astype(np.float32) * weight[used, None]
            words = sparse.csr_matrix(
                (part.words.data, place.astype(np.int32), part.words.indptr),
                shape=(len(found), int(place.max(initial=-1)) + 1),
            )
            found += words[:, : len(used)] @ table
            if part.strange:
                found += part.words[:, known:] @ static_vectors(part.strange)
        return found

    def vectors(self, counted: Counted, static: Floats) -> Floats:
        """(n, n_static + n_corpus) float32 unit vectors of counted texts, given their `static` ones."""
        corpus = _without(counted.terms @ self.corpus_, self.corpus_common_)
        weight = np.float32(np.sqrt(self.corpus_weight_))
        return unit_rows(np.hstack([static @ self.reduce_, weight * corpus]))


def unit_rows(vectors: Floats) -> Floats:
    """Rows of length 1; rows of 0 stay 0."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, np.finfo(np.float32).tiny), dtype=np.float32)


def _without(vectors: Floats, direction: Floats) -> Floats:
    """Unit vectors with a direction taken out."""
    unit = unit_rows(vectors)
    unit -= np.outer(unit @ direction, direction)
    return unit_rows(unit)


def _directions(rows: Floats, most: int) -> Floats:
    """(most, width) the first right singular vectors, by the eigenvectors of second moments, each with its largest part positive."""
    _, vectors = np.linalg.eigh(rows.T.astype(np.float64) @ rows)
    found = vectors[:, ::-1][:, :most].T
    sign = np.sign(found[np.arange(len(found)), np.abs(found).argmax(axis=1)])
    return np.asarray(found * sign[:, None], dtype=np.float32)


def _mutual_information(terms: sparse.csr_matrix) -> sparse.csr_matrix:
    """Positive pointwise mutual information of terms in the same texts; a long text is no heavier than a short one."""
    present = sparse.csr_matrix((np.ones_like(terms.data), terms.indices, terms.indptr), shape=terms.shape)
    share = 1 / np.maximum(np.diff(present.indptr), _LEAST_TERMS)
    together = (present.T @ sparse.diags_array(share.astype(np.float32)) @ present).tocsr()
    total = np.asarray(together.sum(axis=1)).ravel()
    smoothed = total**0.75
    expected = total[:, None], (smoothed / smoothed.sum())[None, :]
    row = np.repeat(np.arange(together.shape[0]), np.diff(together.indptr))
    together.data = np.log(together.data / (expected[0][row, 0] * expected[1][0, together.indices]))
    np.maximum(together.data, 0, out=together.data)
    together.eliminate_zeros()
    return together
