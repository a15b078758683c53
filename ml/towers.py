"""One dense vector an organization, so that an inner product stands for the evidence of a pair.

Each kind of evidence has its segment of the vector, compressed to a few dimensions by its singular vectors; how much a
segment counts for each pair of kinds is learned from exactly scored pairs by non-negative least squares, so that towers
follow whatever the scoring rule is. They only find candidates: these are scored exactly afterward.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls
from sklearn.base import BaseEstimator

from ml.features import Features, Floats
from ml.profiles import COUNTRIES, KINDS

Positions = NDArray[np.intp]
# The exact (forward, backward, score) of pairs given by position.
Score = Callable[[Positions, Positions], tuple[Floats, Floats, Floats]]

# Dimensions a segment gets at most, by the fields that meet in it (of the Indian and of the other side).
SEGMENTS: dict[str, tuple[str, str, int]] = {
    "about": ("about", "about", 96),
    "need": ("want", "have", 24),
    "offer": ("have", "want", 24),
    "tags": ("tags", "tags", 56),
    "technologies": ("technologies", "technologies", 8),
    "stage": ("stage", "stage", 8),
}
_TERM_SKETCH = 32
# Rows whose singular vectors stand for everybody's.
_LEARN_FROM = 20_000
# Exactly scored pairs for each pair of kinds: organizations of either side, and partners of each.
_SEEKERS, _OFFERED, _BEST, _RANDOM = 150, 3000, 30, 20
# Below this a segment's weight for a pair of kinds is nothing against what rounding to int8 does.
_LEAST = 1e-3
# The circle of ties (see `ranking`) as two dimensions: a share of what the kinds alone promise, or of this at least.
TIE_REACH = np.float32(0.25)
_LEAST_KIND = np.float32(0.02)


class Towers(BaseEstimator):
    """Vectors of organizations toward the other country.

    Parameters
    ----------
    random_state : int, seed of the pairs that are scored exactly, and of the sketch of terms

    Attributes
    ----------
    bases_ : dict of segment to (width, dimensions) float32, or None where the field is narrow enough
    spans_ : dict of segment to (start, stop) in the vector; segments that nobody uses have none
    balance_ : (d,) float32, the usual weight of each dimension, half of which is in either vector
    weights_ : (kinds, kinds, d) float32, by Indian and other kind, relative to `balance_`
    """

    def __init__(self, random_state: int = 0) -> None:
        self.random_state = random_state

    def fit(self, features: Features, score: Score) -> Self:
        """Learn bases and weights from organizations and the exact score of some of their pairs."""
        self._learn_bases(features)
        spans = self._slices()
        width = spans[-1].stop
        self.balance_ = np.ones(width, dtype=np.float32)
        learned = self._learn_weights(features, score, len(spans))
        usual = np.sqrt(np.maximum((learned**2).mean(axis=(0, 1)), _LEAST))
        for place, span in enumerate(spans):
            self.balance_[span] = usual[place]
        self.weights_ = np.ones((len(KINDS), len(KINDS), width), dtype=np.float32)
        for place, span in enumerate(spans):
            self.weights_[:, :, span] = (learned[:, :, place] / usual[place])[:, :, None]
        return self

    def transform(self, features: Features) -> Floats:
        """(n, d) float32; the product of vectors of two countries, one of them times `toward`, stands for their evidence."""
        raw = self._raw(features)
        raw *= np.sqrt(self.balance_)
        return raw

    @property
    def width(self) -> int:
        """Dimensions of a vector."""
        return self._slices()[-1].stop

    def toward(self, own: int, other: int, country: int) -> Floats:
        """(d,) what to multiply vectors of kind `own` in this country with, to meet plain ones of kind `other`."""
        return np.asarray(self.weights_[(own, other) if country == 0 else (other, own)])

    def _slices(self) -> list[slice]:
        return [slice(*span) for span in self.spans_.values()]

    def _learn_bases(self, features: Features) -> None:
        rng = np.random.default_rng(self.random_state)
        rows = np.sort(rng.permutation(len(features))[:_LEARN_FROM])
        some = features.take(rows)
        self.bases_: dict[str, Floats | None] = {}
        self.spans_: dict[str, tuple[int, int]] = {}
        start = 0
        for name, (here, there, most) in SEGMENTS.items():
            values = (
                np.vstack([_field(some, here), _field(some, there)]) if here != there else _field(some, here)
            )
            if not values.any():
                continue
            self.bases_[name] = _basis(values, most)
            width = min(most, values.shape[1])
            self.spans_[name] = (start, start + width)
            start += width
        for name, width in (("terms", _TERM_SKETCH), ("open", 2), ("kind", 1), ("tie", 2)):
            self.spans_[name] = (start, start + width)
            start += width

    def _raw(self, features: Features) -> Floats:
        """(n, d) float32 without weights."""
        out = np.zeros((len(features), self._slices()[-1].stop), dtype=np.float32)
        indian = (features.country == COUNTRIES.index("IN"))[:, None]
        for name, basis in self.bases_.items():
            here, there, _ = SEGMENTS[name]
            values = _field(features, here)
            if here != there:
                values = np.where(indian, values, _field(features, there))
            out[:, slice(*self.spans_[name])] = values if basis is None else values @ basis
        out[:, slice(*self.spans_["terms"])] = _sketch(features.terms, self.random_state)
        open_ = np.maximum(features.agnostic, features.raising)[:, None]
        out[:, slice(*self.spans_["open"])] = np.where(
            indian, np.hstack([open_, open_ * 0 + 1]), np.hstack([open_ * 0 + 1, open_])
        )
        out[:, slice(*self.spans_["kind"])] = 1
        turn = 2 * np.pi * features.spread
        sine = np.where(indian[:, 0], -np.sin(turn), np.sin(turn))
        out[:, slice(*self.spans_["tie"])] = np.column_stack([np.cos(turn), sine])
        return out

    def _learn_weights(self, features: Features, score: Score, segments: int) -> Floats:
        """(kinds, kinds, segments) float32 by non-negative least squares on the evidence of scored pairs."""
        rng = np.random.default_rng(self.random_state)
        weights = np.zeros((len(KINDS), len(KINDS), segments), dtype=np.float32)
        for one in range(len(KINDS)):
            for other in range(len(KINDS)):
                here, there = (
                    rng.permutation(np.flatnonzero((features.country == country) & (features.kind == kind)))[
                        :most
                    ]
                    for country, kind, most in ((0, one, _SEEKERS), (1, other, _OFFERED))
                )
                if len(here) and len(there):
                    weights[one, other] = self._fitted(features, score, here, there, rng)
        weights[:, :, -1] = TIE_REACH * np.maximum(weights[:, :, -2], _LEAST_KIND)
        return weights

    def _fitted(
        self, features: Features, score: Score, here: Positions, there: Positions, rng: np.random.Generator
    ) -> Floats:
        left, right = self._raw(features.take(here)), self._raw(features.take(there))
        products = np.stack([left[:, span] @ right[:, span].T for span in self._slices()], axis=2)
        rough = products[:, :, :-3].sum(axis=2)
        most = min(_BEST, len(there))
        best = np.argpartition(-rough, most - 1, axis=1)[:, :most]
        random = rng.integers(0, len(there), (len(here), _RANDOM))
        chosen = np.hstack([best, random])
        row = np.repeat(np.arange(len(here)), chosen.shape[1])
        _, _, exact = score(here[row], there[chosen.ravel()])
        evidence = -np.log1p(-np.minimum(exact, np.float32(0.999)))
        found, _ = nnls(products[row, chosen.ravel(), :-1].astype(np.float64), evidence.astype(np.float64))
        return np.append(found, 0).astype(np.float32)


def _field(features: Features, name: str) -> Floats:
    values = getattr(features, name, None)
    if values is None or not hasattr(values, "shape") or values.ndim != 2:
        return np.zeros((len(features), 1), dtype=np.float32)
    return np.asarray(values.toarray() if hasattr(values, "toarray") else values, dtype=np.float32)


def _basis(values: Floats, most: int) -> Floats | None:
    """The first right singular vectors of rows, by the eigenvectors of their second moments; None when all fit."""
    if values.shape[1] <= most:
        return None
    moments = values.T.astype(np.float64) @ values
    _, vectors = np.linalg.eigh(moments)
    return np.ascontiguousarray(vectors[:, ::-1][:, :most], dtype=np.float32)


def _sketch(terms: Floats, seed: int) -> Floats:
    """(n, _TERM_SKETCH) of telling terms (n, 2, t), whose products estimate the shares of common terms.

    Each term has two places with a sign each, after the count sketch of Charikar, Chen and Farach-Colton (2002).
    """
    out = np.zeros((len(terms), _TERM_SKETCH), dtype=np.float32)
    present = terms[:, 0] >= 0
    row, _ = np.nonzero(present)
    term = terms[:, 0][present].astype(np.uint64)
    value = np.sqrt(terms[:, 1][present] / 2)
    for turn in (1, 2):
        mixed = (term + np.uint64(turn * 1_000_003 + seed)) * np.uint64(0x9E3779B97F4A7C15)
        place = (mixed >> np.uint64(40)) % np.uint64(_TERM_SKETCH)
        sign = np.where((mixed >> np.uint64(33)) & np.uint64(1), np.float32(1), np.float32(-1))
        np.add.at(out, (row, place.astype(np.intp)), value * sign)
    return out
