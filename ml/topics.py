"""Which fields of work, and which segments of the chip supply chain, a text is about: nearness to prototypes."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ml import fields, value_chain
from ml.words import Floats, WordVectors, unit_rows

# Deviations above the usual nearness from which a text is about a field.
ABOUT_FIELD = np.float32(2.0)
# What a wider field in common counts beside a field in common (squared).
WIDER_COUNTS = np.float32(0.25)
# The same for a segment of a text that is about chips in general, and for one that names the segment whatever else it says.
ABOUT_CHIPS = np.float32(2.5)
ABOUT_SEGMENT, NAMES_SEGMENT = np.float32(4.5), np.float32(7.5)
# A segment further than the nearest by this many deviations does not count.
_FURTHER = np.float32(2.3)

_WIDER_NAMES = sorted(set(fields.WIDER))
_WIDER = np.array(
    [[float(wider == name) for name in _WIDER_NAMES] for wider in fields.WIDER], dtype=np.float32
)


class Topics(BaseEstimator):
    """Fields and segments from unit static vectors of texts.

    Attributes
    ----------
    fields_, segments_ : (f, 256) and (s, 256) float32, unit prototypes: means of their phrases
    usual_, deviation_ : (f,) float32, nearness of texts to each field
    chips_ : (256,) float32, unit mean of the segments
    usual_segment_, deviation_segment_ : (s + 1,) float32, nearness of all fields' phrases to each segment and to `chips_`
    """

    def fit(self, X: Floats, y: WordVectors | None = None) -> Self:  # noqa: N803
        """Learn prototypes from `ml.fields` and `ml.value_chain`, and what is usual from static vectors of texts.

        Parameters
        ----------
        X : (n, 256) float32, `WordVectors.static` of texts
        y : the fitted vectors they come from
        """
        if y is None:
            raise ValueError("topics need the word vectors that the texts' vectors come from")
        phrases = y.static(y.counter_.transform(fields.PHRASES))
        links = y.plain(y.counter_.transform(value_chain.PHRASES))
        self.fields_ = _prototypes(phrases, fields.FIELD_OF_PHRASE, len(fields.NAMES))
        self.segments_ = _prototypes(links, value_chain.SEGMENT_OF_PHRASE, len(value_chain.SEGMENTS))
        near = np.vstack([X, phrases]) @ self.fields_.T
        self.usual_, self.deviation_ = near.mean(axis=0), near.std(axis=0)
        self.chips_ = unit_rows(self.segments_.mean(axis=0, keepdims=True))[0]
        usual = y.plain(y.counter_.transform(fields.PHRASES))
        near = usual @ np.vstack([self.segments_, self.chips_]).T
        self.usual_segment_, self.deviation_segment_ = near.mean(axis=0), near.std(axis=0)
        return self

    def transform(self, X: Floats) -> Floats:  # noqa: N803
        """(n, f + w) float32: unit rows of fields, then half unit rows of wider fields; 0 where about none."""
        check_is_fitted(self, "fields_")
        above = (X @ self.fields_.T - self.usual_) / self.deviation_ - ABOUT_FIELD
        above = np.maximum(above, 0)
        above[~X.any(axis=1)] = 0
        wider = unit_rows(above @ _WIDER) * np.sqrt(WIDER_COUNTS)
        return np.hstack([unit_rows(above), wider]).astype(np.float32)

    def segments(self, plain: Floats) -> Floats:
        """(n, s) float32: unit rows of segments whose product each text names, from its `WordVectors.plain`; 0 where it is about something else."""
        near = plain @ np.vstack([self.segments_, self.chips_]).T
        above = (near - self.usual_segment_) / self.deviation_segment_
        above, chips = above[:, :-1], above[:, -1:]
        nearest = above.max(axis=1, keepdims=True)
        told = ((chips > ABOUT_CHIPS) & (nearest > ABOUT_SEGMENT)) | (nearest > NAMES_SEGMENT)
        share = np.where(told & (above > nearest - _FURTHER), np.exp(above - nearest), 0)
        return unit_rows(share.astype(np.float32))


def runs_on() -> Floats:
    """(f, f) float32: rows of a field of work, unit vectors of the fields of study it runs on, itself among them."""
    place = {name: at for at, name in enumerate(fields.NAMES)}
    table = np.eye(len(place), dtype=np.float32)
    for name, skills in fields.RUNS_ON.items():
        table[place[name], [place[skill] for skill in skills]] = 1
    return unit_rows(table)


def _prototypes(phrases: Floats, owner: tuple[int, ...], n: int) -> Floats:
    member = sparse.csr_matrix(
        (np.ones(len(owner), dtype=np.float32), (owner, np.arange(len(owner)))), (n, len(owner))
    )
    return unit_rows(member @ phrases)


def fields_of(rows: NDArray[Any]) -> NDArray[Any]:
    """The part of `Topics.transform` that is fields, without wider ones."""
    return rows[:, : len(fields.NAMES)]
