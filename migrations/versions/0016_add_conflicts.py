"""Add conflicts of interest, statements on them, and the mail domain of people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.db.base
from app.accounts import addresses

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_BASES = ("employment", "family", "investment", "advice", "other", "recusal")
_BATCH = 2_000


def upgrade() -> None:
    op.add_column("user", sa.Column("mail_domain", sa.String(253)))
    _fill_mail_domains()
    op.create_index("ix_user_mail_domain", "user", ["mail_domain"])
    _create_conflict()
    op.create_table(
        "conflict_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("given_at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_conflict_statement_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_statement")),
    )
    op.create_index("ix_conflict_statement_user_id", "conflict_statement", ["user_id", "given_at"])


def _create_conflict() -> None:
    op.create_table(
        "conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column(
            "basis",
            sa.Enum(*_BASES, name="basis", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("declared_at", app.db.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", app.db.base.UtcDateTime(timezone=True)),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= declared_at", name=op.f("ck_conflict_ended")),
        sa.CheckConstraint("basis <> 'recusal' OR reason <> ''", name=op.f("ck_conflict_recusal")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_conflict_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_conflict_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
    )
    op.create_index("ix_conflict_organization_id", "conflict", ["organization_id"])
    op.create_index("ix_conflict_user_id", "conflict", ["user_id", "organization_id"])
    holding = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_conflict_holding",
        "conflict",
        ["user_id", "organization_id", "basis"],
        unique=True,
        sqlite_where=holding,
        postgresql_where=holding,
    )


def downgrade() -> None:
    op.drop_table("conflict_statement")
    op.drop_table("conflict")
    op.drop_index("ix_user_mail_domain", "user")
    op.drop_column("user", "mail_domain")


def _fill_mail_domains() -> None:
    """Domains of the people who are here, batch by batch."""
    people = sa.table("user", *map(sa.column, ("id", "email", "mail_domain")))
    change = sa.update(people).where(people.c.id == sa.bindparam("known_id"))
    query = sa.select(people.c.id, people.c.email).order_by(people.c.id).limit(_BATCH)
    last = 0
    while batch := list(op.get_bind().execute(query.where(people.c.id > last))):
        last = batch[-1].id
        domains = [{"known_id": one.id, "domain": addresses.employer_domain(one.email)} for one in batch]
        op.get_bind().execute(change.values(mail_domain=sa.bindparam("domain")), domains)
