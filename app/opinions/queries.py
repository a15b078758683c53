"""Reads of opinions. Who may know of the case is asked by whoever reads (see `app.desk.queries.visible`)."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.db import db
from app.opinions.models import Opinion


def opinions_on(case_id: int) -> Sequence[Opinion]:
    """All opinions on a case, oldest first."""
    return db.session.scalars(sa.select(Opinion).where(Opinion.case_id == case_id).order_by(Opinion.id)).all()


def opinion_of(case_id: int, user_id: int) -> Opinion | None:
    """What one person said of a case."""
    query = sa.select(Opinion).where(Opinion.case_id == case_id, Opinion.by_id == user_id)
    return db.session.scalars(query).one_or_none()
