"""Add the lines sides are introduced with, the end of a declined match, and until when a match that was reminded late waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.db.base
from app.db.altering import replace_terms

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_WHY = ("expired", "withdrawn")


def upgrade() -> None:
    _create_introduction_line()
    replace_terms("match_end", "why", _WHY, (*_WHY, "declined"))
    op.add_column("match", sa.Column("waits_until", _moment()))


def downgrade() -> None:
    op.drop_column("match", "waits_until")
    # To the code of before an end with a side reads the same; the answer beside it tells that it was a no.
    op.execute("UPDATE match_end SET why = 'withdrawn' WHERE why = 'declined'")
    replace_terms("match_end", "why", (*_WHY, "declined"), _WHY)
    op.drop_table("introduction_line")


def _create_introduction_line() -> None:
    op.create_table(
        "introduction_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=400), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_introduction_line_by_id_user")),
        sa.ForeignKeyConstraint(
            ["match_id"], ["match.id"], name=op.f("fk_introduction_line_match_id_match"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_introduction_line_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction_line")),
        sa.UniqueConstraint(
            "match_id", "organization_id", name=op.f("uq_introduction_line_match_id_organization_id")
        ),
    )
    for column in ("by_id", "match_id", "organization_id"):
        op.create_index(op.f(f"ix_introduction_line_{column}"), "introduction_line", [column], unique=False)


def _moment() -> app.db.base.UtcDateTime:
    return app.db.base.UtcDateTime(timezone=True)
