"""Add threads and messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.db.base

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_thread()
    _create_message()
    _create_thread_reader()
    _create_block()
    _create_reported_message()


def downgrade() -> None:
    for table in ("reported_message", "block", "thread_reader", "message", "thread_member", "thread"):
        op.drop_table(table)


def _moment() -> app.db.base.UtcDateTime:
    return app.db.base.UtcDateTime(timezone=True)


def _key(table: str, column: str, of: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{of}")
    return sa.ForeignKeyConstraint([column], [f"{of}.id"], name=name, ondelete=ondelete)


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def _create_thread() -> None:
    op.create_table(
        "thread",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("made_at", _moment(), nullable=False),
        _key("thread", "match_id", "match", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread")),
        _unique("thread", "match_id"),
    )
    op.create_table(
        "thread_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        _key("thread_member", "thread_id", "thread", "CASCADE"),
        _key("thread_member", "organization_id", "organization", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_member")),
        _unique("thread_member", "thread_id", "organization_id"),
    )
    _index("thread_member", "organization_id", "thread_id")


def _create_message() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer()),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("form_key", sa.String(length=64)),
        sa.Column("inbound_mail_id", sa.Integer()),
        sa.Column("dropped_files", sa.Integer(), nullable=False),
        _key("message", "thread_id", "thread", "CASCADE"),
        _key("message", "author_id", "user", "SET NULL"),
        _key("message", "organization_id", "organization", "CASCADE"),
        _key("message", "inbound_mail_id", "inbound_mail", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        _unique("message", "thread_id", "author_id", "form_key"),
        _unique("message", "inbound_mail_id"),
    )
    _index("message", "organization_id")
    op.create_index("ix_message_thread_id_id", "message", ["thread_id", "id"], unique=False)
    op.create_index("ix_message_author_id_at", "message", ["author_id", "at"], unique=False)


def _create_thread_reader() -> None:
    op.create_table(
        "thread_reader",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("read_id", sa.Integer(), nullable=False),
        _key("thread_reader", "thread_id", "thread", "CASCADE"),
        _key("thread_reader", "user_id", "user", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_reader")),
        _unique("thread_reader", "thread_id", "user_id"),
    )
    _index("thread_reader", "thread_id", "user_id")


def _create_block() -> None:
    op.create_table(
        "block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("blocked_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer()),
        sa.Column("at", _moment(), nullable=False),
        sa.CheckConstraint("organization_id <> blocked_id", name=op.f("ck_block_two")),
        _key("block", "organization_id", "organization", "CASCADE"),
        _key("block", "blocked_id", "organization", "CASCADE"),
        _key("block", "by_id", "user", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block")),
        _unique("block", "organization_id", "blocked_id"),
    )
    _index("block", "blocked_id", "by_id", "organization_id")


def _create_reported_message() -> None:
    table = "reported_message"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer()),
        sa.Column("grievance_id", sa.Integer()),
        sa.Column("at", _moment(), nullable=False),
        _key(table, "message_id", "message", "CASCADE"),
        _key(table, "by_id", "user", "SET NULL"),
        _key(table, "grievance_id", "grievance", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        _unique(table, "message_id", "by_id"),
    )
    _index(table, "by_id", "grievance_id", "message_id")
