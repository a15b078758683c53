"""What changes saved searches."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.directory.models import SavedSearch
from app.directory.wish import Wish
from app.errors import RuleBroken

MOST_SEARCHES = 50


class TooManySearches(RuleBroken):
    """A person keeps so many at most: each is looked through every week."""


class NameTaken(RuleBroken):
    """Two searches of one name could not be told apart in a letter."""


def save_search(query: str, name: str, notify: bool, *, by: User) -> SavedSearch:
    """Keep a search under a name. What is listed already is no news to it.

    Raises `TooManySearches`, `NameTaken`.
    """
    kept = db.session.scalar(sa.select(sa.func.count()).where(SavedSearch.user_id == by.id)) or 0
    if kept >= MOST_SEARCHES:
        raise TooManySearches(_("You keep 50 searches, which is the most. Remove one first."))
    _refuse_taken(name, by)
    now = clock.now()
    row = SavedSearch(
        user_id=by.id,
        name=name,
        query=Wish.from_query(query).query(),
        notify=notify,
        seen_at=now,
        created_at=now,
    )
    db.session.add(row)
    db.session.flush()
    audit.record("search.saved", ("saved_search", row.id), by=by.id)
    return row


def change_search(search: SavedSearch, name: str, notify: bool, *, by: User) -> None:
    """Give a saved search another name, or tell its news from now on, or no more. Raises `NameTaken`."""
    if name != search.name:
        _refuse_taken(name, by)
    if notify and not search.notify:
        search.seen_at = clock.now()
    search.name, search.notify = name, notify
    audit.record("search.changed", ("saved_search", search.id), by=by.id)


def remove_search(search: SavedSearch, *, by: User) -> None:
    """Forget a saved search."""
    audit.record("search.removed", ("saved_search", search.id), by=by.id)
    db.session.delete(search)


def note_told(user_id: int, until: datetime) -> None:
    """What a person's searches found until a moment was told in their letter."""
    db.session.execute(
        sa.update(SavedSearch)
        .where(SavedSearch.user_id == user_id, SavedSearch.notify.is_(True), SavedSearch.seen_at < until)
        .values(seen_at=until)
    )


def _refuse_taken(name: str, by: User) -> None:
    taken = sa.exists().where(SavedSearch.user_id == by.id, SavedSearch.name == name)
    if db.session.scalar(sa.select(taken)):
        raise NameTaken(_("You have a saved search of that name. Choose another name."))
