"""A need in free words against all organizations: meaning by int8 vectors, rare words and names by an inverted index."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml import kernels, tags, text
from ml.candidates import Quantized
from ml.features import FeatureBuilder, Features, Floats
from ml.kernels import Places
from ml.profiles import Profile

Mask = NDArray[np.bool_]
Where = Mapping[str, Any] | Mask | None

# A text that holds all the rarest words of the need counts as much as one that means the same in other words.
WORDS_SHARE = np.float32(0.5)
# Filters whose masks are kept.
MOST_MASKS = 64
# Past this many changed organizations the index is made anew.
MOST_CHANGED = 2000


def found_under(profile: Profile) -> list[str]:
    """The stems under which an organization is found: its name, its texts and its labels."""
    parts = (
        getattr(profile, "name", ""),
        profile.about,
        *profile.need_lines,
        *profile.offer_lines,
        *profile.about_lines,
    )
    return sorted({text.stem(word) for word in text.words("\n".join(parts))})


def values_of(profile: Profile, column: str) -> tuple[Hashable, ...]:
    """What a profile holds in a column of the frame; tags in the spelling under which they are compared.

    Raises
    ------
    ValueError
        When profiles have no such column.
    """
    found = getattr(profile, {"stage": "stage_levels", "stages": "stage_levels"}.get(column, column), None)
    if found is None and column not in Profile.__slots__:
        raise ValueError(f"organizations cannot be filtered by {column!r}")
    return tuple(found) if isinstance(found, (tuple, list, dict)) else (found,)


def _asked(column: str, value: Any) -> list[Hashable]:
    values = [value] if isinstance(value, str) or not isinstance(value, Iterable) else list(value)
    return [tags.key_of(str(one)) for one in values] if column == "tags" else values


class _Postings:
    """Who has what, as CSR: rows ``of(key)`` of each key."""

    def __init__(self, keys_of_rows: Iterable[Iterable[Hashable]]) -> None:
        self.place: dict[Hashable, int] = {}
        key, row = array("i"), array("i")
        for at, keys in enumerate(keys_of_rows):
            for one in keys:
                key.append(self.place.setdefault(one, len(self.place)))
                row.append(at)
        keys_, rows = np.frombuffer(key, dtype=np.int32), np.frombuffer(row, dtype=np.int32)
        self._rows = rows[np.argsort(keys_, kind="stable")]
        self._starts = np.concatenate([[0], np.cumsum(np.bincount(keys_, minlength=len(self.place)))])

    def of(self, key: Hashable) -> Places:
        """Rows of a key, ascending; none of an unknown one."""
        at = self.place.get(key)
        if at is None:
            return np.empty(0, dtype=np.int32)
        return self._rows[self._starts[at] : self._starts[at + 1]]


class SearchIndex:
    """Organizations ready to be searched.

    Parameters
    ----------
    builder : what made the features, for the vector of a need
    features, profiles : of all organizations, aligned
    """

    def __init__(self, builder: FeatureBuilder, features: Features, profiles: Sequence[Profile]) -> None:
        self.builder, self.features, self.profiles = builder, features, profiles
        self._codes = _have(features)
        self._words = _Postings(found_under(profile) for profile in profiles)
        self._columns: dict[str, _Postings] = {}
        self._masks: dict[tuple[str, tuple[Hashable, ...]], Mask] = {}
        self._size = len(profiles)
        self._changed: dict[int, frozenset[str]] = {}

    def change(self, features: Features, positions: Sequence[int]) -> bool:
        """Take changed and new organizations in; False when there are so many that the index must be made anew."""
        if len(self._changed) + len(positions) > MOST_CHANGED:
            return False
        self.features = features
        self._masks.clear()
        for at in positions:
            self._changed[at] = frozenset(found_under(self.profiles[at]))
        return True

    def mask(self, where: Where) -> Mask:
        """(n,) whom a filter lets through.

        Raises
        ------
        ValueError
            When a mask is not of one length with the organizations, or profiles have no such column.
        """
        n = len(self.profiles)
        if where is None:
            return np.ones(n, dtype=bool)
        if not isinstance(where, Mapping):
            given = np.asarray(where, dtype=bool)
            if given.shape != (n,):
                raise ValueError(f"the mask has shape {given.shape}, organizations are {n}")
            return given
        open_ = np.ones(n, dtype=bool)
        for column, value in where.items():
            open_ &= self._known_mask(column, _asked(column, value))
        return open_

    def _known_mask(self, column: str, values: list[Hashable]) -> Mask:
        """`_column_mask`, made once for filters that come again."""
        asked = (column, tuple(values))
        if asked not in self._masks:
            if len(self._masks) == MOST_MASKS:
                self._masks.pop(next(iter(self._masks)))
            self._masks[asked] = self._column_mask(column, values)
        return self._masks[asked]

    def _column_mask(self, column: str, values: list[Hashable]) -> Mask:
        if column not in self._columns:
            values_of(self.profiles[0], column)
            self._columns[column] = _Postings(values_of(profile, column) for profile in self.profiles)
        mask = np.zeros(len(self.profiles), dtype=bool)
        for value in values:
            mask[self._columns[column].of(value)] = True
        for at in self._changed:
            mask[at] = bool(set(values_of(self.profiles[at], column)) & set(values))
        return mask

    def find(self, need: str, k: int, where: Where = None) -> tuple[NDArray[np.intp], Floats]:
        """Positions and scores of the best k who pass the filter, best first; those with nothing in common are left out."""
        open_ = self.mask(where)
        bonus = self._word_scores(need)
        asked = Quantized.of(_vector(self.builder, need))
        best, who = np.empty((1, k), dtype=np.float32), np.empty((1, k), dtype=np.int32)
        lists = (
            np.empty((1, 2 * k), dtype=np.int64),
            np.zeros(1, dtype=np.int32),
            np.zeros(1, dtype=np.float32),
        )
        codes = self._current()
        step = asked.scales[0] * (1 - WORDS_SHARE)
        kernels.search_best(codes.codes, codes.scales, open_, asked.codes[0], step, bonus, lists, k)
        kernels.settle(lists, k, best, who)
        kernels.sort_lists(best, who)
        known = who[0] >= 0
        return who[0][known].astype(np.intp), best[0][known]

    def _current(self) -> Quantized:
        """Vectors of everybody: codes that features hold are read as they stand, others are kept up here."""
        if hasattr(self.features, "have_codes"):
            return _have(self.features)
        if self._changed:
            made = _have(self.features.take(np.array(sorted(self._changed))))
            grown = len(self.profiles) - len(self._codes)
            codes, scales = self._codes.codes, self._codes.scales
            if grown:
                codes, scales = np.pad(codes, ((0, grown), (0, 0))), np.pad(scales, (0, grown))
            codes[sorted(self._changed)], scales[sorted(self._changed)] = made.codes, made.scales
            self._codes = Quantized(codes, scales)
        return self._codes

    def _word_scores(self, need: str) -> Floats:
        """(n,) the share of the need's words that each holds, rare words more, times `WORDS_SHARE`."""
        asked = dict.fromkeys(text.stem(word) for word in text.words(text.clean(need)))
        n = len(self.profiles)
        found = {word: self._words.of(word) for word in asked}
        fresh = [word for words in self._changed.values() for word in words if word in asked]
        weight = {
            word: float(np.log((1 + n) / len(rows))) if len(rows) else float(np.log(1 + n)) * (word in fresh)
            for word, rows in found.items()
        }
        total = sum(weight.values()) or 1.0
        scores = np.zeros(n, dtype=np.float32)
        for word, rows in found.items():
            scores[rows] += np.float32(WORDS_SHARE * weight[word] / total)
        for at, words in self._changed.items():
            scores[at] = WORDS_SHARE * sum(weight[word] for word in asked if word in words) / total
        return scores


def _have(features: Features) -> Quantized:
    """What organizations can give, as int8."""
    codes: Any = getattr(features, "have_codes", None)
    if codes is None:
        return Quantized.of(features.have)
    return Quantized(codes, np.full(len(codes), _STEP, dtype=np.float32))


# Length of a unit vector's largest code; only the order of products depends on it.
_STEP = np.float32(1 / 240)


def _vector(builder: FeatureBuilder, need: str) -> Floats:
    """(1, d) float32 of length 1 (0 without words), what is needed."""
    counted = builder.vectorizer_.transform([text.clean(need)])
    return builder.vectors_.vectors(counted, builder.vectors_.static(counted))
