"""The database: declarative base, column types, transactions. `db.session` is the request's session."""

from app.db.base import Base, UtcDateTime, choice, db, json_list, json_object
from app.db.engine import begin_mode, configure_engine, reading

__all__ = [
    "Base",
    "UtcDateTime",
    "begin_mode",
    "choice",
    "configure_engine",
    "db",
    "json_list",
    "json_object",
    "reading",
]
