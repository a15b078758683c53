"""What is new in people's saved searches: organizations that were listed since their last letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from app.accounts.models import User
from app.db import db
from app.directory import queries
from app.directory.finding import Found
from app.directory.models import SavedSearch
from app.directory.wish import Wish

# A letter names so many in all, and leads to the rest.
MOST_NAMED = 5


@dataclass(frozen=True)
class Named:
    """A new organization, to be named and led to."""

    id: int
    name: str


@dataclass(frozen=True)
class News:
    """One saved search with news: how many are new, and the first of them."""

    search: str
    query: str
    count: int
    named: list[Named] = field(default_factory=list)


@dataclass(frozen=True)
class Hits:
    """What is new in one person's searches, each with the ids of what it found, and the ids that are to be named."""

    found: list[tuple[SavedSearch, list[int]]]
    named: list[int]

    def told(self, names: Mapping[int, str]) -> list[News]:
        """With the names of those that are still listed: who left a moment ago is counted, but not shown."""
        news, left = [], set(self.named) & names.keys()
        for search, ids in self.found:
            own = [id_ for id_ in ids if id_ in left]
            left.difference_update(own)
            query = Wish.from_query(search.query).query(sort="newest")
            news.append(News(search.name, query, len(ids), [Named(id_, names[id_]) for id_ in own]))
        return news


def hits_of(users: Sequence[User], folder: Path | None) -> dict[int, Hits]:
    """What is new for each of these people; one query and a look into memory for all of them together."""
    wanted = (
        sa.select(SavedSearch)
        .where(SavedSearch.user_id.in_([user.id for user in users]), SavedSearch.notify.is_(True))
        .order_by(SavedSearch.name, SavedSearch.id)
    )
    answers: dict[str, Found] = {}
    hits: dict[int, list[tuple[SavedSearch, list[int]]]] = defaultdict(list)
    for search in db.session.scalars(wanted).all():
        if search.query not in answers:
            answers[search.query] = queries.found_at_leisure(Wish.from_query(search.query), folder)
        if ids := queries.new_hits(search, answers[search.query]):
            hits[search.user_id].append((search, ids))
    return {
        user_id: Hits(found, _first_of([ids for _search, ids in found], MOST_NAMED))
        for user_id, found in hits.items()
    }


def _first_of(lists: list[list[int]], most: int) -> list[int]:
    """The first of each list, then the second of each, and so on: each search has its turn."""
    longest = max(map(len, lists))
    turns = (ids[at] for at in range(min(longest, most)) for ids in lists if at < len(ids))
    return list(dict.fromkeys(turns))[:most]
