"""Add texts in Hindi."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


_COLUMNS = (("name_hi", sa.String(200)), ("summary_hi", sa.String(500)), ("description_hi", sa.Text()))


def upgrade() -> None:
    for name, kind in _COLUMNS:
        op.add_column("organization", sa.Column(name, kind, server_default="", nullable=False))


def downgrade() -> None:
    for name, _kind in reversed(_COLUMNS):
        op.drop_column("organization", name)
