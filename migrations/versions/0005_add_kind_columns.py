"""Add what each kind needs to be judged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.db import altering

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_INSTRUMENTS = ("safe", "convertible_note", "ccps", "ccd", "equity", "debt", "grant")
_CHOICES = {
    "recognition": ("none", "startup", "deep_tech"),
    "recognition_stage": ("ideation", "validation", "early_traction", "scaling"),
    "raise_instrument": _INSTRUMENTS,
    "lead_role": ("lead", "follow", "either"),
}
_AMOUNTS = ("raise_amount", "plant_investment", "turnover", "fee_amount", "ticket_sweet")
_COUNTS = ("graduates", "hours", "cheques_a_year", "decision_weeks")
_RATES = ("completion_rate", "placement_rate")
_LISTS = ("languages", "intake_dates", "instruments")
_PLAIN = {
    "raise_currency": sa.String(3),
    "raise_closes_on": sa.Date(),
    "nic_code": sa.String(5),
    "naics_code": sa.String(6),
    "size_claimed_on": sa.Date(),
    "outcomes_year": sa.Integer(),
    "credits": sa.Numeric(5, 1),
    "fee_currency": sa.String(3),
    "occupation": sa.String(120),
    "open_until": sa.Date(),
}


def upgrade() -> None:
    for name, terms in _CHOICES.items():
        altering.add_choice("organization", name, terms)
    for name in _AMOUNTS:
        altering.add_checked("organization", name, sa.BigInteger(), f"{name} >= 0")
    for name in _COUNTS:
        altering.add_checked("organization", name, sa.Integer(), f"{name} >= 0")
    for name in _RATES:
        altering.add_checked("organization", name, sa.Integer(), f"{name} BETWEEN 0 AND 100")
    for name, kind in _PLAIN.items():
        op.add_column("organization", sa.Column(name, kind))
    for name in _LISTS:
        kind = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
        op.add_column("organization", sa.Column(name, kind, server_default="[]", nullable=False))
    op.add_column("organization", sa.Column("exclusions", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    names = (*_CHOICES, *_AMOUNTS, *_COUNTS, *_RATES, *_PLAIN, *_LISTS, "exclusions")
    for name in reversed(names):
        op.drop_column("organization", name)
