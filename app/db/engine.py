"""How transactions begin. SQLite: WAL, foreign keys on, and writers queue up at BEGIN, not half-way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa

# Outside a request (worker, terminal) a transaction is taken to write unless it says otherwise.
begin_mode: ContextVar[str] = ContextVar("begin_mode", default="IMMEDIATE")
BUSY_SECONDS = 10
CONNECT_SECONDS = 5
# Who waits longer for a connection of the pool, or for a row that another transaction holds, is told that we are busy.
POOL_SECONDS = 5
LOCK_SECONDS = 10
# A process that was stopped in the middle of a writing transaction gives up what it holds. Readers hold nothing, and compute.
IDLE_SECONDS = 20


@contextmanager
def reading() -> Iterator[None]:
    """Let transactions begun inside take no write lock (SQLite): for long reads in worker and terminal."""
    token = begin_mode.set("DEFERRED")
    try:
        yield
    finally:
        begin_mode.reset(token)


def engine_options(url: str) -> dict[str, Any]:
    """Options for `SQLALCHEMY_ENGINES`: one entry per database kind."""
    options: dict[str, Any] = {"url": url, "json_serializer": _dump}
    if url.startswith("sqlite"):
        options["connect_args"] = {"timeout": BUSY_SECONDS, "check_same_thread": False}
        options["json_deserializer"] = _load
    else:
        options["connect_args"] = _postgresql_arguments()
        options |= {"pool_pre_ping": True, "pool_size": 5, "max_overflow": 10}
        options |= {"pool_timeout": POOL_SECONDS, "pool_recycle": 1800}
    return options


def _postgresql_arguments() -> dict[str, Any]:
    return {
        "connect_timeout": CONNECT_SECONDS,
        # Compiling a statement takes longer than any of ours runs.
        "options": f"-c lock_timeout={LOCK_SECONDS}s -c jit=off",
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
    }


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _load(text: str) -> Any:
    # Most lists are empty, and a page with forty organizations reads hundreds of them.
    return [] if text == "[]" else json.loads(text)


def configure_engine(engine: sa.Engine) -> None:
    """Attach SQLite's pragmas and explicit BEGIN, and what PostgreSQL is told when a transaction begins."""
    if engine.dialect.name != "sqlite":
        sa.event.listen(engine, "begin", _on_begin_postgresql)
        return
    sa.event.listen(engine, "connect", _on_connect)
    sa.event.listen(engine, "begin", _on_begin)


def _on_connect(connection: Any, _record: Any) -> None:
    # The driver's own implicit BEGIN is off: we say which kind of transaction begins.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-65536"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {begin_mode.get()}")


def _on_begin_postgresql(connection: sa.Connection) -> None:
    if begin_mode.get() != "DEFERRED":
        cursor = connection.connection.cursor()
        cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS * 1000:.0f}ms'")
        cursor.close()
