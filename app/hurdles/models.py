"""Hurdles as organizations met them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.db import Base, choice
from app.matching.models import Match
from app.organizations.models import Organization


class HurdleKind(StrEnum):
    """What stood in the way."""

    EXPORT_LICENSE = "export_license"
    FOREIGN_INVESTMENT = "foreign_investment"
    QUALITY_CONTROL_ORDER = "quality_control_order"
    VISA = "visa"
    DATA_TRANSFER = "data_transfer"
    TAX = "tax"
    INTELLECTUAL_PROPERTY = "intellectual_property"
    STANDARD = "standard"
    PAYMENT = "payment"
    OTHER = "other"


class HurdleStage(StrEnum):
    """How far the pair had come."""

    BEFORE_MEETING = "before_meeting"
    TALKS = "talks"
    CONTRACT = "contract"
    DELIVERY = "delivery"


class HurdleState(StrEnum):
    """Whether managers let it count in what is published."""

    NEW = "new"
    KEPT = "kept"
    SET_ASIDE = "set_aside"


class Hurdle(Base):
    """One hurdle an organization met with one partner, once. Its words are for managers only."""

    __tablename__ = "hurdle"
    __table_args__ = (
        sa.UniqueConstraint("match_id", "organization_id", "kind"),
        sa.CheckConstraint("days IS NULL OR days BETWEEN 0 AND 3650", name="days"),
        sa.CheckConstraint("(cost_minor IS NULL) = (currency IS NULL)", name="cost"),
        sa.CheckConstraint("cost_minor IS NULL OR cost_minor >= 0", name="cost_sign"),
        sa.CheckConstraint("(state = 'new') = (curated_at IS NULL)", name="curated"),
        sa.Index("ix_hurdle_state_at", "state", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[HurdleKind] = mapped_column(choice(HurdleKind, "kind"))
    stage: Mapped[HurdleStage] = mapped_column(choice(HurdleStage, "stage"))
    # What it cost: days of waiting, and money in minor units.
    days: Mapped[int | None]
    cost_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    currency: Mapped[str | None] = mapped_column(sa.String(3))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    at: Mapped[datetime]
    state: Mapped[HurdleState] = mapped_column(choice(HurdleState, "state"), default=HurdleState.NEW)
    curated_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    curated_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    match: Mapped[Match] = relationship()
    organization: Mapped[Organization] = relationship(lazy="selectin")
    by: Mapped[User] = relationship(foreign_keys=[by_id], lazy="selectin")

    __mapper_args__ = {"version_id_col": version}
