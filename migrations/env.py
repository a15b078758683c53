"""Alembic's environment: runs on the app's own connection, so both databases are treated alike."""

from __future__ import annotations

from alembic import context

from app.db import Base, db


def migrate() -> None:
    """Run migrations on the connection the caller gave, else on the app's own."""
    connection = context.config.attributes.get("connection")
    if connection is None:
        with db.engine.connect() as own:
            _migrate(own)
    else:
        _migrate(connection)


def _migrate(connection) -> None:  # type: ignore[no-untyped-def]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        user_module_prefix="app.db.base.",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


migrate()
