"""Add rules of programs, their cohorts, and looks ahead at their dial."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import app.db.base
from app.db.altering import add_checked, add_choice, replace_terms

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_KINDS = ("standing", "mission", "cohort")
_MORE_KINDS = (*_KINDS, "open_call", "round_table")
_RULES = ("everybody", "cohort_with_all", "cohort_only")
_STATES = ("applied", "invited", "accepted", "waitlisted", "declined", "withdrawn")
_REASONS = ("not_covered", "too_early", "need_unclear", "no_counterpart", "places_taken", "balance")
_MESSAGE = "the criteria of a program stand once it has opened"


def upgrade() -> None:
    replace_terms("program", "kind", _KINDS, _MORE_KINDS)
    _add_rules()
    _add_roles()
    _create_participation()
    _create_dial_preview()
    # Programs of before were open from the start, and their first manager leads them.
    op.execute("UPDATE program SET opened_at = CURRENT_TIMESTAMP")
    op.execute(
        "UPDATE program_manager SET role = 'lead' "
        "WHERE id IN (SELECT min(id) FROM program_manager GROUP BY program_id)"
    )
    _create_trigger()


def downgrade() -> None:
    _drop_trigger()
    op.drop_table("dial_preview")
    op.drop_table("participation")
    for name in ("kinds", "country", "role"):
        op.drop_column("program_manager", name)
    for name in ("floor", "alpha", "quota", "places", "one_side_is", "cohort_rule"):
        op.drop_column("program", name)
    for name in ("version", "question", "needs_both_countries", "visits", "cities", "countries"):
        op.drop_column("program", name)
    for name in ("closes_on", "shared_out_at", "rules_changed_at", "opened_at"):
        op.drop_column("program", name)
    op.execute("UPDATE program SET kind = 'cohort' WHERE kind IN ('open_call', 'round_table')")
    replace_terms("program", "kind", _MORE_KINDS, _KINDS)


def _add_rules() -> None:
    for name in ("opened_at", "rules_changed_at", "shared_out_at"):
        op.add_column("program", sa.Column(name, _moment()))
    op.add_column("program", sa.Column("closes_on", sa.Date()))
    for name in ("countries", "cities", "visits"):
        op.add_column("program", sa.Column(name, _json(), server_default="[]", nullable=False))
    op.add_column(
        "program", sa.Column("needs_both_countries", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("program", sa.Column("question", sa.Text(), server_default="", nullable=False))
    op.add_column("program", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    add_choice("program", "cohort_rule", _RULES, default="everybody")
    add_choice("program", "one_side_is", ("startup", "sme", "skill_program", "investor"))
    add_checked("program", "places", sa.Integer(), "places >= 1")
    add_checked("program", "quota", sa.Integer(), "quota >= 1")
    add_checked("program", "alpha", sa.Double(), "alpha BETWEEN 0 AND 1", default="0")
    add_checked("program", "floor", sa.Integer(), "floor BETWEEN 0 AND 5", default="1")


def _add_roles() -> None:
    add_choice("program_manager", "role", ("lead", "manager"), default="manager")
    add_choice("program_manager", "country", ("IN", "US"))
    op.add_column("program_manager", sa.Column("kinds", _json(), server_default="[]", nullable=False))


def _create_participation() -> None:
    op.create_table(
        "participation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("program_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("state", _choice("state", *_STATES), nullable=False),
        sa.Column("asked_at", _moment(), nullable=False),
        sa.Column("asked_by_id", sa.Integer()),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer()),
        sa.Column("decided_at", _moment()),
        sa.Column("reason_code", _choice("reason_code", *_REASONS)),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'declined') = (reason_code IS NOT NULL)", name=op.f("ck_participation_reason")
        ),
        *_references("participation", asked_by_id="user", decided_by_id="user"),
        *_references(
            "participation", ondelete="CASCADE", program_id="program", organization_id="organization"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
        sa.UniqueConstraint(
            "program_id", "organization_id", name=op.f("uq_participation_program_id_organization_id")
        ),
    )
    op.create_index(
        "ix_participation_program_id_state", "participation", ["program_id", "state", "asked_at", "id"]
    )
    for name in ("organization_id", "asked_by_id", "decided_by_id"):
        op.create_index(op.f(f"ix_participation_{name}"), "participation", [name])


def _create_dial_preview() -> None:
    op.create_table(
        "dial_preview",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("program_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("state", _choice("state", "waiting", "running", "done", "failed"), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("results", _json(), nullable=False),
        sa.CheckConstraint("done <= wanted", name=op.f("ck_dial_preview_progress")),
        *_references("dial_preview", by_id="user"),
        *_references("dial_preview", ondelete="CASCADE", program_id="program"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dial_preview")),
    )
    for name in ("program_id", "by_id", "state"):
        op.create_index(op.f(f"ix_dial_preview_{name}"), "dial_preview", [name])


def _create_trigger() -> None:
    changed = "BEFORE UPDATE OF criteria, opened_at ON program"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER program_frozen {changed} WHEN OLD.opened_at IS NOT NULL "
            "AND (NEW.criteria IS NOT OLD.criteria OR NEW.opened_at IS NOT OLD.opened_at) "
            f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION program_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_MESSAGE}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER program_frozen {changed} FOR EACH ROW WHEN (OLD.opened_at IS NOT NULL AND "
        "(NEW.criteria IS DISTINCT FROM OLD.criteria OR NEW.opened_at IS DISTINCT FROM OLD.opened_at)) "
        "EXECUTE FUNCTION program_refuse()"
    )


def _drop_trigger() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER program_frozen")
        return
    op.execute("DROP TRIGGER program_frozen ON program")
    op.execute("DROP FUNCTION program_refuse()")


def _references(table: str, ondelete: str | None = None, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"), ondelete=ondelete
        )
        for column, target in columns.items()
    ]


def _choice(name: str, *terms: str) -> sa.Enum:
    return sa.Enum(*terms, name=name, native_enum=False, create_constraint=True, length=40)


def _moment() -> app.db.base.UtcDateTime:
    return app.db.base.UtcDateTime(timezone=True)


def _json() -> sa.types.TypeEngine[Any]:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
