"""Write down what the recommender knows of meanings, for the web processes to search by."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from app import clock
from app.db import db, reading
from app.directory.live import MEANING_FILE
from app.matching import live, scoring
from app.organizations.models import Organization
from app.store import services as store

LEASE, LEASE_SECONDS = "directory.learn", 600


def is_due(folder: Path) -> bool:
    """Whether a profile changed since the file was written, or there is none."""
    newest: datetime | None = db.session.scalar(sa.select(sa.func.max(Organization.profile_changed_at)))
    store.fetch(folder / MEANING_FILE)
    made_at = scoring.meaning_made_at(folder / MEANING_FILE)
    return newest is not None and (made_at is None or made_at < newest)


def learn(folder: Path) -> int:
    """Write the file anew; gives how many organizations are in it. Ends the transaction before it computes."""
    with scoring.model.lock:
        with reading():
            began_at = clock.now()
            recommender = live.recommender(folder)
            db.session.rollback()
        if len(recommender.index_):
            scoring.save_meaning(recommender, folder / MEANING_FILE, began_at)
            store.put(folder / MEANING_FILE)
        return len(recommender.index_)
