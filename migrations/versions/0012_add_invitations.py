"""Add invitations and advisers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.db.base

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_MOMENT = app.db.base.UtcDateTime(timezone=True)
_OPEN = "accepted_at IS NULL AND withdrawn_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "adviser",
        sa.Column("membership_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("consented_by_id", sa.Integer()),
        sa.Column("consented_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["consented_by_id"], ["user.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("membership_id"),
    )
    op.create_index("ix_adviser_consented_by_id", "adviser", ["consented_by_id"])
    _create_invitation()


def _create_invitation() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "owner", "editor", "viewer", name="role", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("is_adviser", sa.Boolean(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("accepted_at", _MOMENT),
        sa.Column("withdrawn_at", _MOMENT),
        sa.CheckConstraint("accepted_at IS NULL OR withdrawn_at IS NULL", name="one_end"),
        sa.CheckConstraint("NOT is_adviser OR role <> 'owner'", name="adviser_role"),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["invited_by_id"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("ix_invitation_organization_id", "invitation", ["organization_id"])
    op.create_index("ix_invitation_invited_by_id", "invitation", ["invited_by_id"])
    op.create_index(
        "uq_invitation_open",
        "invitation",
        ["organization_id", "email"],
        unique=True,
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    )


def downgrade() -> None:
    op.drop_table("invitation")
    op.drop_table("adviser")
