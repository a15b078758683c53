"""Create all tables of the first version, and the triggers that keep the audit trail append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import app.db.base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


_TABLE = "audit_event"
_MESSAGE = "audit events are never changed or deleted"


def _create_triggers() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {_TABLE}_no_{verb.lower()} BEFORE {verb} ON {_TABLE} "
                f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {_TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_MESSAGE}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {_TABLE}_append_only BEFORE UPDATE OR DELETE ON {_TABLE} "
        f"FOR EACH ROW EXECUTE FUNCTION {_TABLE}_refuse()"
    )


def _drop_triggers() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER {_TABLE}_no_{verb}")
        return
    op.execute(f"DROP TRIGGER {_TABLE}_append_only ON {_TABLE}")
    op.execute(f"DROP FUNCTION {_TABLE}_refuse()")


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_event_hash")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index("ix_audit_event_subject", ["subject_type", "subject_id"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "email",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "account",
                "match",
                "introduction",
                "digest",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("to_address", sa.String(length=320), nullable=False),
        sa.Column("to_name", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=250), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("unsubscribe_url", sa.String(length=500), nullable=True),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("is_secret", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sending",
                "sent",
                "failed",
                "bounced",
                "suppressed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("lease_token", sa.String(length=40), nullable=True),
        sa.Column("leased_until", app.db.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", app.db.base.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email")),
        sa.UniqueConstraint("key", name=op.f("uq_email_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_email_message_id")),
    )
    with op.batch_alter_table("email", schema=None) as batch_op:
        batch_op.create_index("ix_email_due", ["state", "next_attempt_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_email_to_address"), ["to_address"], unique=False)
        batch_op.create_index(batch_op.f("ix_email_user_id"), ["user_id"], unique=False)

    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("until", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "organization",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=True),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "startup",
                "sme",
                "skill_program",
                "investor",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "listed",
                "paused",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_illustrative", sa.Boolean(), nullable=False),
        sa.Column("created_at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("profile_changed_at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "country",
            sa.Enum("IN", "US", name="country", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("region_code", sa.String(length=6), nullable=True),
        sa.Column("city", sa.String(length=120), nullable=True),
        sa.Column("website", sa.String(length=500), nullable=True),
        sa.Column("founded_year", sa.Integer(), nullable=True),
        sa.Column("team_size", sa.Integer(), nullable=True),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("offers", sa.Text(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("tags", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "bootstrapped",
                "grant",
                "pre_seed",
                "seed",
                "series_a",
                "series_b",
                "series_c",
                "growth",
                "listed",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("is_raising", sa.Boolean(), nullable=True),
        sa.Column(
            "sector",
            sa.Enum(
                "electronics",
                "machinery",
                "chemicals",
                "metals",
                "automotive",
                "aerospace",
                "health",
                "energy",
                "environment",
                "software",
                "telecom",
                "agriculture",
                "textiles",
                "logistics",
                "tourism",
                "professional_services",
                "other",
                name="sector",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "size_class",
            sa.Enum(
                "micro",
                "small",
                "medium",
                name="size_class",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("capabilities", sa.Text(), nullable=False),
        sa.Column("certifications", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("level", sa.Numeric(precision=2, scale=1), nullable=True),
        sa.Column(
            "training_mode",
            sa.Enum(
                "on_site",
                "online",
                "blended",
                "apprenticeship",
                name="training_mode",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("skills", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("intake", sa.String(length=120), nullable=True),
        sa.Column(
            "investor_type",
            sa.Enum(
                "angel",
                "angel_group",
                "micro_vc",
                "vc",
                "cvc",
                "family_office",
                "accelerator",
                "venture_debt",
                "impact",
                "strategic",
                "dfi",
                "government",
                name="investor_type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("stages", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("ticket_min", sa.BigInteger(), nullable=True),
        sa.Column("ticket_max", sa.BigInteger(), nullable=True),
        sa.Column("ticket_currency", sa.String(length=3), nullable=True),
        sa.Column("thesis", sa.Text(), nullable=False),
        sa.Column("invests_in", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("founded_year BETWEEN 1600 AND 2100", name=op.f("ck_organization_founded_year")),
        sa.CheckConstraint("level BETWEEN 1 AND 8", name=op.f("ck_organization_level")),
        sa.CheckConstraint("seats >= 0", name=op.f("ck_organization_seats")),
        sa.CheckConstraint(
            "ticket_min >= 0 AND ticket_max >= ticket_min", name=op.f("ck_organization_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
        sa.UniqueConstraint("external_id", name=op.f("uq_organization_external_id")),
    )
    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.create_index("ix_organization_directory", ["state", "country", "kind", "name"], unique=False)
        batch_op.create_index("ix_organization_name_id", ["name", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_organization_profile_changed_at"), ["profile_changed_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_organization_region_code"), ["region_code"], unique=False)

    op.create_table(
        "program",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "standing",
                "mission",
                "cohort",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("criteria", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("technologies", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("kinds", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("is_illustrative", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_program_dates")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program")),
        sa.UniqueConstraint("key", name=op.f("uq_program_key")),
    )
    op.create_table(
        "suppression",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("reason", sa.String(length=250), nullable=False),
        sa.Column("at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
        sa.UniqueConstraint("address", name=op.f("uq_suppression_address")),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "member",
                "program_manager",
                "observer",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("created_at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", app.db.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("deactivated_at", app.db.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("wants_digest", sa.Boolean(), nullable=False),
        sa.Column("wants_match_mail", sa.Boolean(), nullable=False),
        sa.Column("unsubscribe_key", sa.String(length=43), nullable=False),
        sa.Column("is_illustrative", sa.Boolean(), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_user_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
        sa.UniqueConstraint("unsubscribe_key", name=op.f("uq_user_unsubscribe_key")),
    )
    op.create_table(
        "worker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("started_at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
        sa.UniqueConstraint("name", name=op.f("uq_worker_name")),
    )
    with op.batch_alter_table("worker", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_worker_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "account_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "confirm_email",
                "reset_password",
                "change_email",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("new_email", sa.String(length=254), nullable=True),
        sa.Column("created_at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", app.db.base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_account_token_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_token_token_hash")),
    )
    with op.batch_alter_table("account_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_token_user_id"), ["user_id"], unique=False)

    op.create_table(
        "digest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "enqueued", "nothing", name="state", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_digest_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("user_id", "week", name=op.f("uq_digest_user_id_week")),
    )
    with op.batch_alter_table("digest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digest_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_digest_week"), ["week"], unique=False)

    op.create_table(
        "match",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("india_id", sa.Integer(), nullable=False),
        sa.Column("us_id", sa.Integer(), nullable=False),
        sa.Column("program_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "held",
                "info_requested",
                "approved",
                "rejected",
                "stale",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("fit_for_india", sa.Double(), nullable=False),
        sa.Column("fit_for_us", sa.Double(), nullable=False),
        sa.Column("reasons", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("model_version", sa.String(length=60), nullable=False),
        sa.Column("proposed_at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("hold_until", sa.Date(), nullable=True),
        sa.Column("decided_at", app.db.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 1", name=op.f("ck_match_score")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_match_decided_by_id_user")),
        sa.ForeignKeyConstraint(
            ["india_id"], ["organization.id"], name=op.f("fk_match_india_id_organization"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_match_program_id_program")),
        sa.ForeignKeyConstraint(
            ["us_id"], ["organization.id"], name=op.f("fk_match_us_id_organization"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match")),
        sa.UniqueConstraint("india_id", "us_id", name=op.f("uq_match_india_id_us_id")),
    )
    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_match_decided_at"), ["decided_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_match_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index("ix_match_india_id_state", ["india_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_match_program_id"), ["program_id"], unique=False)
        batch_op.create_index("ix_match_queue", ["state", "program_id", "due_at", "id"], unique=False)
        batch_op.create_index("ix_match_us_id_state", ["us_id", "state"], unique=False)

    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "owner", "editor", "viewer", name="role", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("created_at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_membership_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_membership_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("organization_id", "user_id", name=op.f("uq_membership_organization_id_user_id")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_organization_id"), ["organization_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_membership_user_id"), ["user_id"], unique=False)

    op.create_table(
        "organization_technology",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("technology", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_organization_technology_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "technology", name=op.f("pk_organization_technology")),
    )
    with op.batch_alter_table("organization_technology", schema=None) as batch_op:
        batch_op.create_index(
            "ix_organization_technology_technology", ["technology", "organization_id"], unique=False
        )

    op.create_table(
        "partnership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("investor_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["organization.id"],
            name=op.f("fk_partnership_company_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["investor_id"],
            ["organization.id"],
            name=op.f("fk_partnership_investor_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership")),
        sa.UniqueConstraint(
            "investor_id", "company_id", "date", name=op.f("uq_partnership_investor_id_company_id_date")
        ),
    )
    with op.batch_alter_table("partnership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partnership_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partnership_investor_id"), ["investor_id"], unique=False)

    op.create_table(
        "profile_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("typed", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("updated_at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_profile_draft_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_profile_draft_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_draft")),
        sa.UniqueConstraint(
            "organization_id", "user_id", name=op.f("uq_profile_draft_organization_id_user_id")
        ),
    )
    with op.batch_alter_table("profile_draft", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_profile_draft_organization_id"), ["organization_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_profile_draft_user_id"), ["user_id"], unique=False)

    op.create_table(
        "program_manager",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("program_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["program_id"],
            ["program.id"],
            name=op.f("fk_program_manager_program_id_program"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_program_manager_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_manager")),
        sa.UniqueConstraint("program_id", "user_id", name=op.f("uq_program_manager_program_id_user_id")),
    )
    with op.batch_alter_table("program_manager", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_program_manager_program_id"), ["program_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_program_manager_user_id"), ["user_id"], unique=False)

    op.create_table(
        "refresh",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("refreshed_at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("model_version", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_refresh_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_refresh")),
    )
    with op.batch_alter_table("refresh", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refresh_refreshed_at"), ["refreshed_at"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.Column("created_at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", app.db.base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_sign_in_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_user_id"), ["user_id"], unique=False)

    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column(
            "says",
            sa.Enum(
                "yes", "not_now", "no", name="says", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "reason_code",
            sa.Enum(
                "not_relevant",
                "no_capacity",
                "timing",
                "competitor",
                "regulation",
                "already_in_touch",
                "other",
                name="reason_code",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_answer_by_id_user")),
        sa.ForeignKeyConstraint(
            ["match_id"], ["match.id"], name=op.f("fk_answer_match_id_match"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_answer_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("match_id", "organization_id", name=op.f("uq_answer_match_id_organization_id")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_match_id"), ["match_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_organization_id"), ["organization_id"], unique=False)

    op.create_table(
        "introduction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["match_id"], ["match.id"], name=op.f("fk_introduction_match_id_match"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction")),
        sa.UniqueConstraint("match_id", name=op.f("uq_introduction_match_id")),
    )
    with op.batch_alter_table("introduction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_introduction_at"), ["at"], unique=False)

    op.create_table(
        "review_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "approve",
                "reject",
                "hold",
                "ask_more",
                name="action",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason_code",
            sa.Enum(
                "need_not_current",
                "competitors",
                "not_complementary",
                "overloaded",
                "sensitive",
                "profile_too_thin",
                "other",
                name="reason_code",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_review_decision_by_id_user")),
        sa.ForeignKeyConstraint(
            ["match_id"], ["match.id"], name=op.f("fk_review_decision_match_id_match"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_decision")),
    )
    with op.batch_alter_table("review_decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_decision_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_decision_match_id"), ["match_id"], unique=False)
    op.execute("INSERT INTO audit_head (id, number, hash) VALUES (1, 0, '" + "0" * 64 + "')")
    _create_triggers()


def downgrade() -> None:
    _drop_triggers()
    with op.batch_alter_table("review_decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_decision_match_id"))
        batch_op.drop_index(batch_op.f("ix_review_decision_by_id"))

    op.drop_table("review_decision")
    with op.batch_alter_table("introduction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_introduction_at"))

    op.drop_table("introduction")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_organization_id"))
        batch_op.drop_index(batch_op.f("ix_answer_match_id"))
        batch_op.drop_index(batch_op.f("ix_answer_by_id"))

    op.drop_table("answer")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_user_id"))

    op.drop_table("sign_in")
    with op.batch_alter_table("refresh", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_refresh_refreshed_at"))

    op.drop_table("refresh")
    with op.batch_alter_table("program_manager", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_program_manager_user_id"))
        batch_op.drop_index(batch_op.f("ix_program_manager_program_id"))

    op.drop_table("program_manager")
    with op.batch_alter_table("profile_draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_profile_draft_user_id"))
        batch_op.drop_index(batch_op.f("ix_profile_draft_organization_id"))

    op.drop_table("profile_draft")
    with op.batch_alter_table("partnership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partnership_investor_id"))
        batch_op.drop_index(batch_op.f("ix_partnership_company_id"))

    op.drop_table("partnership")
    with op.batch_alter_table("organization_technology", schema=None) as batch_op:
        batch_op.drop_index("ix_organization_technology_technology")

    op.drop_table("organization_technology")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_user_id"))
        batch_op.drop_index(batch_op.f("ix_membership_organization_id"))

    op.drop_table("membership")
    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.drop_index("ix_match_us_id_state")
        batch_op.drop_index("ix_match_queue")
        batch_op.drop_index(batch_op.f("ix_match_program_id"))
        batch_op.drop_index("ix_match_india_id_state")
        batch_op.drop_index(batch_op.f("ix_match_decided_by_id"))
        batch_op.drop_index(batch_op.f("ix_match_decided_at"))

    op.drop_table("match")
    with op.batch_alter_table("digest", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_digest_week"))
        batch_op.drop_index(batch_op.f("ix_digest_user_id"))

    op.drop_table("digest")
    with op.batch_alter_table("account_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_token_user_id"))

    op.drop_table("account_token")
    with op.batch_alter_table("worker", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_worker_seen_at"))

    op.drop_table("worker")
    op.drop_table("user")
    op.drop_table("suppression")
    op.drop_table("program")
    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organization_region_code"))
        batch_op.drop_index(batch_op.f("ix_organization_profile_changed_at"))
        batch_op.drop_index("ix_organization_name_id")
        batch_op.drop_index("ix_organization_directory")

    op.drop_table("organization")
    op.drop_table("lease")
    with op.batch_alter_table("email", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_email_user_id"))
        batch_op.drop_index(batch_op.f("ix_email_to_address"))
        batch_op.drop_index("ix_email_due")

    op.drop_table("email")
    op.drop_table("audit_head")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_event_subject")
        batch_op.drop_index(batch_op.f("ix_audit_event_actor_id"))
        batch_op.drop_index(batch_op.f("ix_audit_event_action"))

    op.drop_table("audit_event")
