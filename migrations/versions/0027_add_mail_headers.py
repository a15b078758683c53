"""Add mail headers, bounces, and mail that comes in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.db.base
from app.db.altering import add_choice

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_KINDS = ("hard", "soft", "complaint")


def upgrade() -> None:
    op.add_column("email", sa.Column("reply_to", sa.String(320)))
    op.add_column("email", sa.Column("in_reply_to", sa.String(200)))
    op.add_column("email", sa.Column("list_id", sa.String(200), server_default="", nullable=False))
    add_choice("suppression", "kind", _KINDS, default="hard")
    _create_bounce()
    _create_inbound_mail()


def downgrade() -> None:
    op.drop_table("inbound_mail")
    op.drop_table("bounce")
    op.drop_column("suppression", "kind")
    for name in ("list_id", "in_reply_to", "reply_to"):
        op.drop_column("email", name)


def _create_bounce() -> None:
    op.create_table(
        "bounce",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("kind", _choice("kind", *_KINDS), nullable=False),
        sa.Column("words", sa.String(400), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["email_id"], ["email.id"], name=op.f("fk_bounce_email_id_email"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounce")),
        sa.UniqueConstraint("email_id", "kind", name=op.f("uq_bounce_email_id_kind")),
    )
    op.create_index("ix_bounce_address_kind_at", "bounce", ["address", "kind", "at"])


def _create_inbound_mail() -> None:
    texts = (
        ("message_id", 250),
        ("envelope_from", 320),
        ("from_address", 320),
        ("to_address", 64),
        ("subject", 250),
        ("in_reply_to", 250),
        ("spf", 20),
        ("dkim", 20),
        ("dmarc", 20),
        ("refused_because", 250),
    )
    op.create_table(
        "inbound_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("received_at", _moment(), nullable=False),
        sa.Column("fingerprint", sa.String(64)),
        *(sa.Column(name, sa.String(length), nullable=False) for name, length in texts),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("references", sa.Text(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column(
            "state", _choice("state", "new", "taken", "refused", "bounce", "complaint"), nullable=False
        ),
        sa.Column("taken_at", _moment()),
        sa.Column("email_id", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["email_id"], ["email.id"], name=op.f("fk_inbound_mail_email_id_email"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_mail")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_inbound_mail_fingerprint")),
    )
    for name in ("message_id", "email_id"):
        op.create_index(op.f(f"ix_inbound_mail_{name}"), "inbound_mail", [name])
    op.create_index("ix_inbound_mail_state_to_address", "inbound_mail", ["state", "to_address"])
    op.create_index("ix_inbound_mail_to_address_received_at", "inbound_mail", ["to_address", "received_at"])
    op.create_index("ix_inbound_mail_received_at", "inbound_mail", ["received_at"])


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _moment() -> app.db.base.UtcDateTime:
    return app.db.base.UtcDateTime(timezone=True)
