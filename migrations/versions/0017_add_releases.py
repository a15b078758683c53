"""Let matches open later than they are approved, pairs stay where they were referred to, and returned profiles open in part."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import app.db.base
from app.db.altering import replace_terms

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_REASONS = (
    "need_not_current",
    "competitors",
    "not_complementary",
    "overloaded",
    "sensitive",
    "profile_too_thin",
    "other",
)
_MORE_REASONS = (*_REASONS, "swapped")


def upgrade() -> None:
    op.add_column("match", sa.Column("opens_at", app.db.base.UtcDateTime(timezone=True)))
    op.execute("UPDATE match SET opens_at = decided_at WHERE state = 'approved'")
    op.add_column("match", sa.Column("is_referred", sa.Boolean(), server_default=sa.false(), nullable=False))
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("organization", sa.Column("asked_fields", json, server_default="[]", nullable=False))
    replace_terms("review_decision", "reason_code", _REASONS, _MORE_REASONS)


def downgrade() -> None:
    op.execute("UPDATE review_decision SET reason_code = 'other' WHERE reason_code = 'swapped'")
    replace_terms("review_decision", "reason_code", _MORE_REASONS, _REASONS)
    op.drop_column("organization", "asked_fields")
    op.drop_column("match", "is_referred")
    op.drop_column("match", "opens_at")
