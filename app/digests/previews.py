"""A manager's week for the preview of their letter: on a large site it takes seconds to count, and so is counted seldom."""

from __future__ import annotations

from collections import defaultdict

from flask import current_app
from flask_login import current_user

from app import clock
from app.accounts.models import User
from app.db import db
from app.digests import desk_week, queries
from app.digests.desk_week import ManagerPart
from app.insights.keeping import Kept

_MOST = 200
# By what one may know of. A new program or conflict makes another key, and is heeded at once.
_weeks: dict[object, Kept[ManagerPart]] = {}


def manager_part(user: User) -> defaultdict[int, ManagerPart]:
    """The part of the person who asks, as of the last minutes where it takes long to read; empty for who manages nothing."""
    parts: defaultdict[int, ManagerPart] = defaultdict(ManagerPart)
    if queries.manages(user):
        parts[user.id] = _week_of(user)
    return parts


def _week_of(user: User) -> ManagerPart:
    if current_app.testing:
        return _read()
    key = db.engine, queries.known_to([user])[user.id]
    if key not in _weeks and len(_weeks) >= _MOST:
        _weeks.clear()
    return _weeks.setdefault(key, Kept(_read)).value()


def _read() -> ManagerPart:
    # Everybody with the same key may know of the same: whoever asks when it is read anew.
    return desk_week.part_of(current_user, clock.now())
