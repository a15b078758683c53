"""Rows into tables as fast as each database takes them: COPY, or one prepared statement."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app import clock
from app.audit.models import AuditEvent, AuditHead

CHUNK = 20_000


class Pouring:
    """One transaction in which keys are not looked up: who fills says what is true."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.is_sqlite = connection.dialect.name == "sqlite"
        if not self.is_sqlite:
            # Neither foreign keys nor triggers, and no wait for the disk.
            connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
            connection.execute(sa.text("SET LOCAL synchronous_commit = off"))
        self.counts: dict[str, int] = {}

    def pour(self, model: Any, rows: Iterable[dict[str, Any]]) -> None:
        """Add rows; what they leave out has its column's default."""
        table: sa.Table = model.__table__
        remaining = iter(rows)
        while chunk := list(itertools.islice(remaining, CHUNK)):
            self._put(table, chunk)
            self.counts[table.name] = self.counts.get(table.name, 0) + len(chunk)

    def _put(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        named = set().union(*rows)
        columns = [column for column in table.columns if column.name in named or _has_default(column)]
        ready = [_binder(column, self.connection.dialect) for column in columns]
        values = (
            tuple(bind(row.get(column.name, default)) for column, default, bind in ready) for row in rows
        )
        names = ", ".join(f'"{column.name}"' for column in columns)
        if self.is_sqlite:
            marks = ", ".join("?" * len(columns))
            self._driver().executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', values)
            return
        with (
            self._driver().cursor() as cursor,
            cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy,
        ):
            for value in values:
                copy.write_row(value)

    def _driver(self) -> Any:
        return self.connection.connection.driver_connection

    def seal(self, events: Iterator[dict[str, Any]]) -> None:
        """Write the audit chain on from its end."""
        head = self.connection.execute(sa.select(AuditHead.number, AuditHead.hash)).one()
        end = [head.number, head.hash]

        def sealed() -> Iterator[dict[str, Any]]:
            for event in events:
                row = AuditEvent(detail={}, **event, number=end[0] + 1, previous_hash=end[1])
                end[:] = row.number, row.seal()
                yield {
                    **event,
                    "detail": {},
                    "number": row.number,
                    "previous_hash": row.previous_hash,
                    "hash": end[1],
                }

        self.pour(AuditEvent, sealed())
        self.connection.execute(sa.update(AuditHead).values(number=end[0], hash=end[1]))

    def number_on(self, tables: Iterable[sa.Table]) -> None:
        """Let PostgreSQL number new rows behind those that came with numbers of their own."""
        for table in [] if self.is_sqlite else tables:
            if "id" in table.columns and table.columns["id"].autoincrement is not False:
                highest = f'(SELECT max(id) FROM "{table.name}")'
                place = f"pg_get_serial_sequence('\"{table.name}\"', 'id')"
                self.connection.execute(
                    sa.text(f"SELECT setval({place}, {highest}) WHERE {highest} IS NOT NULL")
                )


def _has_default(column: sa.Column[Any]) -> bool:
    return column.default is not None and column.name != "id"


def _binder(column: sa.Column[Any], dialect: sa.Dialect) -> tuple[sa.Column[Any], Any, Any]:
    default: Any = column.default.arg if column.default is not None else None
    if callable(default):
        default = default(None)
    bind = column.type.dialect_impl(dialect).bind_processor(dialect)
    return column, default, bind or (lambda value: value)


def moment_before(days: float) -> Any:
    """A whole second so many days ago, as the chain keeps moments."""
    return (clock.now() - timedelta(days=days)).replace(microsecond=0)
