"""Add opinions on cases, suspended profiles, and one open complaint a person and thing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import app.db.base

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_ONCE = {
    "uq_grievance_report": (("by_id", "organization_id"), "state = 'waiting' AND kind = 'abuse'"),
    "uq_grievance_match_appeal": (("organization_id", "match_id"), "state = 'waiting' AND kind = 'appeal'"),
    "uq_grievance_review_appeal": (("listing_review_id",), "state <> 'withdrawn'"),
}


def upgrade() -> None:
    op.add_column("organization", sa.Column("suspended_at", app.db.base.UtcDateTime(timezone=True)))
    for name, (columns, text) in _ONCE.items():
        where = sa.text(text)
        op.create_index(
            name, "grievance", list(columns), unique=True, sqlite_where=where, postgresql_where=where
        )
    _create_opinion()


def downgrade() -> None:
    op.drop_table("opinion")
    for name in _ONCE:
        op.drop_index(name, table_name="grievance")
    op.drop_column("organization", "suspended_at")


def _create_opinion() -> None:
    recommends = sa.Enum(
        "yes", "no", "unsure", name="recommends", native_enum=False, create_constraint=True, length=40
    )
    op.create_table(
        "opinion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("scores", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("recommends", recommends, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_opinion_by_id_user")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["review_case.id"], name=op.f("fk_opinion_case_id_review_case"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion")),
        sa.UniqueConstraint("case_id", "by_id", name=op.f("uq_opinion_case_id_by_id")),
    )
    op.create_index(op.f("ix_opinion_by_id"), "opinion", ["by_id"], unique=False)
