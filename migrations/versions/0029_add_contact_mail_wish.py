"""Let people choose whether they want mail of introductions, meetings and results."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    wish = sa.Column("wants_contact_mail", sa.Boolean(), nullable=False, server_default=sa.true())
    op.add_column("user", wish)


def downgrade() -> None:
    op.drop_column("user", "wants_contact_mail")
