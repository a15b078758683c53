"""Add cases of the review desk, decisions on them, and grievances."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import app.db.base

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_grievance()
    _create_review_case()
    _create_case_release()
    _create_case_decision()


def downgrade() -> None:
    for table in ("case_decision", "case_release", "review_case", "grievance"):
        op.drop_table(table)


def _create_grievance() -> None:
    op.create_table(
        "grievance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _choice("kind", "appeal", "abuse"), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer()),
        sa.Column("listing_review_id", sa.Integer()),
        sa.Column(
            "reason_code",
            _choice(
                "reason_code", "false_statement", "impersonation", "spam", "harassment", "unlawful", "other"
            ),
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", _moment(), nullable=False),
        sa.Column("state", _choice("state", "waiting", "upheld", "dismissed", "withdrawn"), nullable=False),
        sa.Column("decided_by_id", sa.Integer()),
        sa.Column("decided_at", _moment()),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(kind = 'abuse') = (reason_code IS NOT NULL)", name=op.f("ck_grievance_reason")),
        sa.CheckConstraint(
            "(state IN ('waiting', 'withdrawn')) = (decided_at IS NULL)", name=op.f("ck_grievance_decided")
        ),
        sa.CheckConstraint(
            "kind = 'abuse' OR (match_id IS NULL) <> (listing_review_id IS NULL)",
            name=op.f("ck_grievance_against"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_grievance_by_id_user")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_grievance_decided_by_id_user")),
        sa.ForeignKeyConstraint(
            ["listing_review_id"],
            ["listing_review.id"],
            name=op.f("fk_grievance_listing_review_id_listing_review"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["match_id"], ["match.id"], name=op.f("fk_grievance_match_id_match"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_grievance_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grievance")),
    )
    op.create_index(op.f("ix_grievance_by_id"), "grievance", ["by_id"], unique=False)
    op.create_index(op.f("ix_grievance_decided_by_id"), "grievance", ["decided_by_id"], unique=False)
    op.create_index(op.f("ix_grievance_listing_review_id"), "grievance", ["listing_review_id"], unique=False)
    op.create_index(op.f("ix_grievance_match_id"), "grievance", ["match_id"], unique=False)
    op.create_index(op.f("ix_grievance_organization_id"), "grievance", ["organization_id"], unique=False)
    op.create_index("ix_grievance_queue", "grievance", ["state", "opened_at", "id"], unique=False)


def _create_review_case() -> None:
    op.create_table(
        "review_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            _choice("kind", "listing", "resubmission", "pair", "merge", "appeal", "abuse"),
            nullable=False,
        ),
        sa.Column("state", _choice("state", "open", "waiting", "staged", "closed"), nullable=False),
        sa.Column("match_id", sa.Integer()),
        sa.Column("listing_review_id", sa.Integer()),
        sa.Column("duplicate_id", sa.Integer()),
        sa.Column("grievance_id", sa.Integer()),
        sa.Column("program_id", sa.Integer()),
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer()),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("opened_at", _moment(), nullable=False),
        sa.Column("due_at", _moment(), nullable=False),
        sa.Column("waits_until", sa.Date()),
        sa.Column("opinions", sa.Integer(), nullable=False),
        sa.Column("wanted_opinions", sa.Integer(), nullable=False),
        sa.Column("claimed_by_id", sa.Integer()),
        sa.Column("claimed_until", _moment()),
        sa.Column("escalated_at", _moment()),
        sa.Column("repeats_id", sa.Integer()),
        sa.Column("for_user_id", sa.Integer()),
        sa.Column("closed_at", _moment()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_review_case_closed")
        ),
        sa.CheckConstraint(
            "(CASE WHEN match_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN listing_review_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN duplicate_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN grievance_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_review_case_one_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["claimed_by_id"],
            ["user.id"],
            name=op.f("fk_review_case_claimed_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["duplicate_id"],
            ["duplicate.id"],
            name=op.f("fk_review_case_duplicate_id_duplicate"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["for_user_id"], ["user.id"], name=op.f("fk_review_case_for_user_id_user"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["grievance_id"],
            ["grievance.id"],
            name=op.f("fk_review_case_grievance_id_grievance"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["listing_review_id"],
            ["listing_review.id"],
            name=op.f("fk_review_case_listing_review_id_listing_review"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["match_id"], ["match.id"], name=op.f("fk_review_case_match_id_match"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["one_id"],
            ["organization.id"],
            name=op.f("fk_review_case_one_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["organization.id"],
            name=op.f("fk_review_case_other_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["program.id"], name=op.f("fk_review_case_program_id_program")
        ),
        sa.ForeignKeyConstraint(
            ["repeats_id"],
            ["review_case.id"],
            name=op.f("fk_review_case_repeats_id_review_case"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_case")),
    )
    op.create_index(op.f("ix_review_case_claimed_by_id"), "review_case", ["claimed_by_id"], unique=False)
    op.create_index(op.f("ix_review_case_closed_at"), "review_case", ["closed_at"], unique=False)
    op.create_index(op.f("ix_review_case_duplicate_id"), "review_case", ["duplicate_id"], unique=False)
    op.create_index(op.f("ix_review_case_for_user_id"), "review_case", ["for_user_id"], unique=False)
    op.create_index(op.f("ix_review_case_grievance_id"), "review_case", ["grievance_id"], unique=False)
    op.create_index(
        op.f("ix_review_case_listing_review_id"), "review_case", ["listing_review_id"], unique=False
    )
    op.create_index(op.f("ix_review_case_match_id"), "review_case", ["match_id"], unique=False)
    op.create_index("ix_review_case_best", "review_case", ["state", "value", "id"], unique=False)
    op.create_index(
        "ix_review_case_opinions", "review_case", ["state", "opinions", "due_at", "id"], unique=False
    )
    whose = ["program_id", "one_id", "other_id", "for_user_id"]
    op.create_index("ix_review_case_count", "review_case", ["state", "kind", "due_at", *whose], unique=False)
    op.create_index("ix_review_case_age", "review_case", ["state", "opened_at", *whose], unique=False)
    op.create_index("ix_review_case_one_id_state", "review_case", ["one_id", "state"], unique=False)
    op.create_index("ix_review_case_other_id_state", "review_case", ["other_id", "state"], unique=False)
    op.create_index(
        "ix_review_case_program_queue", "review_case", ["program_id", "state", "due_at", "id"], unique=False
    )
    op.create_index("ix_review_case_queue", "review_case", ["state", "due_at", "id"], unique=False)
    op.create_index(op.f("ix_review_case_repeats_id"), "review_case", ["repeats_id"], unique=False)
    op.create_index(
        "uq_review_case_duplicate_id",
        "review_case",
        ["duplicate_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'closed' AND repeats_id IS NULL"),
        postgresql_where=sa.text("state <> 'closed' AND repeats_id IS NULL"),
    )
    op.create_index(
        "uq_review_case_grievance_id",
        "review_case",
        ["grievance_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'closed' AND repeats_id IS NULL"),
        postgresql_where=sa.text("state <> 'closed' AND repeats_id IS NULL"),
    )
    op.create_index(
        "uq_review_case_listing_review_id",
        "review_case",
        ["listing_review_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'closed' AND repeats_id IS NULL"),
        postgresql_where=sa.text("state <> 'closed' AND repeats_id IS NULL"),
    )
    op.create_index(
        "uq_review_case_match_id",
        "review_case",
        ["match_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'closed' AND repeats_id IS NULL"),
        postgresql_where=sa.text("state <> 'closed' AND repeats_id IS NULL"),
    )


def _create_case_release() -> None:
    op.create_table(
        "case_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("effective_at", _moment(), nullable=False),
        sa.Column("foreseen", _json(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_case_release_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_release")),
    )
    op.create_index(op.f("ix_case_release_at"), "case_release", ["at"], unique=False)
    op.create_index(op.f("ix_case_release_by_id"), "case_release", ["by_id"], unique=False)


def _create_case_decision() -> None:
    op.create_table(
        "case_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "action", _choice("action", "approve", "hold", "ask", "swap", "reject", "refer"), nullable=False
        ),
        sa.Column("state", _choice("state", "staged", "dropped", "released", "undone"), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("sides", _json(), nullable=False),
        sa.Column("fields", _json(), nullable=False),
        sa.Column("organization_id", sa.Integer()),
        sa.Column("program_id", sa.Integer()),
        sa.Column("release_id", sa.Integer()),
        sa.Column("before", _json(), nullable=False),
        sa.Column("undone_at", _moment()),
        sa.Column("undone_by_id", sa.Integer()),
        sa.CheckConstraint(
            "(state = 'undone') = (undone_at IS NOT NULL)", name=op.f("ck_case_decision_undone")
        ),
        sa.CheckConstraint(
            "(state IN ('released', 'undone')) = (release_id IS NOT NULL)",
            name=op.f("ck_case_decision_released"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_case_decision_by_id_user")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["review_case.id"],
            name=op.f("fk_case_decision_case_id_review_case"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_case_decision_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["program.id"], name=op.f("fk_case_decision_program_id_program")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["case_release.id"],
            name=op.f("fk_case_decision_release_id_case_release"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["user.id"], name=op.f("fk_case_decision_undone_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_decision")),
    )
    op.create_index("ix_case_decision_by_id_state", "case_decision", ["by_id", "state", "id"], unique=False)
    op.create_index(op.f("ix_case_decision_case_id"), "case_decision", ["case_id"], unique=False)
    op.create_index(
        op.f("ix_case_decision_organization_id"), "case_decision", ["organization_id"], unique=False
    )
    op.create_index(op.f("ix_case_decision_program_id"), "case_decision", ["program_id"], unique=False)
    op.create_index(op.f("ix_case_decision_release_id"), "case_decision", ["release_id"], unique=False)
    op.create_index(op.f("ix_case_decision_state"), "case_decision", ["state"], unique=False)
    op.create_index(op.f("ix_case_decision_undone_by_id"), "case_decision", ["undone_by_id"], unique=False)
    op.create_index(
        "uq_case_decision_staged",
        "case_decision",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("state = 'staged'"),
        postgresql_where=sa.text("state = 'staged'"),
    )


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _json() -> Any:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _moment() -> app.db.base.UtcDateTime:
    return app.db.base.UtcDateTime(timezone=True)
