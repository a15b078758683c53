"""Add timetables, absences from meetings, and when people were asked how a meeting went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.db.base
from app.db.altering import replace_terms

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_TABLES = (
    "timetable",
    "timetable_stop",
    "timetable_slot",
    "timetable_guest",
    "timetable_cell",
    "timetable_seat",
)


_SAID = ("approve", "reject", "hold", "yes", "not_now", "no", "introduced", "outcome")


def upgrade() -> None:
    op.add_column("meeting", sa.Column("asked_at", _moment()))
    replace_terms("training_signal", "says", _SAID, (*_SAID, "no_show"))
    _create_timetable()
    _create_stop()
    _create_slot()
    _create_guest()
    _create_cell()
    _create_seat()


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.execute("DELETE FROM training_signal WHERE says = 'no_show'")
    replace_terms("training_signal", "says", (*_SAID, "no_show"), _SAID)
    op.drop_column("meeting", "asked_at")


def _create_timetable() -> None:
    op.create_table(
        "timetable",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("program_id", sa.Integer(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("drafted_at", _moment()),
        sa.Column("published_at", _moment()),
        sa.Column("version", sa.Integer(), nullable=False),
        _refers("timetable", "program_id", "program"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable")),
        sa.UniqueConstraint("program_id", name=op.f("uq_timetable_program_id")),
    )


def _create_stop() -> None:
    op.create_table(
        "timetable_stop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("timetable_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("city", sa.String(120), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("tables", sa.Integer(), nullable=False),
        sa.Column("travel_minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("tables BETWEEN 1 AND 60", name=op.f("ck_timetable_stop_tables")),
        sa.CheckConstraint("travel_minutes BETWEEN 0 AND 1440", name=op.f("ck_timetable_stop_travel")),
        _refers("timetable_stop", "timetable_id", "timetable"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable_stop")),
        _unique("timetable_stop", "timetable_id", "on_day", "city"),
    )


def _create_slot() -> None:
    op.create_table(
        "timetable_slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("timetable_id", sa.Integer(), nullable=False),
        sa.Column("stop_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", _moment(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("meetings", "visit", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.CheckConstraint("minutes BETWEEN 15 AND 240", name=op.f("ck_timetable_slot_minutes")),
        _refers("timetable_slot", "timetable_id", "timetable"),
        _refers("timetable_slot", "stop_id", "timetable_stop"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable_slot")),
        _unique("timetable_slot", "timetable_id", "starts_at"),
    )
    op.create_index("ix_timetable_slot_stop_id", "timetable_slot", ["stop_id"])


def _create_guest() -> None:
    op.create_table(
        "timetable_guest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("timetable_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("a_day", sa.Integer(), nullable=False),
        sa.Column("in_all", sa.Integer(), nullable=False),
        sa.Column("city", sa.String(120), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("left_at", _moment()),
        sa.CheckConstraint("a_day BETWEEN 0 AND 200", name=op.f("ck_timetable_guest_a_day")),
        sa.CheckConstraint("in_all BETWEEN 0 AND 200", name=op.f("ck_timetable_guest_in_all")),
        _refers("timetable_guest", "timetable_id", "timetable"),
        _refers("timetable_guest", "organization_id", "organization"),
        _refers("timetable_guest", "user_id", "user", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable_guest")),
        _unique("timetable_guest", "timetable_id", "organization_id"),
    )
    for column in ("organization_id", "user_id"):
        op.create_index(f"ix_timetable_guest_{column}", "timetable_guest", [column])


def _create_cell() -> None:
    op.create_table(
        "timetable_cell",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("timetable_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer()),
        sa.Column("table_number", sa.Integer()),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("is_locked", sa.Boolean(), nullable=False),
        sa.Column("meeting_id", sa.Integer()),
        sa.CheckConstraint(
            "(match_id IS NULL) = (table_number IS NULL)", name=op.f("ck_timetable_cell_table")
        ),
        _refers("timetable_cell", "timetable_id", "timetable"),
        _refers("timetable_cell", "slot_id", "timetable_slot"),
        _refers("timetable_cell", "match_id", "match"),
        _refers("timetable_cell", "meeting_id", "meeting", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable_cell")),
        _unique("timetable_cell", "slot_id", "table_number"),
        _unique("timetable_cell", "timetable_id", "match_id"),
        _unique("timetable_cell", "id", "slot_id"),
    )
    for column in ("match_id", "meeting_id"):
        op.create_index(f"ix_timetable_cell_{column}", "timetable_cell", [column])


def _create_seat() -> None:
    op.create_table(
        "timetable_seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cell_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cell_id", "slot_id"],
            ["timetable_cell.id", "timetable_cell.slot_id"],
            name=op.f("fk_timetable_seat_cell_id_slot_id_timetable_cell"),
            ondelete="CASCADE",
        ),
        _refers("timetable_seat", "organization_id", "organization"),
        _refers("timetable_seat", "user_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable_seat")),
        _unique("timetable_seat", "slot_id", "organization_id"),
        _unique("timetable_seat", "slot_id", "user_id"),
    )
    for column in ("cell_id", "organization_id", "user_id"):
        op.create_index(f"ix_timetable_seat_{column}", "timetable_seat", [column])


def _refers(table: str, column: str, to: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{to}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete=ondelete)


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _moment() -> app.db.base.UtcDateTime:
    return app.db.base.UtcDateTime(timezone=True)
