"""Texts as counts of words and of terms: one pass of a regular expression a text, everything else on arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from ml.text import (
    CONCEPT_OF,
    LONGEST_PHRASE,
    STOP_WORDS,
    says_nothing,
    skipped_in_phrases,
    split_words,
    stem,
)

# From this many texts on, a term must occur in two of them to be kept.
MANY_TEXTS = 500
# Longer runs of letters are no words.
LONGEST_WORD = 30


@dataclass(frozen=True, slots=True)
class Counted:
    """What n texts say.

    Attributes
    ----------
    words : (n, v + s) csr float32, 1 + ln(count) of the v known words and of s strange ones
    terms : (n, t) csr float32, (1 + ln count) times inverse document frequency of stems and concepts
    strange : the s words that were not seen in `fit`
    """

    words: sparse.csr_matrix
    terms: sparse.csr_matrix
    strange: tuple[str, ...]


class TermCounter(TransformerMixin, BaseEstimator):
    """Vocabulary of words as written and of terms (see `ml.text.terms`), with document frequencies.

    Parameters
    ----------
    max_terms, max_words : int, kept at most, most frequent first

    Attributes
    ----------
    words_ : list of words, in columns' order; `share_` (v,) float64 are their shares of all running words
    names_ : list of terms, in columns' order
    idf_ : (t,) float64, ``1 + ln((1 + n) / (1 + texts with the term))``
    """

    def __init__(self, max_terms: int = 30_000, max_words: int = 80_000) -> None:
        self.max_terms = max_terms
        self.max_words = max_words

    def fit(self, X: Sequence[str], y: None = None) -> Self:  # noqa: N803
        """Learn from texts, cleaned."""
        place: dict[str, int] = {}
        flat, rows = _positions(X, place)
        counts = np.bincount(flat, minlength=len(place))
        kept = np.argsort(-counts, kind="stable")[: self.max_words]
        every = list(place)
        self.words_ = [every[at] for at in kept.tolist()]
        self.share_ = counts[kept] / max(1, counts.sum())
        self._learn_terms(every, flat, rows, len(X))
        self._index()
        return self

    def _learn_terms(
        self, every: list[str], flat: NDArray[np.int64], rows: NDArray[np.int64], n: int
    ) -> None:
        candidates = [_term(word) for word in every]
        names = sorted({term for term in candidates if term} | set(CONCEPT_OF.values()))
        column = {name: at for at, name in enumerate(names)}
        of_word = np.array([column.get(term, -1) for term in candidates], dtype=np.int64)
        counted = _matrix(rows, of_word[flat], n, len(names))
        counted = counted + _concepts(every, flat, rows, n, column)
        frequency = np.bincount(counted.indices, minlength=len(names))
        enough = np.flatnonzero(frequency >= (2 if n >= MANY_TEXTS else 1))
        kept = np.sort(enough[np.argsort(-frequency[enough], kind="stable")][: self.max_terms])
        self.names_ = [names[at] for at in kept.tolist()]
        self.idf_ = np.log((1 + n) / (1 + frequency[kept])) + 1

    def _index(self) -> None:
        """What is looked up by name, from what is kept by place."""
        self._place = {word: at for at, word in enumerate(self.words_)}
        self._column = {name: at for at, name in enumerate(self.names_)}

    def get_feature_names_out(self, input_features: None = None) -> NDArray[np.object_]:
        """(t,) the terms, in columns' order."""
        return np.array(self.names_, dtype=object)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in ("_place", "_column")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if "words_" in state:
            self._index()

    def transform(self, X: Sequence[str]) -> Counted:  # noqa: N803
        """Counts of texts, cleaned; a word's or term's repetition adds ever less."""
        check_is_fitted(self, "words_")
        fresh: dict[str, int] = {}
        flat, rows = _positions(X, fresh, self._place)
        every = [*self.words_, *fresh] if fresh else self.words_
        words = _matrix(rows, flat, len(X), len(every))
        words.data = 1 + np.log(words.data)
        used, at = np.unique(flat, return_inverse=True)
        spelled = [every[place] for place in used.tolist()]
        columns = np.array([self._column.get(_term(word), -1) for word in spelled], dtype=np.int64)
        counted = _matrix(rows, columns[at], len(X), len(self.names_))
        counted = (counted + _concepts(spelled, at, rows, len(X), self._column)).tocsr()
        counted.data = ((1 + np.log(counted.data)) * self.idf_[counted.indices]).astype(np.float32)
        return Counted(words, counted, tuple(fresh))


def _term(word: str) -> str:
    """The term of a word as written; empty when it says nothing."""
    return "" if word in STOP_WORDS or says_nothing(word) else stem(word)


def _positions(
    texts: Sequence[str], fresh: dict[str, int], known: dict[str, int] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Place and row of every running word; words not in `known` are added to `fresh`, after all known ones."""
    known = known or {}
    start = len(known)
    flat: list[int] = []
    lengths = []
    for text in texts:
        before = len(flat)
        for word in split_words(text):
            place = known.get(word)
            if place is None:
                place = fresh.get(word)
            if place is None:
                if len(word) > LONGEST_WORD or (known and not word.isalpha() and word.isascii()):
                    continue
                place = fresh[word] = start + len(fresh)
            flat.append(place)
        lengths.append(len(flat) - before)
    return np.array(flat, dtype=np.int64), np.repeat(np.arange(len(lengths)), lengths)


def _matrix(rows: NDArray[np.int64], columns: NDArray[np.int64], n: int, width: int) -> sparse.csr_matrix:
    """(n, width) csr float32 of counts; column -1 is left out."""
    kept = columns >= 0
    values = np.ones(int(kept.sum()), dtype=np.float32)
    found = sparse.csr_matrix((values, (rows[kept], columns[kept])), shape=(n, width))
    found.sum_duplicates()
    return found


def _concepts(
    spelled: list[str],
    flat: NDArray[np.int64],
    rows: NDArray[np.int64],
    n: int,
    column: dict[str, int],
) -> sparse.csr_matrix:
    """Counts of the thesaurus' phrases in running words, the longest phrase at each start: as `ml.text.concepts`."""
    root = np.array([_root(word) for word in spelled], dtype=np.int64)
    running = root[flat] if len(flat) else flat
    kept = running != _SKIPPED
    running, rows = running[kept], rows[kept]
    open_ = np.ones(len(running), dtype=bool)
    found_rows, found_columns = [], []
    for length in range(LONGEST_PHRASE, 0, -1):
        starts = len(running) - length + 1
        if starts <= 0 or length not in _PHRASES:
            continue
        code = np.zeros(starts, dtype=np.int64)
        whole = rows[:starts] == rows[length - 1 :]
        for step in range(length):
            code = code * _BASE + running[step : step + starts]
            whole &= running[step : step + starts] >= 0
        codes, names = _PHRASES[length]
        at = np.minimum(np.searchsorted(codes, code), len(codes) - 1)
        hit = np.flatnonzero(whole & (codes[at] == code) & open_[:starts])
        open_[hit] = False
        found_rows.append(rows[hit])
        found_columns.append(np.array([column.get(name, -1) for name in names], dtype=np.int64)[at[hit]])
    if not found_rows:
        return sparse.csr_matrix((n, len(column)), dtype=np.float32)
    return _matrix(np.concatenate(found_rows), np.concatenate(found_columns), n, len(column))


_SKIPPED = -2
_ROOTS = {root: at for at, root in enumerate(sorted({part for phrase in CONCEPT_OF for part in phrase}))}
_BASE = len(_ROOTS)


def _root(word: str) -> int:
    return _SKIPPED if skipped_in_phrases(word) else _ROOTS.get(stem(word), -1)


def _phrase_table() -> dict[int, tuple[NDArray[np.int64], list[str]]]:
    """By length: sorted codes of phrases, and their concepts."""
    by_length: dict[int, dict[int, str]] = {}
    for phrase, name in CONCEPT_OF.items():
        code = 0
        for part in phrase:
            code = code * _BASE + _ROOTS[part]
        by_length.setdefault(len(phrase), {})[code] = name
    return {
        length: (np.array(sorted(codes), dtype=np.int64), [codes[code] for code in sorted(codes)])
        for length, codes in by_length.items()
    }


_PHRASES = _phrase_table()
