"""Add what attention organizations give."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.db.base

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attention",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("most_in", sa.Integer(), nullable=True),
        sa.Column("most_out", sa.Integer(), nullable=True),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("most_in >= 1", name=op.f("ck_attention_most_in")),
        sa.CheckConstraint("most_out >= 1", name=op.f("ck_attention_most_out")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user.id"], name=op.f("fk_attention_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_attention_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attention")),
        sa.UniqueConstraint("organization_id", name=op.f("uq_attention_organization_id")),
    )
    for column in ("by_id", "paused_until"):
        op.create_index(op.f(f"ix_attention_{column}"), "attention", [column], unique=False)


def downgrade() -> None:
    op.drop_table("attention")
