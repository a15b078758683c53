"""Add the numbers that registers give to organizations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.db.base

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = app.db.base.UtcDateTime(timezone=True)
_SCHEMES = (
    "in-cin",
    "in-llpin",
    "in-pan",
    "in-gstin",
    "in-udyam",
    "in-dpiit",
    "us-uei",
    "us-cage",
    "us-ein",
    "lei",
)


def upgrade() -> None:
    op.create_table(
        "identifier",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "organization_id",
            sa.Integer(),
            sa.ForeignKey("organization.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column(
            "scheme",
            sa.Enum(*_SCHEMES, name="scheme", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("value", sa.String(40), nullable=False),
        sa.Column("added_at", _MOMENT, nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), sa.ForeignKey("user.id")),
        sa.Column("confirmed_at", _MOMENT),
        sa.UniqueConstraint("organization_id", "scheme", "value"),
        sa.CheckConstraint("(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name="confirmed"),
    )
    op.create_index("ix_identifier_organization_id", "identifier", ["organization_id"])
    op.create_index("ix_identifier_confirmed_by_id", "identifier", ["confirmed_by_id"])
    op.create_index("ix_identifier_scheme_value", "identifier", ["scheme", "value"])


def downgrade() -> None:
    op.drop_table("identifier")
