"""What is new in people's saved searches: organizations that were listed since their last letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from app.accounts.models import User
from app.db import db
from app.directory import queries
from app.directory.finding import Found
from app.directory.models import SavedSearch
from app.directory.wish import Wish
from app.organizations.models import Organization

# A letter names so many in all, and leads to the rest.
MOST_NAMED = 5


@dataclass(frozen=True)
class News:
    """One saved search with news: how many are new, and the first of them."""

    search: str
    query: str
    count: int
    named: list[Organization] = field(default_factory=list)


def news_of(users: Sequence[User], folder: Path | None) -> dict[int, list[News]]:
    """What is new for each of these people; two queries and a look into memory for all of them together."""
    wanted = (
        sa.select(SavedSearch)
        .where(SavedSearch.user_id.in_([user.id for user in users]), SavedSearch.notify.is_(True))
        .order_by(SavedSearch.name, SavedSearch.id)
    )
    searches = db.session.scalars(wanted).all()
    answers: dict[str, Found] = {}
    hits: dict[int, list[tuple[SavedSearch, list[int]]]] = defaultdict(list)
    for search in searches:
        if search.query not in answers:
            answers[search.query] = queries.found_at_leisure(Wish.from_query(search.query), folder)
        if ids := queries.new_hits(search, answers[search.query]):
            hits[search.user_id].append((search, ids))
    if not hits:
        return {}
    named = {
        user_id: _first_of([ids for _search, ids in found], MOST_NAMED) for user_id, found in hits.items()
    }
    rows = {row.id: row for row in queries.organizations(sorted({i for ids in named.values() for i in ids}))}
    return {user_id: _told(found, named[user_id], rows) for user_id, found in hits.items()}


def _first_of(lists: list[list[int]], most: int) -> list[int]:
    """The first of each list, then the second of each, and so on: each search has its turn."""
    longest = max(map(len, lists))
    turns = (ids[at] for at in range(min(longest, most)) for ids in lists if at < len(ids))
    return list(dict.fromkeys(turns))[:most]


def _told(
    found: list[tuple[SavedSearch, list[int]]], named: list[int], rows: dict[int, Organization]
) -> list[News]:
    news, left = [], set(named) & rows.keys()
    for search, ids in found:
        own = [id_ for id_ in ids if id_ in left]
        left.difference_update(own)
        query = Wish.from_query(search.query).query(sort="newest")
        news.append(News(search.name, query, len(ids), [rows[id_] for id_ in own]))
    return news
