"""Closed labels (technologies, tags) as weighted multi-hot rows: rare ones say more, many do not add up to more than one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted


class LabelWeights(TransformerMixin, BaseEstimator):
    """Inverse document frequency over labels, rows shrunk by how much they say.

    A row has the direction of its labels' weights and the length ``m / (m + half)``, where m is the length of its weights:
    one wide label is a short row, and a thousand labels are no longer than 1, so that stuffing gains nothing.

    Parameters
    ----------
    half : float, the length at which a row counts half
    both_sides : bool, keep only labels that occur in both countries (the others can never be shared)
    most : int, labels kept, most frequent first

    Attributes
    ----------
    vocabulary_ : dict of label to column
    weights_ : (g,) float32
    """

    def __init__(self, half: float = 3.0, both_sides: bool = False, most: int = 600) -> None:
        self.half = half
        self.both_sides = both_sides
        self.most = most

    def fit(self, X: Sequence[tuple[str, ...]], y: Sequence[str] | None = None) -> Self:  # noqa: N803
        """Count labels of organizations X in their countries y."""
        counts = Counter(label for row in X for label in row)
        known = set(counts)
        if self.both_sides and y is not None:
            for country in sorted(set(y)):
                known &= {label for row, where in zip(X, y, strict=True) if where == country for label in row}
        kept = sorted(known, key=lambda label: (-counts[label], label))[: self.most]
        self.vocabulary_ = {label: column for column, label in enumerate(kept)}
        frequency = np.array([counts[label] for label in kept], dtype=np.float32)
        labelled = sum(1 for row in X if row)
        self.weights_ = np.log((1 + labelled) / (1 + frequency)).astype(np.float32) + np.float32(0.5)
        return self

    def transform(self, X: Sequence[tuple[str, ...]]) -> NDArray[np.float32]:  # noqa: N803
        """(n, g) float32; labels not seen in `fit` are left out."""
        check_is_fitted(self, "vocabulary_")
        rows = np.zeros((len(X), len(self.vocabulary_)), dtype=np.float32)
        for row, labels in zip(rows, X, strict=True):
            columns = [self.vocabulary_[label] for label in labels if label in self.vocabulary_]
            row[columns] = self.weights_[columns]
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / (length + np.float32(self.half))
