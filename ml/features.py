"""Organizations as numbers: one transformer from a frame to aligned arrays, vocabulary kept for later rows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize
from sklearn.utils.validation import check_is_fitted

from ml import structure, terms_of_money
from ml.labels import LabelWeights
from ml.lexical import shares, telling_terms
from ml.profiles import COUNTRIES, KINDS, Profile, read_profiles
from ml.text import stem, terms, words

Floats = NDArray[np.float32]

# A profile with this much distinct meaning (sum of its terms' inverse document frequencies) counts half.
HALF_MASS = 16.0


@dataclass(slots=True)
class Features:
    """Aligned arrays of n organizations; all float32 unless said.

    Attributes
    ----------
    kind, country : (n,) int8, positions in `KINDS` and `COUNTRIES`
    about, want, have : (n, d), LSA vectors of what they are, need and can give; length is how much they say
    technologies, tags : (n, t) and (n, g), weighted multi-hot, length at most 1
    stage : (n, 10), rungs (startups) or funded rungs (investors), last column 1 when known
    ticket : (n, 33), touched buckets, last column 1 when known
    looks_at : (n, 2), investors: 1 country named, -1 others named only, 0 silent
    raising, agnostic : (n,), 0 or 1
    terms, want_terms, have_terms : (n, 2, 24) float32, the most telling quotable terms (columns of the vocabulary, -1
        where fewer) and their shares of the highest inverse document frequency (0 where fewer)
    spread : (n,) float64 in [0, 1), a fixed number of the id that breaks ties evenly
    """

    kind: NDArray[np.int8]
    country: NDArray[np.int8]
    about: Floats
    want: Floats
    have: Floats
    technologies: Floats
    tags: Floats
    stage: Floats
    ticket: Floats
    looks_at: Floats
    raising: Floats
    agnostic: Floats
    terms: Floats
    want_terms: Floats
    have_terms: Floats
    spread: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.kind)

    def take(self, positions: NDArray[np.intp] | slice) -> Features:
        """The rows at these positions; a slice gives views, an index array copies."""
        return Features(**{field.name: getattr(self, field.name)[positions] for field in fields(self)})

    def replace(self, positions: NDArray[np.intp], rows: Features) -> None:
        """Write rows over those at `positions`, in place."""
        for field in fields(self):
            getattr(self, field.name)[positions] = getattr(rows, field.name)


class FeatureBuilder(TransformerMixin, BaseEstimator):
    """Learn vocabulary, term weights and latent topics from organizations; turn any organizations into `Features`.

    Parameters
    ----------
    n_components : int, latent topics at most (fewer for a small corpus)
    max_terms : int, terms kept, most frequent first
    random_state : int, seed of the randomized decomposition

    Attributes
    ----------
    vectorizer_ : TfidfVectorizer
    decomposition_ : TruncatedSVD or None (too few organizations or words)
    technologies_, tags_ : LabelWeights
    surface_ : dict, the commonest written form of each stem
    """

    def __init__(self, n_components: int = 128, max_terms: int = 30_000, random_state: int = 0) -> None:
        self.n_components = n_components
        self.max_terms = max_terms
        self.random_state = random_state

    def fit(self, X: pd.DataFrame | Sequence[Profile], y: None = None) -> Self:  # noqa: N803
        """Learn from organizations (a frame, or profiles already read)."""
        profiles = _profiles(X)
        self._learn_words(["\n".join((profile.about, *profile.need_lines)) for profile in profiles])
        countries = [profile.country for profile in profiles]
        self.technologies_ = LabelWeights(half=1.5).fit(
            [profile.technologies for profile in profiles], countries
        )
        self.tags_ = LabelWeights(half=4.0, both_sides=True).fit(
            [tuple(profile.tags) for profile in profiles], countries
        )
        return self

    def _learn_words(self, texts: list[str]) -> None:
        self.vectorizer_ = TfidfVectorizer(
            analyzer=terms,
            max_features=self.max_terms,
            min_df=2 if len(texts) >= 500 else 1,
            sublinear_tf=True,
            norm=None,
            dtype=np.float32,
        )
        try:
            counted = self.vectorizer_.fit_transform(texts)
        except ValueError:  # no organization says a word
            counted = self.vectorizer_.fit_transform(["wordless"])
        width = min(self.n_components, min(counted.shape) - 1)
        self.decomposition_ = None
        if width >= 2:
            self.decomposition_ = TruncatedSVD(width, n_iter=2, random_state=self.random_state)
            # Texts that are all the same vary in nothing, and a share of nothing is no number.
            with np.errstate(divide="ignore", invalid="ignore"):
                self.decomposition_.fit(normalize(counted))
        self.surface_ = _surfaces(texts)

    def transform(self, X: pd.DataFrame | Sequence[Profile]) -> Features:  # noqa: N803
        """`Features` of organizations, in order; unknown words, technologies and tags count nothing."""
        check_is_fitted(self, "vectorizer_")
        profiles = _profiles(X)
        about = self.weigh([profile.about for profile in profiles])
        want = self.weigh(["\n".join(profile.need_lines) for profile in profiles])
        have = self.weigh([_have(profile) for profile in profiles])
        share = shares(self.vectorizer_.get_feature_names_out(), self.vectorizer_.idf_)
        return Features(
            kind=np.array([KINDS.index(profile.kind) for profile in profiles], dtype=np.int8),
            country=np.array([COUNTRIES.index(profile.country) for profile in profiles], dtype=np.int8),
            about=self._embed(about),
            want=self._embed(want),
            have=self._embed(_or_else(have, about)),
            technologies=self.technologies_.transform([profile.technologies for profile in profiles]),
            tags=self.tags_.transform([tuple(profile.tags) for profile in profiles]),
            stage=_rows(
                [terms_of_money.stage_row(profile) for profile in profiles], len(structure.STAGES) + 1
            ),
            ticket=_rows(
                [terms_of_money.ticket_row(profile) for profile in profiles], len(structure.TICKET_EDGES) + 2
            ),
            looks_at=_rows([terms_of_money.looks_at_row(profile) for profile in profiles], len(COUNTRIES)),
            raising=np.array([profile.raising for profile in profiles], dtype=np.float32),
            agnostic=np.array([profile.agnostic for profile in profiles], dtype=np.float32),
            terms=telling_terms(about, share),
            want_terms=telling_terms(want, share),
            have_terms=telling_terms(_or_else(have, about), share),
            spread=np.array(
                [_spread(profile.id, self.random_state) for profile in profiles], dtype=np.float64
            ),
        )

    def weigh(self, texts: list[str]) -> sparse.csr_matrix:
        """(n, terms) float32 TF-IDF counts of texts, not normalized."""
        if not texts:
            return sparse.csr_matrix((0, len(self.vectorizer_.vocabulary_)), dtype=np.float32)
        return self.vectorizer_.transform(texts).tocsr()

    def _embed(self, counted: sparse.csr_matrix) -> Floats:
        """Unit LSA vectors times how much the text says."""
        if not counted.shape[0]:
            width = counted.shape[1] if self.decomposition_ is None else len(self.decomposition_.components_)
            return np.zeros((0, width), dtype=np.float32)
        unit = normalize(counted)
        if self.decomposition_ is None:
            vectors = np.asarray(unit.toarray(), dtype=np.float32)
        else:
            vectors = normalize(self.decomposition_.transform(unit)).astype(np.float32)
        mass = np.asarray((counted > 0).astype(np.float32) @ self.vectorizer_.idf_.astype(np.float32))
        return vectors * (mass / (mass + HALF_MASS))[:, None].astype(np.float32)


def _or_else(first: sparse.csr_matrix, second: sparse.csr_matrix) -> sparse.csr_matrix:
    """Rows of `first`, those of `second` where the first are empty."""
    rows = np.arange(first.shape[0])
    return sparse.vstack([first, second]).tocsr()[
        np.where(np.diff(first.indptr) == 0, rows + len(rows), rows)
    ]


def _profiles(organizations: pd.DataFrame | Sequence[Profile]) -> Sequence[Profile]:
    return read_profiles(organizations) if isinstance(organizations, pd.DataFrame) else organizations


def _have(profile: Profile) -> str:
    """What an organization can give: offers first, then the rest of what it says; empty means the same as `about`."""
    if not profile.offer_lines:
        return ""
    offers = "\n".join(profile.offer_lines)
    return f"{offers}\n{offers}\n{profile.about}"


def _rows(rows: list[Floats], width: int) -> Floats:
    return np.array(rows, dtype=np.float32).reshape(len(rows), width)


def _spread(identifier: object, seed: int) -> float:
    digest = hashlib.blake2b(f"{seed}:{identifier}".encode(errors="replace"), digest_size=6).digest()
    return int.from_bytes(digest) / 2**48


def _surfaces(texts: list[str]) -> dict[str, str]:
    """Each stem's commonest written form, the shorter one when equal."""
    counts: dict[str, int] = {}
    for text in texts:
        for word in words(text):
            counts[word] = counts.get(word, 0) + 1
    best: dict[str, str] = {}
    for word in sorted(counts, key=lambda word: (-counts[word], len(word), word)):
        best.setdefault(stem(word), word)
    return best
