"""Add outcomes and hurdles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.db.base

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_milestone()
    _create_outcome_check()
    _create_hurdle()


def downgrade() -> None:
    for table in ("hurdle", "outcome_check", "milestone"):
        op.drop_table(table)


def _create_milestone() -> None:
    op.create_table(
        "milestone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            _choice(
                "kind",
                "met",
                "nda",
                "sample",
                "pilot",
                "mou",
                "order",
                "investment",
                "hire",
                "training_place",
                "certificate",
                "joint_filing",
            ),
            nullable=False,
        ),
        sa.Column("reached_on", sa.Date(), nullable=False),
        sa.Column("value_band", _choice("value_band", "to_10", "to_100", "to_1000", "to_10000", "above")),
        sa.Column("currency", sa.String(length=3)),
        sa.Column("evidence", _choice("evidence", "word", "document", "public"), nullable=False),
        sa.Column("evidence_url", sa.String(length=500), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", _choice("state", "stated", "confirmed", "disputed", "withdrawn"), nullable=False),
        sa.Column("stated_by_id", sa.Integer(), nullable=False),
        sa.Column("stated_at", _moment(), nullable=False),
        sa.Column("answered_by_id", sa.Integer()),
        sa.Column("answered_at", _moment()),
        sa.Column("dispute", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('confirmed', 'disputed')) = (answered_at IS NOT NULL)",
            name=op.f("ck_milestone_answered"),
        ),
        sa.CheckConstraint("(value_band IS NULL) = (currency IS NULL)", name=op.f("ck_milestone_value")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["user.id"], name=op.f("fk_milestone_answered_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["match_id"], ["match.id"], name=op.f("fk_milestone_match_id_match"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_milestone_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["stated_by_id"], ["user.id"], name=op.f("fk_milestone_stated_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        sa.UniqueConstraint(
            "match_id", "kind", "reached_on", name=op.f("uq_milestone_match_id_kind_reached_on")
        ),
    )
    op.create_index(op.f("ix_milestone_answered_by_id"), "milestone", ["answered_by_id"], unique=False)
    op.create_index(op.f("ix_milestone_match_id"), "milestone", ["match_id"], unique=False)
    op.create_index(op.f("ix_milestone_organization_id"), "milestone", ["organization_id"], unique=False)
    op.create_index("ix_milestone_state_kind", "milestone", ["state", "kind"], unique=False)
    op.create_index(op.f("ix_milestone_stated_by_id"), "milestone", ["stated_by_id"], unique=False)


def _create_outcome_check() -> None:
    op.create_table(
        "outcome_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("says", _choice("says", "nothing_yet", "under_way", "reached", "ended"), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.CheckConstraint("day IN (30, 90, 180, 365)", name=op.f("ck_outcome_check_day")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_outcome_check_by_id_user")),
        sa.ForeignKeyConstraint(
            ["match_id"], ["match.id"], name=op.f("fk_outcome_check_match_id_match"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_outcome_check_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome_check")),
        sa.UniqueConstraint(
            "match_id", "organization_id", "day", name=op.f("uq_outcome_check_match_id_organization_id_day")
        ),
    )
    op.create_index(op.f("ix_outcome_check_by_id"), "outcome_check", ["by_id"], unique=False)
    op.create_index(op.f("ix_outcome_check_match_id"), "outcome_check", ["match_id"], unique=False)
    op.create_index(
        op.f("ix_outcome_check_organization_id"), "outcome_check", ["organization_id"], unique=False
    )


def _create_hurdle() -> None:
    op.create_table(
        "hurdle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            _choice(
                "kind",
                "export_license",
                "foreign_investment",
                "quality_control_order",
                "visa",
                "data_transfer",
                "tax",
                "intellectual_property",
                "standard",
                "payment",
                "other",
            ),
            nullable=False,
        ),
        sa.Column(
            "stage", _choice("stage", "before_meeting", "talks", "contract", "delivery"), nullable=False
        ),
        sa.Column("days", sa.Integer()),
        sa.Column("cost_minor", sa.BigInteger()),
        sa.Column("currency", sa.String(length=3)),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("state", _choice("state", "new", "kept", "set_aside"), nullable=False),
        sa.Column("curated_by_id", sa.Integer()),
        sa.Column("curated_at", _moment()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'new') = (curated_at IS NULL)", name=op.f("ck_hurdle_curated")),
        sa.CheckConstraint("(cost_minor IS NULL) = (currency IS NULL)", name=op.f("ck_hurdle_cost")),
        sa.CheckConstraint("cost_minor IS NULL OR cost_minor >= 0", name=op.f("ck_hurdle_cost_sign")),
        sa.CheckConstraint("days IS NULL OR days BETWEEN 0 AND 3650", name=op.f("ck_hurdle_days")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_hurdle_by_id_user")),
        sa.ForeignKeyConstraint(["curated_by_id"], ["user.id"], name=op.f("fk_hurdle_curated_by_id_user")),
        sa.ForeignKeyConstraint(
            ["match_id"], ["match.id"], name=op.f("fk_hurdle_match_id_match"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_hurdle_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hurdle")),
        sa.UniqueConstraint(
            "match_id", "organization_id", "kind", name=op.f("uq_hurdle_match_id_organization_id_kind")
        ),
    )
    op.create_index(op.f("ix_hurdle_by_id"), "hurdle", ["by_id"], unique=False)
    op.create_index(op.f("ix_hurdle_curated_by_id"), "hurdle", ["curated_by_id"], unique=False)
    op.create_index(op.f("ix_hurdle_match_id"), "hurdle", ["match_id"], unique=False)
    op.create_index(op.f("ix_hurdle_organization_id"), "hurdle", ["organization_id"], unique=False)
    op.create_index("ix_hurdle_state_at", "hurdle", ["state", "at"], unique=False)


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _moment() -> app.db.base.UtcDateTime:
    return app.db.base.UtcDateTime(timezone=True)
