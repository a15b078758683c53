"""The database locked, full, away or half-way through a migration: a clear answer, nothing lost, and back by itself."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command, op
from flask import Flask

from app import create_app
from app.audit import queries as audit
from app.db import db, engine
from app.db.commands import alembic_config, head_revision
from app.organizations.models import Organization
from config import Settings
from tests.conftest import build_app
from tests.world import World


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An app on SQLite that waits a moment only for a lock."""
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.1)
    app = build_app(f"sqlite:///{tmp_path}/own.sqlite", tmp_path)
    yield app
    with app.app_context():
        db.engine.dispose()


def names_of(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Organization.name).order_by(Organization.id)))


def fresh(number: int, **more: str) -> dict[str, str]:
    return {"name": f"Firm {number}", "kind": "sme", "country": "IN", **more}


def test_a_long_writer_makes_others_wait_and_then_come_back_later(impatient, tmp_path) -> None:
    world = World(impatient)
    organization = world.organization()
    browser = world.sign_in(world.user())
    with sqlite3.connect(tmp_path / "own.sqlite", isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        response = browser.post("/organizations/new", data=fresh(1))
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
        assert "Nothing was changed" in response.text
        assert "Firm 1" in response.text, "what was typed is given back"
        assert browser.get("/organizations").status_code == 200
        assert organization.name in browser.get(f"/organizations/{organization.id}").text
        writer.execute("ROLLBACK")
    assert browser.post("/organizations/new", data=fresh(1)).status_code == 303
    assert names_of(impatient) == [organization.name, "Firm 1"]
    writer.close()


def test_a_full_disk_stops_writing_and_nothing_else(impatient, tmp_path) -> None:
    world = World(impatient)
    browser = world.sign_in(world.user())
    leave_pages(impatient, 1)
    kept, response = write_until_full(browser)
    assert (response.status_code, "Retry-After" in response.headers) == (503, True)
    assert "Busy for a moment" in response.text
    assert browser.get("/organizations").status_code == 200
    assert browser.get("/organizations/mine").status_code == 200
    assert names_of(impatient) == kept
    leave_pages(impatient, 1000)
    assert browser.post("/organizations/new", data=fresh(9999)).status_code == 303
    assert names_of(impatient) == [*kept, "Firm 9999"]
    with impatient.app_context():
        assert db.session.scalar(sa.text("PRAGMA integrity_check")) == "ok"
        assert audit.chain_check().broken_number is None


def write_until_full(browser) -> tuple[list[str], object]:
    kept: list[str] = []
    for number in range(1, 20):
        response = browser.post("/organizations/new", data=fresh(number))
        if response.status_code != 303:
            return kept, response
        kept.append(f"Firm {number}")
    raise AssertionError("the disk never filled")


def leave_pages(app: Flask, more: int) -> None:
    """A limit on the file stands for the end of the disk: SQLite answers both with SQLITE_FULL."""
    with app.app_context():
        pool = db.engine
        pool.dispose()
        with closing(sqlite3.connect(str(pool.url.database), isolation_level=None)) as file:
            # Pages that migrations left free would be used first.
            file.execute("VACUUM")
            count = file.execute("PRAGMA page_count").fetchone()[0] + more
        sa.event.listen(pool, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count = {count}"))


@pytest.fixture
def connections(app: Flask, database: str) -> sa.Engine:
    """A way to end the app's connections, as a restart of the server does."""
    if database != "postgresql":
        pytest.skip("SQLite has no connections to lose")
    with app.app_context():
        return sa.create_engine(db.engine.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)


def cut(outside: sa.Engine) -> int:
    """End every connection to the database but the one that does it; gives how many there were."""
    statement = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )
    with outside.connect() as connection:
        return int(connection.scalar(sa.text(statement)) or 0)


def test_connections_cut_between_requests_are_made_anew(app, world, connections) -> None:
    browser = world.sign_in(world.user())
    kept = []
    for number in range(6):
        assert browser.post("/organizations/new", data=fresh(number)).status_code == 303
        kept.append(f"Firm {number}")
        assert cut(connections) > 0
    assert browser.get("/organizations/mine").status_code == 200
    assert names_of(app) == kept


@pytest.mark.parametrize("moment", ["before_cursor_execute", "commit"])
def test_a_connection_cut_in_mid_request_is_busy_for_a_moment(app, world, connections, moment) -> None:
    browser = world.sign_in(world.user())
    browser.post("/organizations/new", data=fresh(1))
    with app.app_context():
        pool = db.engine
    done: list[int] = []

    def cut_once(*arguments) -> None:
        is_ours = moment == "commit" or "INSERT INTO organization " in arguments[2]
        if is_ours and not done:
            done.append(cut(connections))

    sa.event.listen(pool, moment, cut_once)
    try:
        response = browser.post("/organizations/new", data=fresh(2))
    finally:
        sa.event.remove(pool, moment, cut_once)
    assert done
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert names_of(app) == ["Firm 1"]
    assert browser.post("/organizations/new", data=fresh(2)).status_code == 303
    assert names_of(app) == ["Firm 1", "Firm 2"]
    with app.app_context():
        assert audit.chain_check().broken_number is None


def test_a_request_that_stood_still_is_busy_for_a_moment_and_loses_nothing_typed(
    app, world, connections, monkeypatch
) -> None:
    monkeypatch.setattr(engine, "IDLE_SECONDS", 0.1)
    browser = world.sign_in(world.user())
    with app.app_context():
        pool = db.engine

    def stand_still(*arguments) -> None:
        if "INSERT INTO organization " in arguments[2]:
            time.sleep(0.4)

    sa.event.listen(pool, "before_cursor_execute", stand_still)
    try:
        response = browser.post("/organizations/new", data=fresh(1))
    finally:
        sa.event.remove(pool, "before_cursor_execute", stand_still)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert "Firm 1" in response.text
    assert names_of(app) == []


def test_a_writer_that_stands_still_lets_go_and_a_reader_may_compute(app, connections, monkeypatch) -> None:
    monkeypatch.setattr(engine, "IDLE_SECONDS", 0.2)
    with app.app_context():
        with engine.reading():
            db.session.scalar(sa.text("SELECT 1"))
            time.sleep(0.5)
            assert db.session.scalar(sa.text("SELECT 1")) == 1
            db.session.rollback()
        db.session.scalar(sa.text("SELECT number FROM audit_head FOR UPDATE"))
        time.sleep(0.5)
        with connections.connect() as other:
            assert other.scalar(sa.text("SELECT id FROM audit_head FOR UPDATE NOWAIT")) == 1
        with pytest.raises(sa.exc.DBAPIError):
            db.session.scalar(sa.text("SELECT 1"))
        db.session.rollback()


def test_who_only_reads_does_not_fail_when_the_connection_is_cut_afterwards(app, connections) -> None:
    with app.app_context():
        pool = db.engine.pool
        assert db.session.scalar(sa.text("SELECT 1")) == 1
        assert cut(connections) > 0
    assert pool.checkedout() == 0
    with app.app_context():
        assert db.session.scalar(sa.text("SELECT 1")) == 1


@pytest.fixture
def empty_url(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database with nothing in it."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.sqlite"
        return
    server = sa.create_engine(request.getfixturevalue("postgresql_url"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text("CREATE DATABASE half_migrated"))
    yield server.url.set(database="half_migrated").render_as_string(False)
    with server.connect() as connection:
        connection.execute(sa.text("DROP DATABASE half_migrated WITH (FORCE)"))
    server.dispose()


@pytest.mark.parametrize("step", [1, 7, 12])
def test_a_migration_that_dies_half_way_leaves_nothing_and_runs_again(
    empty_url, tmp_path, monkeypatch, step
) -> None:
    app = create_app(Settings(environment="test", database_url=empty_url, mail_url=f"file://{tmp_path}"))
    done: list[str] = []
    create_table = op.create_table

    def die_at_step(name: str, *columns: object, **options: object) -> object:
        done.append(name)
        if len(done) == step:
            raise KeyboardInterrupt
        return create_table(name, *columns, **options)

    monkeypatch.setattr(op, "create_table", die_at_step)
    with pytest.raises(KeyboardInterrupt):
        migrate(app)
    monkeypatch.undo()
    with app.app_context():
        assert set(sa.inspect(db.engine).get_table_names()) <= {"alembic_version"}
    migrate(app)
    with app.app_context():
        assert db.session.scalar(sa.text("SELECT version_num FROM alembic_version")) == head_revision()
    assert app.test_cli_runner().invoke(args=["db", "check"]).exit_code == 0
    with app.app_context():
        db.engine.dispose()


def migrate(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def test_a_copy_made_while_people_write_is_whole(impatient, tmp_path) -> None:
    world = World(impatient)
    browser = world.sign_in(world.user())
    copy = tmp_path / "copy.sqlite"
    source, target = sqlite3.connect(tmp_path / "own.sqlite"), sqlite3.connect(copy)
    numbers = iter(range(1000))

    def write_on(*_progress: int) -> None:
        if (number := next(numbers)) < 10:
            assert browser.post("/organizations/new", data=fresh(number)).status_code == 303

    source.backup(target, pages=20, progress=write_on, sleep=0.001)
    source.close()
    target.close()
    assert next(numbers) > 5, "nobody wrote in between"
    restored = build_app(f"sqlite:///{copy}", tmp_path)
    with restored.app_context():
        assert db.session.scalar(sa.text("PRAGMA integrity_check")) == "ok"
        checked = audit.chain_check()
        rows = db.session.scalar(sa.select(sa.func.count()).select_from(Organization))
        assert (checked.broken_number, checked.events >= rows) == (None, True)
        db.session.rollback()
        db.engine.dispose()
