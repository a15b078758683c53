"""Organizations as numbers: one transformer from a frame to aligned arrays, vocabulary kept for later rows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from ml import structure, terms_of_money
from ml.counting import Counted, TermCounter
from ml.labels import LabelWeights
from ml.lexical import shares, telling_terms
from ml.profiles import COUNTRIES, KINDS, Profile, read_profiles
from ml.text import stem, words
from ml.topics import Topics
from ml.words import WordVectors

Floats = NDArray[np.float32]
Codes = NDArray[np.int8]

# Steps of 1 in vectors kept as int8. Parts of unit vectors of many dimensions are rarely above a half; closed labels are.
STEPS = {
    "about": 240,
    "want": 240,
    "have": 240,
    "fields": 127,
    "technologies": 127,
    "tags": 127,
    "chain": 127,
}
# A text with this many meaningful words counts half of one that says all it can.
HALF_TERMS = np.float32(0.75)
# Rounds a firm had before: none, one, two, more.
TURNS = 4
# Organizations whose words are learned, and organizations read at a time.
LEARN_FROM = 60_000
CHUNK = 20_000


@dataclass(slots=True)
class Features:
    """Aligned arrays of n organizations. Vectors are kept as int8 codes; each has a property of its name in float32.

    Attributes
    ----------
    kind, country : (n,) int8, positions in `KINDS` and `COUNTRIES`
    about_codes, want_codes, have_codes : (n, d) int8, meaning of what they are, need and can give (`WordVectors`); their
        length is how much is said, 0 where nothing is
    fields_codes : (n, f + w) int8, fields of work and wider fields (`Topics`)
    chain_codes : (n, s) int8, segments of the chip supply chain whose product they give
    technologies_codes, tags_codes : (n, t) and (n, g) int8, weighted multi-hot, length at most 1
    stage : (n, 10) float32, rungs (startups) or funded rungs (investors), last column 1 when known
    ticket : (n, 33) float32, touched buckets, last column 1 when known
    looks_at : (n, 2) float32, investors: 1 country named, -1 others named only, 0 silent
    raising, agnostic : (n,) float32, 0 or 1
    terms, want_terms, have_terms : (n, 2, 24) float32, the most telling quotable terms (columns of the vocabulary, -1
        where fewer) and their shares of the highest inverse document frequency (0 where fewer)
    spread : (n,) float64 in [0, 1), a fixed number of the id that breaks ties evenly
    funding, funded : (n, turns) float32, investors: how likely a firm abroad is to be funded, by the rounds it had; firms: 1
        at the rounds they had. 0 until `LinkIndex.mark` has written them
    """

    kind: NDArray[np.int8]
    country: NDArray[np.int8]
    about_codes: Codes
    want_codes: Codes
    have_codes: Codes
    fields_codes: Codes
    chain_codes: Codes
    technologies_codes: Codes
    tags_codes: Codes
    stage: Floats
    ticket: Floats
    looks_at: Floats
    raising: Floats
    agnostic: Floats
    terms: Floats
    want_terms: Floats
    have_terms: Floats
    spread: NDArray[np.float64]
    funding: Floats
    funded: Floats

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def about(self) -> Floats:
        """(n, d) float32."""
        return decoded("about", self.about_codes)

    @property
    def want(self) -> Floats:
        """(n, d) float32."""
        return decoded("want", self.want_codes)

    @property
    def have(self) -> Floats:
        """(n, d) float32."""
        return decoded("have", self.have_codes)

    @property
    def fields(self) -> Floats:
        """(n, f + w) float32."""
        return decoded("fields", self.fields_codes)

    @property
    def chain(self) -> Floats:
        """(n, s) float32."""
        return decoded("chain", self.chain_codes)

    @property
    def technologies(self) -> Floats:
        """(n, t) float32."""
        return decoded("technologies", self.technologies_codes)

    @property
    def tags(self) -> Floats:
        """(n, g) float32."""
        return decoded("tags", self.tags_codes)

    def take(self, positions: NDArray[np.intp] | slice) -> Features:
        """The rows at these positions; a slice gives views, an index array copies."""
        return Features(**{field.name: getattr(self, field.name)[positions] for field in fields(self)})

    def replace(self, positions: NDArray[np.intp], rows: Features) -> None:
        """Write rows over those at `positions`, in place."""
        for field in fields(self):
            getattr(self, field.name)[positions] = getattr(rows, field.name)

    def append(self, rows: Features) -> Features:
        """These rows and then those."""
        return together([self, rows])


def together(parts: Sequence[Features]) -> Features:
    """The rows of all parts, in order; at least one part."""
    if len(parts) == 1:
        return parts[0]
    return Features(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Features)
        }
    )


def coded(name: str, values: Floats) -> Codes:
    """Vectors of this name as int8."""
    return np.clip(np.rint(values * np.float32(STEPS[name])), -127, 127).astype(np.int8)


def decoded(name: str, codes: Codes) -> Floats:
    """float32 of `coded`."""
    return codes.astype(np.float32) * np.float32(1 / STEPS[name])


class FeatureBuilder(TransformerMixin, BaseEstimator):
    """Learn vocabulary, word vectors, topics and label weights from organizations; turn any organizations into `Features`.

    Parameters
    ----------
    n_components : int, dimensions of the word vectors learned from the organizations
    max_terms : int, terms kept, most frequent first
    random_state : int, seed

    Attributes
    ----------
    vectors_ : WordVectors
    telling_ : (t,) float32, how rare each term is; see `ml.lexical.shares`
    topics_ : Topics
    technologies_, tags_ : LabelWeights
    surface_ : dict, the commonest written form of each stem
    """

    def __init__(self, n_components: int = 96, max_terms: int = 30_000, random_state: int = 0) -> None:
        self.n_components = n_components
        self.max_terms = max_terms
        self.random_state = random_state

    @property
    def vectorizer_(self) -> TermCounter:
        """The counter of terms."""
        return self.vectors_.counter_

    def fit(self, X: pd.DataFrame | Sequence[Profile], y: None = None) -> Self:  # noqa: N803
        """Learn from organizations (a frame, or profiles already read); from `LEARN_FROM` of them where there are more."""
        rng = np.random.default_rng(self.random_state)
        chosen = np.sort(rng.permutation(len(X))[:LEARN_FROM])
        profiles = _profiles(_rows_of(X, chosen) if len(chosen) < len(X) else X)
        texts = ["\n".join((profile.about, *profile.need_lines)) for profile in profiles]
        self.vectors_ = WordVectors(
            n_corpus=self.n_components, max_terms=self.max_terms, random_state=self.random_state
        ).fit(texts)
        self.telling_ = shares(np.array(self.vectorizer_.names_), self.vectorizer_.idf_)
        some = np.sort(rng.permutation(len(texts))[:CHUNK])
        counted = self.vectorizer_.transform([texts[at] for at in some.tolist()])
        static = self.vectors_.static(counted)
        self.topics_ = Topics().fit(static[static.any(axis=1)], self.vectors_)
        countries = [profile.country for profile in profiles]
        self.technologies_ = LabelWeights(half=1.5, most=64).fit(
            [profile.technologies for profile in profiles], countries
        )
        self.tags_ = LabelWeights(half=4.0, both_sides=True, most=256).fit(
            [tuple(profile.tags) for profile in profiles], countries
        )
        self.surface_ = _surfaces(texts)
        return self

    def transform(self, X: pd.DataFrame | Sequence[Profile]) -> Features:  # noqa: N803
        """`Features` of organizations, in order, a chunk at a time; technologies and tags that `fit` has not seen count nothing."""
        check_is_fitted(self, "vectors_")
        starts = range(0, max(len(X), 1), CHUNK)
        return together(
            [self._chunk(_profiles(_rows_of(X, slice(start, start + CHUNK)))) for start in starts]
        )

    def _chunk(self, profiles: Sequence[Profile]) -> Features:
        texts, money = self._read(profiles), self._agree(profiles)
        return Features(
            kind=np.array([KINDS.index(profile.kind) for profile in profiles], dtype=np.int8),
            country=np.array([COUNTRIES.index(profile.country) for profile in profiles], dtype=np.int8),
            technologies_codes=coded(
                "technologies", self.technologies_.transform([profile.technologies for profile in profiles])
            ),
            tags_codes=coded("tags", self.tags_.transform([tuple(profile.tags) for profile in profiles])),
            spread=np.array(
                [_spread(profile.id, self.random_state) for profile in profiles], dtype=np.float64
            ),
            funding=np.zeros((len(profiles), TURNS), dtype=np.float32),
            funded=np.zeros((len(profiles), TURNS), dtype=np.float32),
            **texts,
            **money,
        )

    def _read(self, profiles: Sequence[Profile]) -> dict[str, Any]:
        """The features that come from texts."""
        about = self.vectorizer_.transform([profile.about for profile in profiles])
        static = self.vectors_.static(
            about, self.vectorizer_.transform([profile.name for profile in profiles])
        )
        want, wanted = self._some(["\n".join(profile.need_lines) for profile in profiles])
        have, given = self._some([_have(profile) for profile in profiles])
        given_first = self.vectorizer_.transform([_product(profile) for profile in profiles])
        meaning = self._said(about, static)
        share = self.telling_
        terms = telling_terms(about.terms, share)
        nothing = np.zeros_like(terms)
        nothing[:, 0] = -1
        return {
            "about_codes": coded("about", meaning),
            "want_codes": coded("want", _filled(self._said(want), wanted, np.zeros_like(meaning))),
            "have_codes": coded("have", _filled(self._said(have), given, meaning)),
            "fields_codes": coded("fields", self.topics_.transform(static)),
            "chain_codes": coded("chain", self.topics_.segments(self.vectors_.plain(given_first))),
            "terms": terms,
            "want_terms": _filled(telling_terms(want.terms, share), wanted, nothing),
            "have_terms": _filled(telling_terms(have.terms, share), given, terms),
        }

    def _agree(self, profiles: Sequence[Profile]) -> dict[str, Any]:
        """The features that come from money's terms."""
        return {
            "stage": _rows(
                [terms_of_money.stage_row(profile) for profile in profiles], len(structure.STAGES) + 1
            ),
            "ticket": _rows(
                [terms_of_money.ticket_row(profile) for profile in profiles], len(structure.TICKET_EDGES) + 2
            ),
            "looks_at": _rows([terms_of_money.looks_at_row(profile) for profile in profiles], len(COUNTRIES)),
            "raising": np.array([profile.raising for profile in profiles], dtype=np.float32),
            "agnostic": np.array([profile.agnostic for profile in profiles], dtype=np.float32),
        }

    def _some(self, texts: list[str]) -> tuple[Counted, NDArray[np.intp]]:
        """Counts of the texts that are not empty, and their rows."""
        rows = np.array([row for row, text in enumerate(texts) if text], dtype=np.intp)
        return self.vectorizer_.transform([texts[row] for row in rows.tolist()]), rows

    def _said(self, counted: Counted, static: Floats | None = None) -> Floats:
        """Vectors of counted texts, as long as the texts say much."""
        vectors = self.vectors_.vectors(counted, self.vectors_.static(counted) if static is None else static)
        said = np.diff(counted.terms.indptr).astype(np.float32)[:, None]
        return vectors * ((said + np.float32(0.25)) / (said + HALF_TERMS))


def _filled(values: Floats, rows: NDArray[np.intp], otherwise: Floats) -> Floats:
    """`otherwise` with `values` written over its `rows`."""
    found = otherwise.copy()
    found[rows] = values
    return found


def _rows_of(
    organizations: pd.DataFrame | Sequence[Profile], at: slice | NDArray[np.intp]
) -> pd.DataFrame | Sequence[Profile]:
    if isinstance(organizations, pd.DataFrame):
        return organizations.iloc[at]
    if isinstance(at, slice):
        return organizations[at]
    return [organizations[place] for place in at.tolist()]


def _profiles(organizations: pd.DataFrame | Sequence[Profile]) -> Sequence[Profile]:
    return read_profiles(organizations) if isinstance(organizations, pd.DataFrame) else organizations


def _have(profile: Profile) -> str:
    """What an organization can give: offers first, then the rest of what it says; empty means the same as `about`."""
    if not profile.offer_lines:
        return ""
    offers = "\n".join(profile.offer_lines)
    return f"{offers}\n{offers}\n{profile.about}"


def _product(profile: Profile) -> str:
    """What an organization makes, in its first words on it: later ones name what goes into it and what it goes into."""
    return "\n".join(profile.offer_lines or profile.about_lines[:1]) or profile.about


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
