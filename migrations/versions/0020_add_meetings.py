"""Add meetings, the hours people would meet, calendar feeds, and calendar files of mails."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.db.base

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("email", sa.Column("calendar", sa.Text(), server_default="", nullable=False))
    _create_meeting()
    _create_meeting_guest()
    _create_offered_time()
    _create_available_hours()
    _create_calendar_feed()


def downgrade() -> None:
    for table in ("calendar_feed", "available_hours", "offered_time", "meeting_guest", "meeting"):
        op.drop_table(table)
    op.drop_column("email", "calendar")


def _create_meeting() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(200), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", _choice("state", "offered", "booked", "cancelled"), nullable=False),
        sa.Column("starts_at", _moment()),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("link", sa.String(500), nullable=False),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("organizer_id", sa.Integer(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("changed_at", _moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 15 AND 240", name=op.f("ck_meeting_minutes")),
        sa.CheckConstraint("state <> 'booked' OR starts_at IS NOT NULL", name=op.f("ck_meeting_booked")),
        sa.CheckConstraint("sequence >= 0", name=op.f("ck_meeting_sequence")),
        _refers("meeting", "match_id", "match", cascades=True),
        _refers("meeting", "organizer_id", "user", cascades=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("uid", name=op.f("uq_meeting_uid")),
    )
    op.create_index("ix_meeting_match_id", "meeting", ["match_id"])
    op.create_index("ix_meeting_organizer_id", "meeting", ["organizer_id"])
    op.create_index("ix_meeting_state_starts_at", "meeting", ["state", "starts_at"])


def _create_meeting_guest() -> None:
    op.create_table(
        "meeting_guest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("outside_minutes", sa.Integer(), nullable=False),
        sa.Column("says", _choice("says", "held", "no_show")),
        sa.Column("said_at", _moment()),
        sa.Column("next_step", sa.String(300), nullable=False),
        sa.Column("next_on", sa.Date()),
        sa.CheckConstraint("(says IS NULL) = (said_at IS NULL)", name=op.f("ck_meeting_guest_said")),
        _refers("meeting_guest", "meeting_id", "meeting", cascades=True),
        _refers("meeting_guest", "user_id", "user", cascades=True),
        _refers("meeting_guest", "organization_id", "organization", cascades=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_guest")),
        sa.UniqueConstraint("meeting_id", "user_id", name=op.f("uq_meeting_guest_meeting_id_user_id")),
    )
    for column in ("meeting_id", "user_id", "organization_id"):
        op.create_index(f"ix_meeting_guest_{column}", "meeting_guest", [column])


def _create_offered_time() -> None:
    op.create_table(
        "offered_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", _moment(), nullable=False),
        _refers("offered_time", "meeting_id", "meeting", cascades=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offered_time")),
        sa.UniqueConstraint("meeting_id", "starts_at", name=op.f("uq_offered_time_meeting_id_starts_at")),
    )
    op.create_index("ix_offered_time_meeting_id", "offered_time", ["meeting_id"])


def _create_available_hours() -> None:
    op.create_table(
        "available_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_available_hours_weekday")),
        sa.CheckConstraint(
            'start >= 0 AND start < "end" AND "end" <= 1440', name=op.f("ck_available_hours_minutes")
        ),
        _refers("available_hours", "user_id", "user", cascades=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_available_hours")),
        sa.UniqueConstraint(
            "user_id", "weekday", "start", name=op.f("uq_available_hours_user_id_weekday_start")
        ),
    )
    op.create_index("ix_available_hours_user_id", "available_hours", ["user_id"])


def _create_calendar_feed() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        _refers("calendar_feed", "user_id", "user", cascades=True),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_calendar_feed_key_hash")),
    )


def _refers(table: str, column: str, to: str, *, cascades: bool) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{to}.id"],
        name=op.f(f"fk_{table}_{column}_{to}"),
        ondelete="CASCADE" if cascades else None,
    )


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _moment() -> app.db.base.UtcDateTime:
    return app.db.base.UtcDateTime(timezone=True)
