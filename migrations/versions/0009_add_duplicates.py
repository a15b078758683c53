"""Add keys that find duplicates, suspicions and merges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import app.db.base
from app.organizations import naming

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BATCH = 2_000
_STATES = ("open", "merged", "distinct")


def upgrade() -> None:
    op.add_column("organization", sa.Column("name_key", sa.String(200), server_default="", nullable=False))
    op.add_column("organization", sa.Column("domain", sa.String(253)))
    # As text: Alembic would add the reference in a statement of its own, which SQLite does not know.
    op.execute(
        "ALTER TABLE organization ADD COLUMN merged_into_id INTEGER "
        "CONSTRAINT fk_organization_merged_into_id_organization REFERENCES organization (id)"
    )
    _fill_keys()
    for column in ("name_key", "domain", "merged_into_id"):
        op.create_index(f"ix_organization_{column}", "organization", [column])
    _create_duplicate()
    _create_merge()


def _create_duplicate() -> None:
    op.create_table(
        "duplicate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("reasons", _json(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*_STATES, name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("found_at", _moment(), nullable=False),
        sa.Column("decided_by_id", sa.Integer()),
        sa.Column("decided_at", _moment()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_duplicate_order")),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_duplicate_decided")),
        _organization("duplicate", "one_id"),
        _organization("duplicate", "other_id"),
        _user("duplicate", "decided_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate")),
        sa.UniqueConstraint("one_id", "other_id"),
    )
    op.create_index("ix_duplicate_other_id", "duplicate", ["other_id"])
    op.create_index("ix_duplicate_decided_by_id", "duplicate", ["decided_by_id"])
    op.create_index("ix_duplicate_queue", "duplicate", ["state", "score", "id"])


def _create_merge() -> None:
    op.create_table(
        "merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("absorbed_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("moved", _json(), nullable=False),
        sa.Column("undone_by_id", sa.Integer()),
        sa.Column("undone_at", _moment()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(undone_by_id IS NULL) = (undone_at IS NULL)", name=op.f("ck_merge_undone")),
        _organization("merge", "kept_id"),
        _organization("merge", "absorbed_id"),
        _user("merge", "by_id"),
        _user("merge", "undone_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    for column in ("kept_id", "absorbed_id", "by_id", "undone_by_id"):
        op.create_index(f"ix_merge_{column}", "merge", [column])


def downgrade() -> None:
    op.drop_table("merge")
    op.drop_table("duplicate")
    for column in ("merged_into_id", "domain", "name_key"):
        op.drop_index(f"ix_organization_{column}", "organization")
        op.drop_column("organization", column)


def _fill_keys() -> None:
    """Keys of the organizations that are here, batch by batch."""
    table = sa.table("organization", *map(sa.column, ("id", "name", "website", "name_key", "domain")))
    change = sa.update(table).where(table.c.id == sa.bindparam("known_id"))
    for batch in _batches(table):
        keys = [{"known_id": row.id, **naming.keys_of(row.name, row.website)} for row in batch]
        op.get_bind().execute(
            change.values(name_key=sa.bindparam("name_key"), domain=sa.bindparam("domain")), keys
        )


def _batches(table: Any) -> Iterator[list[Any]]:
    query = sa.select(table.c.id, table.c.name, table.c.website).order_by(table.c.id).limit(_BATCH)
    last = 0
    while batch := list(op.get_bind().execute(query.where(table.c.id > last))):
        yield batch
        last = batch[-1].id


def _organization(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_organization")
    return sa.ForeignKeyConstraint([column], ["organization.id"], name=name, ondelete="CASCADE")


def _user(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["user.id"], name=op.f(f"fk_{table}_{column}_user"))


def _moment() -> Any:
    return app.db.base.UtcDateTime(timezone=True)


def _json() -> Any:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
