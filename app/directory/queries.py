"""Reads of the directory: one page of what a wish finds, the map of it, and a person's saved searches."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from app.accounts.models import User
from app.db import db
from app.directory import finding, live, reading
from app.directory.finding import Found
from app.directory.models import SavedSearch
from app.directory.snapshot import Mask, Snapshot
from app.directory.wish import Wish, folded
from app.errors import NotFound
from app.forms import is_storable
from app.matching.scoring import Meaning
from app.organizations.models import LISTED_STATES, Organization
from app.organizations.queries import LARGEST_ID
from app.taxonomy import Country, region_spellings, regions_of

PAGE_SIZE = 40
_AT_ONCE = 500
_LARGEST_KEY = 10**18


@dataclass(frozen=True)
class Place:
    """Which organizations a page shows, and the keys of the pages beside it."""

    ids: list[int]
    # Which of them were found by the words themselves.
    by_words: list[bool]
    after: str
    before: str


@dataclass(frozen=True)
class Page:
    """One page of organizations, and the keys of the pages beside it."""

    organizations: Sequence[Organization]
    after: str
    before: str


@dataclass(frozen=True)
class Drop:
    """What could be dropped from a wish that finds nothing, and how many would then be found."""

    facet: str
    value: str
    count: int
    wish: Wish


def found(wish: Wish, folder: Path) -> Found:
    """What a wish finds now. Until words are indexed in this process the database looks for them."""
    return _found(wish, live.of_database().snapshot(), live.meanings(folder).meaning)


def found_at_leisure(wish: Wish, folder: Path | None) -> Found:
    """The same for the worker: it waits until everything is indexed. Without a folder the words alone count."""
    meaning = live.meanings(folder).read if folder is not None else lambda: None
    return _found(wish, live.of_database().indexed(), meaning)


def _found(wish: Wish, snapshot: Snapshot, meaning: Callable[[], Meaning | None]) -> Found:
    if not (wish.words or wish.unwanted_words):
        return Found(snapshot, wish)

    def has_word(word: str) -> Mask:
        return snapshot.word_mask(word) if snapshot.texts.is_indexed else _word_mask(snapshot, word)

    hits = finding.text_hits(snapshot, wish, has_word, meaning()) if wish.words else None
    return Found(snapshot, wish, hits, [has_word(word) for word in wish.unwanted_words])


def _word_mask(snapshot: Snapshot, word: str) -> Mask:
    """Who holds a word, as the database finds it."""
    columns: list[Any] = [getattr(Organization, name) for name in (*reading.NAMES, *reading.TEXTS, "city")]
    columns += [sa.cast(getattr(Organization, name), sa.Text) for name in reading.LISTS]
    regions = [
        code
        for country in Country
        for code in regions_of(country)
        if any(word in folded(name) for name in region_spellings(code))
    ]
    holds = sa.or_(
        *(column.icontains(word, autoescape=True) for column in columns),
        Organization.region_code.in_(regions),
    )
    ids = db.session.scalars(sa.select(Organization.id).where(Organization.state.in_(LISTED_STATES), holds))
    mask = np.zeros(snapshot.size, dtype=bool)
    mask[snapshot.slots_of(np.fromiter(ids, dtype=np.int64))] = True
    return mask


def page(found: Found, after: str = "", before: str = "") -> Page:
    """The organizations of an answer after or before the one a key names."""
    shown = place(found, after, before)
    return Page(organizations(shown.ids), shown.after, shown.before)


def place(found: Found, after: str = "", before: str = "") -> Place:
    """The same without reading the organizations."""
    start, end = found.slots_between(_place(found, after), _place(found, before))
    if before and not after:
        start = max(start, end - PAGE_SIZE)
    slots = found.slots[start : min(end, start + PAGE_SIZE)]
    end = start + len(slots)
    return Place(
        ids=found.snapshot.ids[slots].tolist(),
        by_words=found.is_by_words(slots),
        after=_key(found, end - 1) if 0 < end < len(found.slots) else "",
        before=_key(found, start) if 0 < start < len(found.slots) else "",
    )


def organizations(ids: Sequence[int]) -> list[Organization]:
    """The listed ones among these, in this order: who left a moment ago is not shown."""
    query = sa.select(Organization).where(Organization.id.in_(ids), Organization.state.in_(LISTED_STATES))
    rows = {row.id: row for row in db.session.scalars(query)}
    return [rows[id_] for id_ in ids if id_ in rows]


def versions(ids: Sequence[int]) -> list[tuple[int, int, datetime]]:
    """(id, version, when it was changed) of what `organizations` would give: other texts never have the same."""
    columns = Organization.id, Organization.version, Organization.profile_changed_at
    query = sa.select(*columns).where(Organization.id.in_(ids), Organization.state.in_(LISTED_STATES))
    known = {row.id: (row.id, row.version, row.profile_changed_at) for row in db.session.execute(query)}
    return [known[id_] for id_ in ids if id_ in known]


def all_organizations(found: Found) -> Iterator[Organization]:
    """Everybody in an answer, in order, some at a time."""
    ids = found.snapshot.ids[found.slots].tolist()
    for at in range(0, len(ids), _AT_ONCE):
        yield from organizations(ids[at : at + _AT_ONCE])
        db.session.expunge_all()


def _key(found: Found, at: int) -> str:
    """The place of one in the order, so that pages go on behind it even when it has left."""
    slot = found.slots[at]
    value = found.snapshot.names[slot] if found.wish.order == "name" else found.keys[slot]
    return f"{found.snapshot.ids[slot]}-{value}"


def _place(found: Found, key: str) -> tuple[float, int] | None:
    """The place that a key names; None for what is no key. Only what the reader saw is in a key."""
    number, _dash, value = key.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) <= 10 and is_storable(value)):
        return None
    id_ = int(number)
    if id_ > LARGEST_ID:
        return None
    if found.wish.order == "name":
        return _place_by_name(found.snapshot, folded(value[:200]), id_) if value else None
    if value.lstrip("-").isascii() and value.lstrip("-").isdigit() and len(value) < 20:
        return max(-_LARGEST_KEY, min(int(value), _LARGEST_KEY)), id_
    # Older addresses name the organization alone.
    slots = found.snapshot.slots_of(np.array([id_]))
    return (int(found.keys[slots[0]]), id_) if len(slots) else None


def _place_by_name(snapshot: Snapshot, name: str, id_: int) -> tuple[float, int]:
    def key(slot: int) -> tuple[str, int]:
        return snapshot.names[slot], int(snapshot.ids[slot])

    place = bisect.bisect_left(snapshot.order, (name, id_), key=key)
    is_there = place < snapshot.count and key(snapshot.order[place]) == (name, id_)
    return (place if is_there else place - 0.5), id_


def drops(found: Found) -> list[Drop]:
    """What could be dropped so that something is found, the most telling first."""
    wish = found.wish
    fewer = [
        Drop(facet, value, 0, wish.without(facet, value))
        for both in (wish.chosen, wish.left_out)
        for facet, values in both.items()
        for value in values
    ]
    counted = [
        Drop(
            one.facet, one.value, Found(found.snapshot, one.wish, found.hits, found.unwanted).count, one.wish
        )
        for one in fewer
    ]
    if wish.text:
        bare = wish.without_words()
        counted.append(Drop("", wish.text, Found(found.snapshot, bare).count, bare))
    return sorted((one for one in counted if one.count), key=lambda one: -one.count)


def saved_searches_of(user: User) -> Sequence[SavedSearch]:
    """A person's saved searches, by name."""
    query = sa.select(SavedSearch).where(SavedSearch.user_id == user.id)
    return db.session.scalars(query.order_by(SavedSearch.name, SavedSearch.id)).all()


def saved_search_of(user: User, search_id: int) -> SavedSearch:
    """One of a person's saved searches; raises `NotFound` for everybody else's."""
    row = db.session.get(SavedSearch, search_id) if 0 < search_id <= LARGEST_ID else None
    if row is None or row.user_id != user.id:
        raise NotFound
    return row


def new_hits(search: SavedSearch, found: Found) -> list[int]:
    """Ids of what a search finds that was listed since it was last told, newest first."""
    return ids_since(found, search.seen_at)


def ids_since(found: Found, moment: datetime) -> list[int]:
    """Ids of an answer's organizations that were listed after a moment, newest first."""
    listed_at = found.snapshot.listed_at
    slots = np.flatnonzero(found.mask & (listed_at > reading.microseconds(moment)))
    return found.snapshot.ids[slots[np.argsort(-listed_at[slots], kind="stable")]].tolist()
