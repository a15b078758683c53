"""Add claims, their evidence, and who has verified an organization."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

import app.db.base

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_LEVELS = ("unverified", "email_domain", "format", "document_seen", "confirmed")


def upgrade() -> None:
    _create_claim()
    op.create_table(
        "profile_reading",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("profile_changed_at", _moment(), nullable=False),
        _organization("profile_reading"),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_profile_reading")),
    )
    _create_verification()


def _create_claim() -> None:
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        _choice("subject", "certificate", "trl", "capacity", "ticket", "seats", "size"),
        sa.Column("value", sa.String(200), nullable=False),
        _choice("source", "self", "document", "register", "third_party"),
        sa.Column("evidence", sa.String(1000), nullable=False),
        sa.Column("stated_by_id", sa.Integer()),
        sa.Column("stated_at", _moment(), nullable=False),
        _choice("proof", "document_seen", "confirmed", nullable=True),
        sa.Column("verified_by_id", sa.Integer()),
        sa.Column("verified_at", _moment()),
        sa.Column("verification_note", sa.String(500), nullable=False),
        sa.Column("valid_until", sa.Date()),
        sa.Column("confirmed_at", _moment(), nullable=False),
        sa.Column("asked_at", _moment()),
        sa.Column("withdrawn_at", _moment()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(verified_at IS NULL) = (verified_by_id IS NULL) AND (verified_at IS NULL) = (proof IS NULL)",
            name=op.f("ck_claim_verified"),
        ),
        _organization("claim"),
        _user("claim", "stated_by_id", ondelete="SET NULL"),
        _user("claim", "verified_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    for column in ("organization_id", "stated_by_id", "verified_by_id"):
        op.create_index(f"ix_claim_{column}", "claim", [column])
    op.create_index("ix_claim_subject_confirmed_at", "claim", ["subject", "confirmed_at"])
    _unique_while("uq_claim_held", "claim", ["organization_id", "subject", "value"], "withdrawn_at IS NULL")


def _create_verification() -> None:
    op.create_table(
        "verification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        _choice("level", *_LEVELS),
        sa.Column("is_found", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Integer()),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("ended_at", _moment()),
        _organization("verification"),
        _user("verification", "by_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification")),
    )
    for column in ("organization_id", "by_id"):
        op.create_index(f"ix_verification_{column}", "verification", [column])
    columns = ["organization_id", "level", "is_found"]
    _unique_while("uq_verification_holding", "verification", columns, "ended_at IS NULL")


def downgrade() -> None:
    op.drop_table("verification")
    op.drop_table("profile_reading")
    op.drop_table("claim")


def _unique_while(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)


def _choice(name: str, *terms: str, nullable: bool = False) -> sa.Column[Any]:
    kind = sa.Enum(*terms, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=nullable)


def _organization(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_organization_id_organization")
    return sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=name, ondelete="CASCADE")


def _user(table: str, column: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["user.id"], name=op.f(f"fk_{table}_{column}_user"), ondelete=ondelete
    )


def _moment() -> Any:
    return app.db.base.UtcDateTime(timezone=True)
