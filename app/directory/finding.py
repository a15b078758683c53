"""What a wish finds in a snapshot: who passes, how many have each value, and in which order they come."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, reduce

import numpy as np
from numpy.typing import NDArray

from app.directory.snapshot import Mask, Numbers, Slots, Snapshot
from app.directory.wish import FACETS, Wish, folded
from app.matching.scoring import Meaning

# So near a text must come to be found by its meaning, and so near to the nearest; found by reading results.
LEAST_LIKENESS = 0.36
SHARE_OF_BEST = 0.75
MOST_BY_MEANING = 200
# A name that is what was typed, begins with it, or holds it comes before what is only about it.
_SAME, _BEGINS, _HELD = 9, 6, 3
_STEPS = 1_000_000
_HALF = np.float32(0.5)

WordMask = Callable[[str], Mask]
Likeness = NDArray[np.float32]


class Likenesses:
    """How near in meaning all are to the words that were looked for last: a reader of results filters them and turns pages."""

    def __init__(self, most_bytes: int = 16_000_000) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._meaning: Meaning | None = None
        self._found: OrderedDict[str, Likeness] = OrderedDict()

    def of(self, meaning: Meaning, need: str) -> Likeness:
        """`meaning.likeness(need)`, which nobody may write to."""
        with self._lock:
            if self._meaning is not meaning:
                self._meaning = meaning
                self._found.clear()
            if need in self._found:
                self._found.move_to_end(need)
                return self._found[need]
        found = meaning.likeness(need)
        with self._lock:
            if self._meaning is meaning:
                self._found[need] = found
                while len(self._found) * found.nbytes > self._most_bytes:
                    self._found.popitem(last=False)
        return found


_likenesses = Likenesses()


@dataclass(frozen=True)
class TextHits:
    """Who answers the words of a wish, how well, and whether by the words themselves."""

    mask: Mask
    score: NDArray[np.float32]
    by_words: Mask


def text_hits(snapshot: Snapshot, wish: Wish, has_word: WordMask, meaning: Meaning | None) -> TextHits:
    """Who holds all words or comes near in meaning, best last in score; `has_word` says who holds a word."""
    masks = {word: has_word(word) for word in wish.words}
    by_words = reduce(np.logical_and, masks.values(), snapshot.alive)
    score = _word_scores(masks, snapshot) * _HALF
    near = np.zeros(snapshot.size, dtype=bool)
    if meaning is not None:
        alike = _likeness(snapshot, wish.need, meaning)
        near = _nearest(alike)
        score += alike * _HALF
    _prefer_names(score, snapshot, wish, by_words)
    return TextHits(by_words | near, score, by_words)


def _word_scores(masks: Mapping[str, Mask], snapshot: Snapshot) -> NDArray[np.float32]:
    """The share of the words that each holds, rare words more."""
    scores = np.zeros(snapshot.size, dtype=np.float32)
    weights = {word: float(np.log((2 + snapshot.count) / (1 + mask.sum()))) for word, mask in masks.items()}
    total = sum(weights.values()) or 1.0
    for word, mask in masks.items():
        scores[mask] += np.float32(weights[word] / total)
    return scores


def _likeness(snapshot: Snapshot, need: str, meaning: Meaning) -> NDArray[np.float32]:
    """How near each is in meaning; nothing of those who changed since their meaning was read."""
    alike = np.zeros(snapshot.size, dtype=np.float32)
    if not len(meaning.ids):
        return alike
    found = _likenesses.of(meaning, need)
    place = np.searchsorted(meaning.ids, snapshot.ids).clip(max=len(meaning.ids) - 1)
    read_at = int(meaning.profiles_at.timestamp() * 1e6)
    known = (meaning.ids[place] == snapshot.ids) & (snapshot.changed_at <= read_at) & snapshot.alive
    alike[known] = found[place[known]]
    return alike


def _nearest(alike: NDArray[np.float32]) -> Mask:
    least = max(LEAST_LIKENESS, SHARE_OF_BEST * float(alike.max(initial=0)))
    near = alike >= least
    if near.sum() > MOST_BY_MEANING:
        near &= alike >= np.partition(alike, -MOST_BY_MEANING)[-MOST_BY_MEANING]
    return near


def _prefer_names(score: NDArray[np.float32], snapshot: Snapshot, wish: Wish, by_words: Mask) -> None:
    typed, words = folded(wish.need), wish.words
    names, other_names = snapshot.names, snapshot.other_names
    for slot in np.flatnonzero(by_words).tolist():
        name, other = names[slot], other_names[slot]
        if words[0] not in name and words[0] not in other:
            continue
        if typed in (name, other):
            score[slot] += _SAME
        elif name.startswith(typed) or other.startswith(typed):
            score[slot] += _BEGINS
        elif all(word in name or word in other for word in words):
            score[slot] += _HELD


@dataclass
class Found:
    """The answer to a wish, worked out as far as it is asked for."""

    snapshot: Snapshot
    wish: Wish
    hits: TextHits | None = None
    unwanted: list[Mask] = field(default_factory=list)

    @cached_property
    def _asked(self) -> Mask:
        """Who passes the words and everything that is left out."""
        mask = self.snapshot.alive if self.hits is None else self.snapshot.alive & self.hits.mask
        for one in self.unwanted:
            mask = mask & ~one
        return mask

    @cached_property
    def _chosen(self) -> dict[str, Mask]:
        return {facet: self._have(facet, _narrowest(values)) for facet, values in self.wish.chosen.items()}

    @cached_property
    def _left_out(self) -> dict[str, Mask]:
        return {facet: ~self._have(facet, values) for facet, values in self.wish.left_out.items()}

    def _have(self, facet: str, values: tuple[str, ...]) -> Mask:
        return self.snapshot.labels[facet].mask(values, self.snapshot.size)

    def under(self, but: str = "") -> Mask:
        """Who passes all filters, or all but those of one facet."""
        filters = (*self._chosen.items(), *self._left_out.items())
        return reduce(np.logical_and, (mask for facet, mask in filters if facet != but), self._asked)

    @cached_property
    def mask(self) -> Mask:
        """Who passes everything."""
        return self.under()

    @cached_property
    def count(self) -> int:
        return int(self.mask.sum())

    def is_by_words(self, slots: Slots) -> list[bool]:
        """Who of these was found by the words themselves, and not by their meaning alone."""
        return [True] * len(slots) if self.hits is None else self.hits.by_words[slots].tolist()

    @cached_property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many have each value of each facet, each facet under all other filters."""
        filtered = self.wish.chosen.keys() | self.wish.left_out.keys()
        return {
            facet: self.snapshot.labels[facet].counts(self.under(facet) if facet in filtered else self.mask)
            for facet in FACETS
        }

    @cached_property
    def keys(self) -> Numbers:
        """(size,) what orders the slots, smallest first; equal ones come by id."""
        order = self.wish.order
        if order == "best" and self.hits is not None:
            return -np.rint(self.hits.score.astype(np.float64) * _STEPS).astype(np.int64)
        if order == "newest":
            return -self.snapshot.listed_at
        if order == "longest":
            return -self.snapshot.length
        rank = np.zeros(self.snapshot.size, dtype=np.int64)
        rank[self.snapshot.order] = np.arange(self.snapshot.count)
        return rank

    @cached_property
    def slots(self) -> Slots:
        """Who passes everything, in order."""
        if self.wish.order == "name":
            return self.snapshot.order[self.mask[self.snapshot.order]]
        found = np.flatnonzero(self.mask)
        return found[np.lexsort((self.snapshot.ids[found], self.keys[found]))].astype(np.int32)

    def slots_between(
        self, after: tuple[float, int] | None, before: tuple[float, int] | None
    ) -> tuple[int, int]:
        """Where in `slots` the part begins and ends that lies behind one (key, id) and before another."""
        keys, ids = self.keys[self.slots], self.snapshot.ids[self.slots]
        start = (
            0 if after is None else int(((keys < after[0]) | ((keys == after[0]) & (ids <= after[1]))).sum())
        )
        end = (
            len(keys)
            if before is None
            else int(((keys < before[0]) | ((keys == before[0]) & (ids < before[1]))).sum())
        )
        return start, end


def _narrowest(values: tuple[str, ...]) -> tuple[str, ...]:
    """Without areas of which a part is chosen too: the part is what is meant."""
    parents = {value.partition(".")[0] for value in values if "." in value}
    return tuple(value for value in values if value not in parents)
