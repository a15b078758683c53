"""Migrations go down and up with rows in every table, and end where the models are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy.engine.interfaces import ReflectedIndex

from app.db import db
from app.db.commands import alembic_config
from tests.conftest import build_app
from tests.db import rows


@pytest.fixture
def own_app(database: str, request: pytest.FixtureRequest, tmp_path) -> Iterator[Flask]:
    """An app on a database of its own, at the newest revision."""
    if database == "sqlite":
        app = build_app(f"sqlite:///{tmp_path}/own.sqlite", tmp_path)
        yield app
    else:
        server = sa.create_engine(request.getfixturevalue("postgresql_url"), isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(sa.text("CREATE DATABASE own_migrations"))
        app = build_app(server.url.set(database="own_migrations").render_as_string(False), tmp_path)
        yield app
    with app.app_context():
        db.engine.dispose()
    if database != "sqlite":
        with server.connect() as connection:
            connection.execute(sa.text("DROP DATABASE own_migrations WITH (FORCE)"))
        server.dispose()


def revisions() -> list[str]:
    """Newest first."""
    return [script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()]


def move(action: str, revision: str) -> None:
    config = alembic_config()
    with db.engine.connect() as connection:
        config.attributes["connection"] = connection
        getattr(command, action)(config, revision)


def schema() -> dict[str, object]:
    """Everything the database knows of its tables, and the texts of triggers."""
    with db.engine.connect() as connection:
        inspector = sa.inspect(connection)
        tables = {
            name: (
                [
                    (column["name"], str(column["type"]), column["nullable"])
                    for column in inspector.get_columns(name)
                ],
                sorted(map(index_words, inspector.get_indexes(name))),
                sorted(map(str, inspector.get_unique_constraints(name))),
                sorted(map(str, inspector.get_check_constraints(name))),
                sorted(map(str, inspector.get_foreign_keys(name))),
            )
            for name in inspector.get_table_names()
        }
        catalog = (
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
            if connection.dialect.name == "sqlite"
            else "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
        )
        return {**tables, "triggers": connection.execute(sa.text(catalog)).all()}


def index_words(index: ReflectedIndex) -> str:
    """An index in words; the condition of a partial one is an object that is printed by its address."""
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return str({**index, "dialect_options": options})


def filled() -> dict[str, int]:
    with db.engine.begin() as connection:
        return rows.fill(connection)


def counted() -> dict[str, int]:
    with db.engine.connect() as connection:
        return rows.counts(connection)


def test_there_is_one_newest_revision() -> None:
    assert len(ScriptDirectory.from_config(alembic_config()).get_heads()) == 1


def test_revisions_are_numbered_sentences() -> None:
    scripts = list(ScriptDirectory.from_config(alembic_config()).walk_revisions())
    assert [script.revision for script in scripts] == [f"{n:04}" for n in range(len(scripts), 0, -1)]
    assert all(script.doc.endswith(".") for script in scripts)


def test_the_schema_equals_the_models(own_app) -> None:
    outcome = own_app.test_cli_runner().invoke(args=["db", "check"])
    assert (outcome.exit_code, outcome.output) == (0, "The schema equals the models.\n")


def test_a_difference_between_schema_and_models_is_found(own_app) -> None:
    with own_app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE program ADD COLUMN stray INTEGER"))
    outcome = own_app.test_cli_runner().invoke(args=["db", "check"])
    assert (outcome.exit_code, "stray" in outcome.output) == (1, True)


def test_each_step_down_and_up_again_keeps_rows_and_ends_in_the_same_schema(own_app) -> None:
    with own_app.app_context():
        newest, before = schema(), filled()
        assert all(before.values()), "a table has no row to migrate"
        for _ in revisions():
            here = schema()
            move("downgrade", "-1")
            assert {name: count for name, count in counted().items() if before.get(name) != count} == {}
            move("upgrade", "+1")
            assert schema() == here
            move("downgrade", "-1")
        assert counted() == {}
        move("upgrade", "head")
        assert schema() == newest
        assert filled() == before


def test_the_steps_of_the_terminal_command_do_the_same(own_app) -> None:
    runner = own_app.test_cli_runner()
    for arguments in (["downgrade", "base"], ["upgrade"], ["check"]):
        outcome = runner.invoke(args=["db", *arguments])
        assert outcome.exit_code == 0, outcome.output


def test_triggers_still_guard_the_audit_trail_after_down_and_up(own_app) -> None:
    with own_app.app_context():
        move("downgrade", "base")
        move("upgrade", "head")
        filled()
        for statement in ("UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event"):
            with pytest.raises(sa.exc.DBAPIError), db.engine.begin() as connection:
                connection.execute(sa.text(statement))
