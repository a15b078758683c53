"""Keep what people said of matches, the models trained on it, and advice; carry over what was said before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import app.db.base

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = app.db.base.UtcDateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_SAID = ("approve", "reject", "hold", "yes", "not_now", "no", "introduced", "outcome")
_CARRIED_OVER = (
    """
    INSERT INTO training_signal (match_id, organization_id, says, weight, by_id, at)
    SELECT match_id, NULL, action,
           CASE WHEN action = 'hold' THEN 0.2
                WHEN action = 'approve' OR reason_code = 'not_complementary' THEN 1.0
                WHEN reason_code = 'competitors' THEN 0.8
                WHEN reason_code = 'need_not_current' THEN 0.4
                WHEN reason_code = 'profile_too_thin' THEN 0.3
                WHEN reason_code IN ('overloaded', 'sensitive') THEN 0.0
                ELSE 0.5 END,
           by_id, at
    FROM review_decision WHERE action <> 'ask_more' ORDER BY id
    """,
    """
    INSERT INTO training_signal (match_id, organization_id, says, weight, by_id, at)
    SELECT match_id, organization_id, says,
           CASE WHEN says = 'yes' OR reason_code = 'not_relevant' THEN 1.0
                WHEN reason_code = 'competitor' THEN 0.8
                WHEN says = 'no' AND (reason_code IS NULL OR reason_code = 'other') THEN 0.5
                WHEN reason_code = 'already_in_touch' THEN 0.0
                ELSE 0.2 END,
           by_id, at
    FROM answer ORDER BY id
    """,
    """
    INSERT INTO training_signal (match_id, organization_id, says, weight, by_id, at)
    SELECT match_id, NULL, 'introduced', 0.5, NULL, at FROM introduction ORDER BY id
    """,
)


def _says() -> sa.Enum:
    name = op.f("ck_training_signal_says")
    return sa.Enum(*_SAID, name=name, native_enum=False, create_constraint=True, length=40)


def _create_signals() -> None:
    op.create_table(
        "training_signal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("says", _says(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.CheckConstraint("weight >= 0", name=op.f("ck_training_signal_weight")),
        sa.ForeignKeyConstraint(
            ["match_id"],
            ["match.id"],
            name=op.f("fk_training_signal_match_id_match"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_training_signal_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_training_signal_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_signal")),
    )
    for column in ("match_id", "organization_id", "by_id", "at"):
        op.create_index(op.f(f"ix_training_signal_{column}"), "training_signal", [column])


def _create_models() -> None:
    op.create_table(
        "ranking_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("is_in_force", sa.Boolean(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("profiles_at", _MOMENT, nullable=False),
        sa.Column("learned_until", _MOMENT, nullable=False),
        sa.Column("file", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("metrics", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking_model")),
        sa.UniqueConstraint("is_in_force", name=op.f("uq_ranking_model_is_in_force")),
        sa.UniqueConstraint("version", name=op.f("uq_ranking_model_version")),
    )
    op.create_index(op.f("ix_ranking_model_created_at"), "ranking_model", ["created_at"])


def _create_advice() -> None:
    op.create_table(
        "advice",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("profile_changed_at", _MOMENT, nullable=False),
        sa.Column("model_version", sa.String(length=60), nullable=False),
        sa.Column("computed_at", _MOMENT, nullable=False),
        sa.Column("suggestions", _JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_advice_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_advice")),
    )


def upgrade() -> None:
    _create_signals()
    _create_models()
    _create_advice()
    # Not in batch mode: a copy of `match` would take its answers with it when the old one is dropped.
    op.add_column("match", sa.Column("chance_for_india", sa.Double(), nullable=True))
    op.add_column("match", sa.Column("chance_for_us", sa.Double(), nullable=True))
    for statement in _CARRIED_OVER:
        op.execute(statement)


def downgrade() -> None:
    op.drop_column("match", "chance_for_us")
    op.drop_column("match", "chance_for_india")
    op.drop_table("advice")
    op.drop_table("ranking_model")
    op.drop_table("training_signal")
