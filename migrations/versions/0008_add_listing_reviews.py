"""Add the review of listings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import app.db.base

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_MOMENT = app.db.base.UtcDateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_STATES = ("waiting", "approved", "returned", "refused", "withdrawn")


def upgrade() -> None:
    op.create_table(
        "listing_review",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "organization_id",
            sa.Integer(),
            sa.ForeignKey("organization.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("is_change", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*_STATES, name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("submitted_by_id", sa.Integer(), sa.ForeignKey("user.id")),
        sa.Column("submitted_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("snapshot", _JSON, nullable=False),
        sa.Column("changes", _JSON, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), sa.ForeignKey("user.id")),
        sa.Column("decided_at", _MOMENT),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state IN ('waiting', 'withdrawn')) = (decided_at IS NULL)", name="decided"),
    )
    for column in ("organization_id", "submitted_by_id", "decided_by_id"):
        op.create_index(f"ix_listing_review_{column}", "listing_review", [column])
    op.create_index("ix_listing_review_queue", "listing_review", ["state", "due_at", "id"])
    op.create_index(
        "uq_listing_review_waiting",
        "listing_review",
        ["organization_id"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    _create_cursor()


def _create_cursor() -> None:
    op.create_table(
        "listing_cursor",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name="only_one"),
    )
    # What was saved before nobody reviews again.
    op.execute("INSERT INTO listing_cursor (id, number) SELECT 1, COALESCE(MAX(number), 0) FROM audit_event")


def downgrade() -> None:
    op.drop_table("listing_cursor")
    op.drop_table("listing_review")
