"""Let profiles wait for review, be returned, refused or merged; note when they were listed and how far checked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.db.base
from app.db import altering

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_OLD = ("draft", "listed", "paused")
_NEW = ("draft", "submitted", "returned", "listed", "paused", "refused", "merged")
_LEVELS = ("unverified", "email_domain", "format", "document_seen", "confirmed")


def upgrade() -> None:
    altering.replace_terms("organization", "state", _OLD, _NEW)
    op.add_column("organization", sa.Column("listed_at", app.db.base.UtcDateTime(timezone=True)))
    op.create_index("ix_organization_listed_at", "organization", ["listed_at"])
    altering.add_choice("organization", "verification", _LEVELS, default="unverified")
    op.execute("UPDATE organization SET listed_at = profile_changed_at WHERE state <> 'draft'")


def downgrade() -> None:
    op.drop_column("organization", "verification")
    op.drop_index("ix_organization_listed_at", "organization")
    op.drop_column("organization", "listed_at")
    op.execute("UPDATE organization SET state = 'draft' WHERE state NOT IN ('draft', 'listed', 'paused')")
    altering.replace_terms("organization", "state", _NEW, _OLD)
