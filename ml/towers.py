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

# Fields alike in both countries, which share the first segment, weighed and compressed together: much that one says
# another says again.
TOPIC = ("about", "fields", "tags", "technologies")
# The other segments, by the fields that meet in them (of the Indian and of the other side), and their dimensions at most.
SEGMENTS: dict[str, tuple[str, str, int]] = {
    "need": ("want", "have", 20),
    "offer": ("have", "want", 20),
    "stage": ("stage", "stage", 8),
    "funds": ("funded", "funding", 4),
    "is funded": ("funding", "funded", 4),
}
MOST_DIMENSIONS = 256
# Rows whose singular vectors stand for everybody's.
_LEARN_FROM = 20_000
# Exactly scored pairs for each pair of kinds: organizations of either side, and partners of each.
_SEEKERS, _OFFERED, _BEST, _RANDOM = 150, 3000, 30, 20
# Below this a segment's weight for a pair of kinds is nothing against what rounding to int8 does.
_LEAST = 1e-3
# The circle of ties (see `ranking`) as two dimensions: a share of what the kinds alone promise, or of this at least.
TIE_REACH = np.float32(0.25)
_LEAST_KIND = np.float32(0.02)
# Segments that are no field: open to all fields, the kinds alone, the circle of ties.
_PLAIN = {"open": 2, "kind": 1, "tie": 2}


class Towers(BaseEstimator):
    """Vectors of organizations toward the other country.

    Parameters
    ----------
    random_state : int, seed of the pairs that are scored exactly

    Attributes
    ----------
    bases_ : dict of segment to (width, dimensions) float32, or None where the field is narrow enough
    mixed_ : dict of topic field to its weight in the segment "topic"
    spans_ : dict of segment to (start, stop) in the vector; segments that nobody uses have none
    balance_ : (d,) float32, the usual weight of each dimension, half of which is in either vector
    weights_ : (kinds, kinds, d) float32, by Indian and other kind, relative to `balance_`
    """

    def __init__(self, random_state: int = 0) -> None:
        self.random_state = random_state

    def fit(self, features: Features, score: Score) -> Self:
        """Learn bases and weights from organizations and the exact score of some of their pairs."""
        rng = np.random.default_rng(self.random_state)
        some = features.take(np.sort(rng.permutation(len(features))[:_LEARN_FROM]))
        self.mixed_ = {}
        self._learn_bases(some)
        places = dict(zip(self.spans_, _usual(self._learn_weights(features, score)).tolist(), strict=True))
        self.mixed_ = {name: float(np.sqrt(places[name])) for name in TOPIC if name in places}
        self._learn_bases(some)
        self._balance(self._learn_weights(features, score))
        return self

    def _balance(self, learned: Floats) -> None:
        """Keep half of a segment's usual weight in either vector, and what a pair of kinds differs by apart."""
        usual = _usual(learned)
        self.balance_ = np.ones(self.width, dtype=np.float32)
        self.weights_ = np.ones((len(KINDS), len(KINDS), self.width), dtype=np.float32)
        for place, span in enumerate(self._slices()):
            self.balance_[span] = usual[place]
            self.weights_[:, :, span] = (learned[:, :, place] / usual[place])[:, :, None]

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

    def _learn_bases(self, some: Features) -> None:
        """Lay segments out: topic fields each whole while nothing is mixed yet, together afterward."""
        self.bases_: dict[str, Floats | None] = {}
        self.spans_: dict[str, tuple[int, int]] = {}
        small = {name: segment for name, segment in SEGMENTS.items() if _is_used(some, segment)}
        values = {name: _two_sides(some, *small[name][:2]) for name in small}
        widths = {name: min(small[name][2], values[name].shape[1]) for name in small}
        if self.mixed_:
            left = MOST_DIMENSIONS - sum(widths.values()) - sum(_PLAIN.values())
            values = {"topic": self._mix(some), **values}
            widths = {"topic": min(left, values["topic"].shape[1]), **widths}
        else:
            whole = {name: _field(some, name) for name in TOPIC if _field(some, name).any()}
            values = {**whole, **values}
            widths = {**{name: field.shape[1] for name, field in whole.items()}, **widths}
        start = 0
        for name, width in {**widths, **_PLAIN}.items():
            if name in values:
                self.bases_[name] = _basis(values[name], width)
            self.spans_[name] = (start, start + width)
            start += width

    def _mix(self, features: Features) -> Floats:
        fields = [np.float32(weight) * _field(features, name) for name, weight in self.mixed_.items()]
        return np.hstack(fields) if fields else np.zeros((len(features), 1), dtype=np.float32)

    def _values(self, features: Features, name: str) -> Floats:
        """What a segment is made of, by the country of each organization."""
        if name == "topic":
            return self._mix(features)
        if name not in SEGMENTS:
            return _field(features, name)
        here, there, _ = SEGMENTS[name]
        if here == there:
            return _field(features, here)
        indian = (features.country == COUNTRIES.index("IN"))[:, None]
        return np.where(indian, _field(features, here), _field(features, there))

    def _raw(self, features: Features) -> Floats:
        """(n, d) float32 without weights."""
        out = np.zeros((len(features), self.width), dtype=np.float32)
        for name, basis in self.bases_.items():
            values = self._values(features, name)
            out[:, slice(*self.spans_[name])] = values if basis is None else values @ basis
        indian = (features.country == COUNTRIES.index("IN"))[:, None]
        open_ = np.maximum(features.agnostic, features.raising)[:, None]
        out[:, slice(*self.spans_["open"])] = np.where(
            indian, np.hstack([open_, open_ * 0 + 1]), np.hstack([open_ * 0 + 1, open_])
        )
        out[:, slice(*self.spans_["kind"])] = 1
        turn = 2 * np.pi * features.spread
        sine = np.where(indian[:, 0], -np.sin(turn), np.sin(turn))
        out[:, slice(*self.spans_["tie"])] = np.column_stack([np.cos(turn), sine])
        return out

    def _learn_weights(self, features: Features, score: Score) -> Floats:
        """(kinds, kinds, segments) float32 by non-negative least squares on the evidence of scored pairs."""
        rng = np.random.default_rng(self.random_state)
        weights = np.zeros((len(KINDS), len(KINDS), len(self.spans_)), dtype=np.float32)
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


def _usual(learned: Floats) -> Floats:
    """(segments,) root mean square of weights over the pairs of kinds."""
    return np.asarray(np.sqrt(np.maximum((learned**2).mean(axis=(0, 1)), _LEAST)), dtype=np.float32)


def _two_sides(features: Features, here: str, there: str) -> Floats:
    if here == there:
        return _field(features, here)
    return np.vstack([_field(features, here), _field(features, there)])


def _is_used(features: Features, segment: tuple[str, str, int]) -> bool:
    """Whether both fields that meet in a segment say anything."""
    return all(bool(_field(features, name).any()) for name in segment[:2])


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
