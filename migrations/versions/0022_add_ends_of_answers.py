"""Add ends of answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.db.base

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_match_end()
    _create_answer_reminder()
    op.add_column("answer", sa.Column("resumes_at", _moment()))


def downgrade() -> None:
    op.drop_column("answer", "resumes_at")
    op.drop_table("answer_reminder")
    op.drop_table("match_end")


def _create_match_end() -> None:
    op.create_table(
        "match_end",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", _moment(), nullable=False),
        sa.Column("why", _choice("why", "expired", "withdrawn"), nullable=False),
        sa.Column("by_id", sa.Integer()),
        sa.Column("organization_id", sa.Integer()),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_match_end_by_id_user")),
        sa.ForeignKeyConstraint(
            ["match_id"], ["match.id"], name=op.f("fk_match_end_match_id_match"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_match_end_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_end")),
        sa.UniqueConstraint("match_id", name=op.f("uq_match_end_match_id")),
    )
    for column in ("by_id", "ended_at", "organization_id"):
        op.create_index(op.f(f"ix_match_end_{column}"), "match_end", [column], unique=False)


def _create_answer_reminder() -> None:
    op.create_table(
        "answer_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["match_id"], ["match.id"], name=op.f("fk_answer_reminder_match_id_match"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_answer_reminder_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_reminder")),
        sa.UniqueConstraint("match_id", "user_id", name=op.f("uq_answer_reminder_match_id_user_id")),
    )
    for column in ("match_id", "user_id"):
        op.create_index(op.f(f"ix_answer_reminder_{column}"), "answer_reminder", [column], unique=False)


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _moment() -> app.db.base.UtcDateTime:
    return app.db.base.UtcDateTime(timezone=True)
