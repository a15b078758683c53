"""All listed organizations as arrays in memory: what filters, counts and orders without asking the database."""

from __future__ import annotations

import bisect
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.directory.wish import FACETS
from app.directory.words import Words, holds

Mask = NDArray[np.bool_]
Slots = NDArray[np.int32]
Numbers = NDArray[np.int64]


# Where fewer than one in so many slots are in a mask, or are not in it, those are looked up and not all walked through.
_FEW = 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One organization, as the directory knows it; times are microseconds since 1970."""

    id: int
    name: str
    # In the other language, where it has one.
    other_name: str
    facets: Mapping[str, tuple[str, ...]]
    listed_at: int
    changed_at: int
    length: int
    text: str


class Labels:
    """Who has which value of one facet, as pairs of slot and value, by slot."""

    def __init__(self, values: Sequence[str], slots: Slots, codes: Slots) -> None:
        self.values, self.slots, self.codes = values, slots, codes
        self._place = {value: code for code, value in enumerate(values)}

    @classmethod
    def none(cls) -> Labels:
        return cls([], np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32))

    def extended(self, first: int, rows: Iterable[tuple[str, ...]]) -> Labels:
        """These, and those of the slots from `first` on."""
        place, slots, codes = dict(self._place), [], []
        for slot, values in enumerate(rows, first):
            for value in values:
                slots.append(slot)
                codes.append(place.setdefault(value, len(place)))
        return Labels(
            list(place),
            np.concatenate([self.slots, np.array(slots, dtype=np.int32)]),
            np.concatenate([self.codes, np.array(codes, dtype=np.int32)]),
        )

    def mask(self, values: Collection[str], size: int) -> Mask:
        """(size,) who has one of these values."""
        found = np.zeros(size, dtype=bool)
        for value in values:
            if (code := self._place.get(value)) is not None:
                found[self.slots[self.codes == code]] = True
        return found

    def counts(self, mask: Mask) -> dict[str, int]:
        """How many in the mask have each value."""
        inside = np.count_nonzero(mask)
        if inside * _FEW < len(mask):
            counted = self._counted(np.flatnonzero(mask))
        elif (len(mask) - inside) * _FEW < len(mask):
            counted = self._totals - self._counted(np.flatnonzero(~mask))
        else:
            counted = np.bincount(self.codes[mask[self.slots]], minlength=len(self.values))
        return dict(zip(self.values, counted.tolist(), strict=True))

    @cached_property
    def _totals(self) -> NDArray[np.intp]:
        return np.bincount(self.codes, minlength=len(self.values))

    def _counted(self, few: NDArray[np.intp]) -> NDArray[np.intp]:
        """The same for a few slots, ascending as the pairs are, without walking through all pairs."""
        begin = np.searchsorted(self.slots, few)
        lengths = np.searchsorted(self.slots, few, side="right") - begin
        at = np.repeat(begin - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
        return np.bincount(self.codes[at], minlength=len(self.values))


class Texts:
    """The folded public texts of the first `size` slots; from when they are indexed on, only as an index."""

    def __init__(self, texts: list[str]) -> None:
        self.size = len(texts)
        self._texts: list[str] | None = texts
        self.words: Words | None = None

    @classmethod
    def of_words(cls, words: Words) -> Texts:
        """Texts of which only the index is there."""
        found = cls([])
        found.size, found._texts, found.words = words.size, None, words
        return found

    @property
    def is_indexed(self) -> bool:
        return self.words is not None

    def index(self) -> None:
        """Make the index; seconds for tens of thousands."""
        texts = self._texts
        if texts is not None and self.words is None:
            self.words = Words(texts)
            self._texts = None


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What is listed at one moment. A slot is a place in the arrays; slots of those who left stay, not `alive`."""

    ids: Numbers
    alive: Mask
    names: list[str]
    other_names: list[str]
    listed_at: Numbers
    changed_at: Numbers
    length: Numbers
    labels: Mapping[str, Labels]
    # Slots of those alive, by name.
    order: Slots
    texts: Texts
    # Texts of the slots behind those.
    later: Mapping[int, str]

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> Snapshot:
        """A snapshot of these organizations, without an index of their words yet."""
        empty = np.empty(0, dtype=np.int64)
        none = {facet: Labels.none() for facet in FACETS}
        start = cls(
            ids=empty,
            alive=np.empty(0, dtype=bool),
            names=[],
            other_names=[],
            listed_at=empty,
            changed_at=empty,
            length=empty,
            labels=none,
            order=np.empty(0, dtype=np.int32),
            texts=Texts([entry.text for entry in entries]),
            later={},
        )
        return replace(start._with(entries, ()), later={})

    @property
    def size(self) -> int:
        return len(self.ids)

    @property
    def count(self) -> int:
        """How many are listed."""
        return len(self.order)

    @property
    def worn(self) -> int:
        """How many slots came or went since everything was read."""
        return self.size - self.texts.size + self.size - self.count

    @cached_property
    def _by_id(self) -> Slots:
        return self.order[np.argsort(self.ids[self.order])]

    def slots_of(self, ids: NDArray[np.integer]) -> Slots:
        """Slots of those of these ids that are listed."""
        if not self.count:
            return self.order
        known = self.ids[self._by_id]
        place = np.searchsorted(known, ids).clip(max=len(known) - 1)
        return self._by_id[place[known[place] == ids]]

    def unlike(self, moments: Mapping[int, int]) -> set[int]:
        """Those of these organizations that are not in it as they changed at these moments."""
        slots = self.slots_of(np.array([*moments], dtype=np.int64))
        known = dict(zip(self.ids[slots].tolist(), self.changed_at[slots].tolist(), strict=True))
        return {id_ for id_, moment in moments.items() if known.get(id_) != moment}

    def changed(self, entries: Sequence[Entry], gone: Collection[int]) -> Snapshot:
        """The snapshot after these organizations changed or came, and those of these ids left."""
        return self._with(entries, gone)

    def _with(self, entries: Sequence[Entry], gone: Collection[int]) -> Snapshot:
        leaving = np.array([*gone, *(entry.id for entry in entries)], dtype=np.int64)
        alive = self.alive & ~np.isin(self.ids, leaving)
        names = [*self.names, *(entry.name for entry in entries)]
        ids = _extended(self.ids, [entry.id for entry in entries])
        first = self.size
        later = {first + at: entry.text for at, entry in enumerate(entries)}
        return Snapshot(
            ids=ids,
            alive=np.concatenate([alive, np.ones(len(entries), dtype=bool)]),
            names=names,
            other_names=[*self.other_names, *(entry.other_name for entry in entries)],
            listed_at=_extended(self.listed_at, [entry.listed_at for entry in entries]),
            changed_at=_extended(self.changed_at, [entry.changed_at for entry in entries]),
            length=_extended(self.length, [entry.length for entry in entries]),
            labels={
                facet: known.extended(first, [entry.facets.get(facet, ()) for entry in entries])
                for facet, known in self.labels.items()
            },
            order=_placed(self.order[alive[self.order]], range(first, first + len(entries)), names, ids),
            texts=self.texts,
            later={**self.later, **later},
        )

    def word_mask(self, word: str) -> Mask:
        """(size,) who holds a folded word; `texts` must be indexed."""
        mask = np.zeros(self.size, dtype=bool)
        if self.texts.words is not None:
            mask[self.texts.words.rows_with(word)] = True
        for slot, text in self.later.items():
            mask[slot] = holds(text, word)
        return mask & self.alive


def _extended(known: Numbers, more: list[int]) -> Numbers:
    return np.concatenate([known, np.array(more, dtype=np.int64)])


def _placed(order: Slots, new: range, names: list[str], ids: Numbers) -> Slots:
    """Slots by name and id, with the new ones in their places."""

    def key(slot: int) -> tuple[str, int]:
        return names[slot], int(ids[slot])

    coming = sorted(new, key=key)
    if not len(order):
        return np.array(coming, dtype=np.int32)
    places = [bisect.bisect_left(order, key(slot), key=key) for slot in coming]
    return np.insert(order, places, coming).astype(np.int32)
