"""Migrations run while the release before still serves: what it writes fits the new schema, and nothing it reads is gone.

`BEFORE` is the last migration of that release; it moves with each release. What it needs no more may be dropped then.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from app import create_app
from app.db import Base, db
from app.db.commands import alembic_config
from config import Settings
from tests.db import rows

BEFORE = "0021"
ADDS = {"create_table", "create_index", "add_column", "bulk_insert", "add_choice", "add_checked"}
# They are looked at by what they are given.
LOOKED_AT = {"execute", "replace_terms", "f", "get_bind", "alter_column"}
HARMLESS = ("INSERT", "UPDATE", "CREATE")


def newer() -> list[Path]:
    """The files of the migrations since."""
    scripts = ScriptDirectory.from_config(alembic_config())
    return [Path(one.path) for one in scripts.iterate_revisions("head", BEFORE)]


def steps_up(file: Path) -> list[ast.Call]:
    """Calls of Alembic and of our own additions to it that an upgrade makes, in whatever function they stand."""
    tree = ast.parse(file.read_text())
    functions = [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and "downgrade" not in node.name
    ]
    calls = [node for function in functions for node in ast.walk(function) if isinstance(node, ast.Call)]
    return [call for call in calls if _name(call) is not None]


def _name(call: ast.Call) -> str | None:
    asked = call.func
    if isinstance(asked, ast.Attribute) and isinstance(asked.value, ast.Name) and asked.value.id == "op":
        return asked.attr
    if isinstance(asked, ast.Name) and asked.id in {"add_choice", "add_checked", "replace_terms"}:
        return asked.id
    return None


@pytest.mark.parametrize("file", newer(), ids=lambda file: file.stem)
def test_a_migration_only_adds(file: Path) -> None:
    for call in steps_up(file):
        name, given = _name(call), ast.unparse(call)
        assert name in ADDS | LOOKED_AT, f"{given} takes something from code that still runs"
        if name == "execute" and isinstance(call.args[0], ast.Constant):
            assert str(call.args[0].value).strip().upper().startswith(HARMLESS), given
        if name == "alter_column":
            assert "nullable=True" in given or "server_default" in given, given
        if name == "replace_terms":
            assert "*" in ast.unparse(call.args[3]), f"{given}: new terms must be the old ones and more"


def test_rows_of_the_release_before_fit_the_schema(tmp_path: Path) -> None:
    app = create_app(Settings(environment="test", database_url=f"sqlite:///{tmp_path}/old.sqlite"))
    with app.app_context():
        migrate(BEFORE)
        old = {name: {column["name"] for column in columns_of(name)} for name in tables()}
        migrate("head")
        assert {name: known - {one["name"] for one in columns_of(name)} for name, known in old.items()} == {
            name: set() for name in old
        }, "a column is gone"
        with db.engine.begin() as connection:
            for table in Base.metadata.sorted_tables:
                if table.name in old and table.name not in rows._OF_ONE_ROW:
                    write_as_before(connection, table, old[table.name])
        db.engine.dispose()


def write_as_before(connection: sa.Connection, table: sa.Table, known: set[str]) -> None:
    """A row with those columns only; neither models nor their defaults know of others."""
    columns = [column for column in table.columns if column.name in known]
    plain = sa.table(table.name, *(sa.column(column.name, column.type) for column in columns))
    for number in (1,) if table.name in rows._OF_PAIRS else (1, 2):
        row = rows._row(table, number)
        connection.execute(sa.insert(plain), {name: value for name, value in row.items() if name in known})


def migrate(revision: str) -> None:
    with db.engine.connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def tables() -> list[str]:
    return [name for name in sa.inspect(db.engine).get_table_names() if name != "alembic_version"]


def columns_of(table: str) -> list[dict[str, object]]:
    return [dict(column) for column in sa.inspect(db.engine).get_columns(table)]
