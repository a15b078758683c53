"""Which of many profiles are worth comparing: blocks instead of all with all. Knows no database."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from rapidfuzz import fuzz, process

from app.organizations.likeness import Face, Likeness, likeness
from app.taxonomy import Country

Pair = tuple[int, int]
Key = Callable[[Face], Hashable | None]
# A key that so many share tells nothing: a mall's address, a chain of schools.
MOST_IN_A_BLOCK = 6
MOST_OF_ONE_NAME = 60
# Names this far apart are never near; far below what the rules ask for.
_CUTOFF = 78
# Where no place is known, only names that differ in a letter or two.
_CUTOFF_ANYWHERE = 90
_ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Finding:
    """Two profiles, the smaller id first, and how alike they are."""

    one_id: int
    other_id: int
    likeness: Likeness


def findings(
    faces: Sequence[Face],
    threshold: float,
    *,
    sharing: Collection[Pair] = (),
    only: Collection[int] | None = None,
    tell: Callable[[int, int], object] = lambda _done, _all: None,
) -> Iterator[Finding]:
    """Pairs at or above `threshold`, each once.

    `sharing` are pairs that state one register's number; with `only`, pairs with one of these profiles; `tell` hears
    how many of how many profiles are done.
    """
    faces = own_domains(faces)
    by_id = {face.id: face for face in faces}
    seen: set[Pair] = set()
    for pair in _candidates(faces, sharing, None if only is None else set(only), tell):
        if pair in seen or not by_id.keys() >= set(pair):
            continue
        seen.add(pair)
        found = likeness(by_id[pair[0]], by_id[pair[1]], shares_identifier=pair in sharing)
        if found.score >= threshold:
            yield Finding(*pair, found)


def own_domains(faces: Sequence[Face]) -> list[Face]:
    """The same profiles without the domains that many of them share: an incubator's, a mall's."""
    shared: Counter[tuple[Country, str | None]] = Counter(
        (face.country, face.domain) for face in faces if face.domain
    )
    return [
        replace(face, domain=None) if shared[face.country, face.domain] > MOST_IN_A_BLOCK else face
        for face in faces
    ]


def _candidates(
    faces: Sequence[Face],
    sharing: Collection[Pair],
    only: set[int] | None,
    tell: Callable[[int, int], object],
) -> Iterator[Pair]:
    yield from sharing
    keys: list[tuple[Key, int]] = [
        (lambda face: face.domain and (face.country, face.domain), MOST_IN_A_BLOCK),
        (lambda face: (face.country, face.compact), MOST_OF_ONE_NAME),
        (lambda face: None if face.is_course else (face.country, face.core), MOST_OF_ONE_NAME),
    ]
    for key, most in keys:
        yield from _in_blocks(faces, key, most, only)
    yield from _near(faces, only, tell)


def _in_blocks(faces: Iterable[Face], key: Key, most: int, only: set[int] | None) -> Iterator[Pair]:
    for block in _blocks(faces, key).values():
        if len(block) > most or (only is not None and only.isdisjoint(face.id for face in block)):
            continue
        for at, one in enumerate(block):
            for other in block[at + 1 :]:
                if only is None or one.id in only or other.id in only:
                    yield _ordered(one, other)


def _near(faces: Sequence[Face], only: set[int] | None, tell: Callable[[int, int], object]) -> Iterator[Pair]:
    """Near names: in one town; in one region where a town is not known; anywhere for those without a place."""
    named = [face for face in faces if not face.is_course]
    towns = _blocks(named, lambda face: (face.country, face.town) if face.town else None)
    regions = _blocks(named, lambda face: (face.country, face.region) if face.region else None)
    countries = _blocks(named, lambda face: face.country)
    done = 0
    for block in towns.values():
        yield from _alike(_asked(block, only), block, _CUTOFF)
        tell(done := done + len(block), len(named))
    for block in regions.values():
        asked = [face for face in block if not face.town]
        yield from _alike(_asked(asked, only), block, _CUTOFF)
        yield from _alike([] if only is None else _asked(block, only), asked, _CUTOFF)
        tell(done := done + len(asked), len(named))
    for block in countries.values():
        asked = [face for face in block if not face.town and not face.region]
        yield from _alike(_asked(asked, only), block, _CUTOFF_ANYWHERE)
        yield from _alike([] if only is None else _asked(block, only), asked, _CUTOFF_ANYWHERE)
        tell(done := done + len(asked), len(named))


def _asked(block: list[Face], only: set[int] | None) -> list[Face]:
    return block if only is None else [face for face in block if face.id in only]


def _alike(asked: list[Face], block: list[Face], cutoff: int) -> Iterator[Pair]:
    """Pairs of near names, some rows at a time so that memory stays level."""
    names = [face.name_key for face in block]
    for start in range(0, len(asked) if len(block) > 1 else 0, _ROWS_AT_ONCE):
        rows = asked[start : start + _ROWS_AT_ONCE]
        table = process.cdist(
            [face.name_key for face in rows], names, scorer=fuzz.ratio, score_cutoff=cutoff, dtype=np.uint8
        )
        for row, column in zip(*np.nonzero(table), strict=True):
            if rows[row].id != block[column].id:
                yield _ordered(rows[row], block[column])


def _blocks(faces: Iterable[Face], key: Key) -> dict[Hashable, list[Face]]:
    found: dict[Hashable, list[Face]] = defaultdict(list)
    for face in faces:
        if (value := key(face)) is not None:
            found[value].append(face)
    return found


def _ordered(one: Face, other: Face) -> Pair:
    return (one.id, other.id) if one.id < other.id else (other.id, one.id)
