"""What a decision changed, row by row, so that an undo puts back exactly that, and nothing that others did since.

It listens to the session while a decision is applied: whichever services are called, the rows they write are noted as
they stood before. The audit trail is no part of it; it only grows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import ORMExecuteState, Session

from app.db import Base, db
from app.desk.journal_values import decoded, encoded

# Chain, decisions and releases say what happened; they stay.
_NOT_OURS = {"audit_event", "audit_head", "case_decision", "case_release"}
# These follow from changes; when somebody else moved them on since, theirs stand.
SOFT = {"version", "profile_changed_at", "updated_at"}
Row = dict[str, Any]
Place = tuple[str, tuple[Any, ...]]


class Journal:
    """Rows as they stood before they were first touched."""

    def __init__(self, case_id: int) -> None:
        self._before: dict[Place, Row | None] = {}
        self._watched: list[tuple[sa.Table, sa.ColumnElement[bool]]] = []
        # Where the case itself stands is kept with the decision.
        self._own = ("review_case", (case_id,))

    def watch(self, table: sa.Table, rows: sa.ColumnElement[bool]) -> None:
        """Note all these rows, and those that are there in the end: for what is written past the session."""
        self._watched.append((table, rows))
        for place, row in _rows_where(table, rows):
            self._before.setdefault(place, row)

    def changes(self) -> list[dict[str, Any]]:
        """What differs from before, in the order in which it was touched."""
        for table, rows in self._watched:
            for place, _row in _rows_where(table, rows):
                self._before.setdefault(place, None)
        found = []
        for place, was in self._before.items():
            change = _change(place, was, row_at(place)) if place != self._own else None
            if change is not None:
                found.append(change)
        return found

    def before_flush(self, session: Session, _context: Any, _instances: Any) -> None:
        touched = [one for one in session.dirty if session.is_modified(one)]
        for one in (*touched, *session.deleted):
            place = _place_of(one)
            if place is not None and place not in self._before:
                self._before[place] = row_at(place)

    def after_flush(self, session: Session, _context: Any) -> None:
        for one in session.new:
            place = _place_of(one)
            if place is not None:
                self._before.setdefault(place, None)

    def on_statement(self, state: ORMExecuteState) -> None:
        """Changes of many rows at once are noted too."""
        if not (state.is_update or state.is_delete):
            return
        statement: Any = state.statement
        table, where = statement.table, statement.whereclause
        if table.name in _NOT_OURS or where is None:
            return
        for place, row in _rows_where(table, where):
            self._before.setdefault(place, row)


@contextmanager
def listening(case_id: int) -> Iterator[Journal]:
    """A journal of all that is written inside."""
    journal = Journal(case_id)
    session = db.session
    listeners: dict[str, Callable[..., Any]] = {
        "before_flush": journal.before_flush,
        "after_flush": journal.after_flush,
        "do_orm_execute": journal.on_statement,
    }
    for name, listener in listeners.items():
        sa.event.listen(session, name, listener)
    try:
        yield journal
        session.flush()
    finally:
        for name, listener in listeners.items():
            sa.event.remove(session, name, listener)


def table_of(name: str) -> sa.Table:
    return Base.metadata.tables[name]


def row_at(place: Place, *, locked: bool = False) -> Row | None:
    """A row as the database has it now, as JSON keeps it."""
    table = table_of(place[0])
    query = sa.select(table).where(is_at(table, place[1]))
    found = _connection().execute(query.with_for_update() if locked else query).mappings().one_or_none()
    return _plain(table, found) if found is not None else None


def is_at(table: sa.Table, key: Iterable[Any]) -> sa.ColumnElement[bool]:
    """The row with this primary key."""
    columns = zip(table.primary_key.columns, key, strict=True)
    return sa.and_(*(column == decoded(column.type, value) for column, value in columns))


def seal_of(row: Row) -> str:
    """A short print of a whole row."""
    text = json.dumps(row, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _change(place: Place, was: Row | None, now: Row | None) -> dict[str, Any] | None:
    about = {"table": place[0], "key": list(place[1])}
    if was is None:
        return {**about, "made": seal_of(now)} if now is not None else None
    if now is None:
        return {**about, "deleted": was}
    names = [name for name in was if was[name] != now[name]]
    if not names:
        return None
    return {**about, "was": {name: was[name] for name in names}, "is": {name: now[name] for name in names}}


def _place_of(one: object) -> Place | None:
    state = sa.inspect(one)
    mapper = state.mapper
    table = mapper.local_table
    if table.name in _NOT_OURS:
        return None
    key = mapper.primary_key_from_instance(one)
    return table.name, tuple(encoded(value) for value in key)


def _rows_where(table: sa.Table, rows: sa.ColumnElement[bool]) -> list[tuple[Place, Row]]:
    found = _connection().execute(sa.select(table).where(rows)).mappings().all()
    plain = [_plain(table, row) for row in found]
    names = [column.name for column in table.primary_key.columns]
    return [((table.name, tuple(row[name] for name in names)), row) for row in plain]


def _plain(table: sa.Table, row: Mapping[Any, Any]) -> Row:
    return {column.name: encoded(row[column.name]) for column in table.columns}


def _connection() -> sa.Connection:
    return db.session.connection()
