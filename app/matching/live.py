"""The recommender in use in this process, brought up to date with the database.

Call it inside `reading()`, with the model's lock held: it reads, and computes for seconds.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from app.db import db
from app.matching import eligibility, frames, scoring
from app.matching.models import RankingModel
from app.store import services as store

FRAMES = scoring.Frames(frames.organization_frame, frames.partnership_frame)


def in_force() -> RankingModel | None:
    """The trained model that ranks now; None while the rule does."""
    query = sa.select(RankingModel).where(RankingModel.is_in_force.is_(True))
    return db.session.scalars(query).one_or_none()


def chosen(folder: Path | None) -> scoring.Chosen | None:
    """The same, as `scoring` reads it from the folder of models; None for no folder."""
    found = in_force() if folder is not None else None
    if folder is None or found is None:
        return None
    return scoring.Chosen(found.version, at_hand(folder / found.file), found.sha256, found.profiles_at)


def at_hand(path: Path) -> Path:
    """The file of a model, fetched from the store when another machine has written it: it never changes afterwards."""
    if not path.exists():
        store.fetch(path)
    return path


def recommender(folder: Path | None, *, anew: bool = False) -> scoring.Recommender:
    """The recommender as `scoring.Model.fresh` gives it: of this database, with the trained model in force."""
    if db.engine.dialect.name == "postgresql":
        # It computes for minutes over hundreds of thousands of profiles, and nobody waits for what it has read.
        db.session.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    return scoring.model.fresh(
        str(db.engine.url), eligibility.profiles_now(), FRAMES, chosen(folder), anew=anew
    )
