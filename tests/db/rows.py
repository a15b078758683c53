"""One row in every table, made from the tables themselves, so that a new table cannot be forgotten."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from app.db import Base, UtcDateTime

# What the database's own checks ask for beyond types and references.
_SPECIAL: dict[tuple[str, str], Any] = {
    ("available_hours", "end"): 1440,
    ("case_decision", "state"): "released",
    ("case_decision", "undone_at"): None,
    ("grievance", "kind"): "abuse",
    ("invitation", "withdrawn_at"): None,
    ("match_end", "why"): "expired",
    ("meeting", "minutes"): 30,
    ("thread", "title"): None,
    ("thread_member", "state"): "joined",
    ("thread_member", "is_starter"): False,
    ("timetable_slot", "minutes"): 30,
    ("outcome_check", "day"): 30,
    ("organization", "founded_year"): 1999,
    ("organization", "level"): Decimal("4.5"),
    ("participation", "state"): "declined",
    ("review_case", "closed_at"): None,
    **{("review_case", subject): None for subject in ("listing_review_id", "duplicate_id", "grievance_id")},
}
_OF_PAIRS = {"duplicate"}
_VALUES = (
    (sa.Enum, lambda kind, number: list(kind.enum_class)[number % len(kind.enums)]),
    (sa.JSON, lambda _, number: ["क\u094dष", number]),
    (UtcDateTime, lambda _, number: datetime(2026, 11, 22, 9, number, tzinfo=UTC)),
    (sa.Date, lambda _, number: date(2026, 11, number)),
    (sa.Boolean, lambda _, number: number == 1),
    (sa.LargeBinary, lambda _, number: bytes([number])),
    (sa.Float, lambda _, number: number / 10),
    (sa.Integer | sa.Numeric, lambda _, number: number),
)


# Tables of one row, which a migration has put in.
_OF_ONE_ROW = {"audit_head", "listing_cursor"}


def fill(connection: sa.Connection) -> dict[str, int]:
    """Add two rows to every table but the head of the audit chain and the cursor of listings, which have their one; gives back the counts.

    Two organizations make one pair, so tables of unordered pairs get one row.
    """
    for table in Base.metadata.sorted_tables:
        if table.name not in {"audit_head", "listing_cursor"}:
            numbers = (1,) if table.name in _OF_PAIRS else (1, 2)
            connection.execute(sa.insert(table), [_row(table, number) for number in numbers])
    return counts(connection)


def counts(connection: sa.Connection) -> dict[str, int]:
    """Rows by table, of the tables that are there."""
    names = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
    query = "SELECT count(*) FROM "
    return {name: connection.execute(sa.text(f'{query}"{name}"')).scalar_one() for name in sorted(names)}


def _row(table: sa.Table, number: int) -> dict[str, Any]:
    return {column.name: _value(table, column, number) for column in table.columns}


def _value(table: sa.Table, column: sa.Column[Any], number: int) -> Any:
    if (table.name, column.name) in _SPECIAL:
        return _SPECIAL[table.name, column.name]
    if column.foreign_keys:
        return _referred(column, number)
    for kind, value in _VALUES:
        if isinstance(column.type, kind):
            return value(column.type, number)
    return f"{number}{'é' * 60}"[: getattr(column.type, "length", None) or 60]


def _referred(column: sa.Column[Any], number: int) -> Any:
    """Numbers fit each other; the two sides of a pair are two different rows."""
    (key,) = column.foreign_keys
    names = [each.name for each in column.table.columns if each.references(key.column)]
    other = names.index(column.name) % 2 == 1
    return 3 - number if other and key.column.table is not column.table else number
