"""Add threads of three or four organizations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.altering import add_checked, add_choice, allow_null, forbid_null

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allow_null("thread", "match_id", sa.Integer())
    add_checked("thread", "title", sa.String(120), "(match_id IS NULL) = (title IS NOT NULL)")
    add_choice("thread_member", "state", ("invited", "joined", "refused", "left"), default="joined")
    starter = sa.Column("is_starter", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("thread_member", starter)


def downgrade() -> None:
    # The code of before knows pairs only. What hangs on a thread goes first, whether or not the database takes it along.
    teams = "(SELECT id FROM thread WHERE match_id IS NULL)"
    reported = f"(SELECT id FROM message WHERE thread_id IN {teams})"
    op.execute(f"DELETE FROM reported_message WHERE message_id IN {reported}")
    for table in ("message", "thread_reader", "thread_member"):
        op.execute(f"DELETE FROM {table} WHERE thread_id IN {teams}")
    op.execute("DELETE FROM thread WHERE match_id IS NULL")
    op.drop_column("thread_member", "is_starter")
    op.drop_column("thread_member", "state")
    op.drop_column("thread", "title")
    forbid_null("thread", "match_id", sa.Integer())
