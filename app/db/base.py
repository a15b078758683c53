"""Declarative base with named constraints, and the column types both databases agree on."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from inspect import iscoroutinefunction
from typing import Any

import sqlalchemy as sa
from flask.sansio.app import App
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase

from app.db.sessions import Session

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware moment, kept in UTC; SQLite drops zones, so it is put back on reading.

    Raises `ValueError` for a moment without a zone.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table derives from this."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime()}


def choice(enum: type[StrEnum], name: str) -> sa.Enum:
    """A closed vocabulary, stored by value and checked by the database."""
    return sa.Enum(
        enum,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
        validate_strings=True,
    )


def _json() -> sa.types.TypeEngine[Any]:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def json_list() -> sa.types.TypeEngine[Any]:
    """A JSON array; assign a new list to change it (in-place edits are not seen)."""
    return _json()


def json_object() -> sa.types.TypeEngine[Any]:
    """A JSON object; assign a new dict to change it (in-place edits are not seen)."""
    return _json()


class Database(SQLAlchemy):
    """Sessions that are not async: ending those would start a thread at the end of every request."""

    def init_app(self, app: App) -> None:
        super().init_app(app)
        ends = app.teardown_appcontext_funcs
        app.teardown_appcontext_funcs = [end for end in ends if not iscoroutinefunction(end)]


db = Database(session_options={"class_": Session})
