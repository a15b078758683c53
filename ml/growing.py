"""Arrays that take rows in at their end without being copied each time."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.features import Features

# A full array moves to one this much longer, so that n rows cost O(n) copies in all.
_GROWTH = 1.25


class Room:
    """Spare rows behind arrays, by name. Only the owner of the arrays may hold it."""

    def __init__(self) -> None:
        self._spare: dict[str, NDArray[Any]] = {}
        self._filled: dict[str, int] = {}

    def together(self, one: Features, other: Features) -> Features:
        """The rows of one and then those of the other, `extended` field by field."""
        return Features(
            **{
                field.name: self.extended(field.name, getattr(one, field.name), getattr(other, field.name))
                for field in fields(Features)
            }
        )

    def extended(self, name: str, array: NDArray[Any], rows: NDArray[Any]) -> NDArray[Any]:
        """`array` and then `rows`: in the spare rows behind `array` where it is the last of this name, else in new ones."""
        spare, end = self._spare.get(name), len(array) + len(rows)
        if spare is None or array.base is not spare or self._filled[name] != len(array) or end > len(spare):
            spare = np.empty((max(end, int(end * _GROWTH)), *array.shape[1:]), dtype=array.dtype)
            spare[: len(array)] = array
            self._spare[name] = spare
        spare[len(array) : end] = rows
        self._filled[name] = end
        return spare[:end]
