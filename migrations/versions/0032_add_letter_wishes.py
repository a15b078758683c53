"""Add letter wishes: each person's hour of the week, pause and parts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import app.db.base

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letter_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("hour_changed_at", app.db.base.UtcDateTime(timezone=True)),
        sa.Column("paused_until", app.db.base.UtcDateTime(timezone=True)),
        sa.Column("muted", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_letter_wish_weekday")),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_letter_wish_hour")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_letter_wish_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_wish")),
        sa.UniqueConstraint("user_id", name=op.f("uq_letter_wish_user_id")),
    )
    op.create_index(op.f("ix_letter_wish_hour_changed_at"), "letter_wish", ["hour_changed_at"], unique=False)


def downgrade() -> None:
    op.drop_table("letter_wish")
