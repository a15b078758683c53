"""Add needs and offers as records of their own; the lines that profiles have become such records."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import app.db.base

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_AT_ONCE = 2000
_COOPERATION = (
    "business",
    "technology",
    "research",
    "capital",
    "talent",
    "standards",
    "pilot_site",
    "distribution",
)
_IP = (
    "none",
    "know_how",
    "patent_filed",
    "patent_granted",
    "copyright",
    "licensed_in",
    "open_source",
)
_ASPECTS = (
    "kind",
    "state",
    "technology",
    "certification",
    "trl",
    "stage",
    "size_class",
    "verification",
)


def upgrade() -> None:
    brief = op.create_table(
        "brief",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        _choice("side", "need", "offer"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        _choice("cooperation", *_COOPERATION, nullable=True),
        _choice("money_flow", "we_pay", "we_are_paid", "shared", "none", nullable=True),
        sa.Column("technologies", _json(), nullable=False),
        sa.Column("segment", sa.String(60)),
        sa.Column("trl", sa.Integer()),
        _choice("ip_status", *_IP, nullable=True),
        sa.Column("partnership_kinds", _json(), nullable=False),
        sa.Column("valid_until", sa.Date()),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("updated_at", _moment(), nullable=False),
        sa.Column("ended_at", _moment()),
        sa.Column("expired_at", _moment()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("trl BETWEEN 1 AND 9", name=op.f("ck_brief_trl")),
        _refers("brief", "organization"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brief")),
    )
    op.create_index("ix_brief_organization_id_side_place", "brief", ["organization_id", "side", "place"])
    op.create_index("ix_brief_valid_until", "brief", ["valid_until"])
    op.create_table(
        "brief_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brief_id", sa.Integer(), nullable=False),
        _choice("aspect", *_ASPECTS),
        sa.Column("value", sa.String(80), nullable=False),
        _choice("weight", "must", "prefer"),
        _refers("brief_wish", "brief"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brief_wish")),
        sa.UniqueConstraint("brief_id", "aspect", "value", name=op.f("uq_brief_wish_brief_id_aspect_value")),
    )
    op.create_index("ix_brief_wish_brief_id", "brief_wish", ["brief_id"])
    _fill(brief)


def _fill(brief: sa.Table) -> None:
    """One record a line, in the order of the lines."""
    organization = sa.table(
        "organization",
        sa.column("id"),
        sa.column("needs"),
        sa.column("offers"),
        sa.column("profile_changed_at", _moment()),
    )
    connection, last = op.get_bind(), 0
    while True:
        query = sa.select(organization).where(organization.c.id > last).order_by(organization.c.id)
        found = connection.execute(query.limit(_AT_ONCE)).all()
        if not found:
            return
        made = [one for row in found for one in _briefs_of(row)]
        if made:
            connection.execute(sa.insert(brief), made)
        last = found[-1].id


def _briefs_of(row: Any) -> list[dict[str, Any]]:
    sides = (("need", row.needs), ("offer", row.offers))
    return [
        {
            "organization_id": row.id,
            "side": side,
            "title": title,
            "detail": "",
            "technologies": [],
            "partnership_kinds": [],
            "place": place,
            "created_at": row.profile_changed_at,
            "updated_at": row.profile_changed_at,
            "version": 1,
        }
        for side, text in sides
        for place, title in enumerate(dict.fromkeys(filter(None, map(str.strip, text.splitlines()))))
    ]


def downgrade() -> None:
    op.drop_table("brief_wish")
    op.drop_table("brief")


def _choice(name: str, *terms: str, nullable: bool = False) -> sa.Column[Any]:
    kind = sa.Enum(*terms, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=nullable)


def _refers(table: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{other}_id_{other}")
    return sa.ForeignKeyConstraint([f"{other}_id"], [f"{other}.id"], name=name, ondelete="CASCADE")


def _json() -> Any:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _moment() -> Any:
    return app.db.base.UtcDateTime(timezone=True)
