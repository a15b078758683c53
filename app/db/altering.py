"""What migrations need beyond Alembic: checked columns on tables that others refer to, without copying the table.

Batch mode would copy the table and drop the old one, which takes the rows that refer to it along, and loses checks that
SQLAlchemy does not read back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

TERM_LENGTH = 40


def add_checked(
    table: str, column: str, kind: sa.types.TypeEngine[Any], check: str, *, default: str | None = None
) -> None:
    """Add a column with a check named `ck_<table>_<column>`; with a `default` it is never NULL."""
    dialect = op.get_bind().dialect
    parts = [f'ALTER TABLE "{table}" ADD COLUMN {column} {kind.compile(dialect)}']
    if default is not None:
        parts.append(f"DEFAULT '{default}' NOT NULL")
    parts.append(f"CONSTRAINT ck_{table}_{column} CHECK ({check})")
    op.execute(" ".join(parts))


def add_choice(table: str, column: str, terms: Sequence[str], *, default: str | None = None) -> None:
    """Add a column of a closed vocabulary, as `app.db.choice(..., name=column)` declares it."""
    add_checked(table, column, sa.String(TERM_LENGTH), f"{column} IN ({_listed(terms)})", default=default)


def replace_terms(table: str, column: str, old: Sequence[str], new: Sequence[str]) -> None:
    """Let a column hold `new` terms instead of `old` ones; rows must fit both before and after."""
    if op.get_bind().dialect.name == "sqlite":
        _replace_text(table, f"{column} IN ({_listed(old)})", f"{column} IN ({_listed(new)})")
        return
    op.drop_constraint(op.f(f"ck_{table}_{column}"), table, type_="check")
    op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, f"{column} IN ({_listed(new)})")


def allow_null(table: str, column: str, kind: sa.types.TypeEngine[Any]) -> None:
    """Let a column be empty."""
    if op.get_bind().dialect.name == "sqlite":
        declared = f"{column} {kind.compile(op.get_bind().dialect)}"
        _replace_text(table, f"{declared} NOT NULL", declared)
        return
    op.alter_column(table, column, nullable=True)


def forbid_null(table: str, column: str, kind: sa.types.TypeEngine[Any]) -> None:
    """Let no row leave a column empty; none may do so before."""
    if op.get_bind().dialect.name == "sqlite":
        declared = f"{column} {kind.compile(op.get_bind().dialect)}"
        _replace_text(table, f"\t{declared},", f"\t{declared} NOT NULL,")
        return
    op.alter_column(table, column, nullable=False)


def _listed(terms: Sequence[str]) -> str:
    return ", ".join(f"'{term}'" for term in terms)


def _replace_text(table: str, old: str, new: str) -> None:
    """Change a declaration in SQLite's own schema table, the way its manual tells for changes that move no rows.

    Source: https://www.sqlite.org/lang_altertable.html, section 7.
    Raises `LookupError` when the text is not there.
    """
    connection = op.get_bind()
    query = sa.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :name")
    text = connection.execute(query, {"name": table}).scalar_one()
    if old not in text:
        raise LookupError(f"{table} does not say {old}")
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema=ON")
    change = sa.text("UPDATE sqlite_schema SET sql = :sql WHERE type = 'table' AND name = :name")
    connection.execute(change, {"sql": text.replace(old, new), "name": table})
    connection.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema=OFF")
