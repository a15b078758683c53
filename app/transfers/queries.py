"""Reads of import runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from app.accounts.models import Role, User
from app.db import db
from app.errors import NotFound
from app.transfers.models import ImportRefusal, ImportRun

PAGE_SIZE = 20
_PAGE = 500


def runs_of(user: User) -> Sequence[ImportRun]:
    """A person's latest runs, newest first."""
    query = sa.select(ImportRun).where(ImportRun.user_id == user.id)
    return db.session.scalars(query.order_by(ImportRun.id.desc()).limit(PAGE_SIZE)).all()


def run_for(user: User, run_id: int) -> ImportRun:
    """A run for whoever sent the file, or an administrator. Raises `NotFound`."""
    run = db.session.get(ImportRun, run_id)
    if run is None or (run.user_id != user.id and user.role is not Role.ADMINISTRATOR):
        raise NotFound
    return run


def size_of(run_id: int) -> int:
    """Bytes of the file of a run."""
    return db.session.scalar(sa.select(ImportRun.size).where(ImportRun.id == run_id)) or 0


def first_refusals(run: ImportRun, most: int = 20) -> Sequence[ImportRefusal]:
    """The first rows that were refused."""
    query = sa.select(ImportRefusal).where(ImportRefusal.run_id == run.id)
    return db.session.scalars(query.order_by(ImportRefusal.line).limit(most)).all()


def refusals(run_id: int) -> Iterator[ImportRefusal]:
    """All rows that were refused and kept, page by page."""
    last = -1
    query = (
        sa.select(ImportRefusal)
        .where(ImportRefusal.run_id == run_id, ImportRefusal.line > sa.bindparam("last"))
        .order_by(ImportRefusal.line)
        .limit(_PAGE)
    )
    while rows := db.session.scalars(query, {"last": last}).all():
        last = rows[-1].line
        yield from rows
        for row in rows:
            db.session.expunge(row)
