"""Needs and offers as records of their own, and what each wishes of a partner."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, choice, json_list
from app.organizations.models.organization import Organization
from app.taxonomy.exchange import CooperationType, IpStatus, MoneyFlow


class Side(StrEnum):
    """Whether something is sought or given."""

    NEED = "need"
    OFFER = "offer"


class Aspect(StrEnum):
    """What a wish is about."""

    KIND = "kind"
    STATE = "state"
    TECHNOLOGY = "technology"
    CERTIFICATION = "certification"
    TRL = "trl"
    STAGE = "stage"
    SIZE_CLASS = "size_class"
    VERIFICATION = "verification"


class Weight(StrEnum):
    """How much a wish counts: only a must keeps anybody away. Nobody cares about what is not there."""

    MUST = "must"
    PREFER = "prefer"


class Brief(Base):
    """One need or offer. Titles of the valid ones stand, one a line, in `organization.needs` and `.offers`."""

    __tablename__ = "brief"
    __table_args__ = (
        sa.CheckConstraint("trl BETWEEN 1 AND 9", name="trl"),
        sa.Index("ix_brief_organization_id_side_place", "organization_id", "side", "place"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"))
    side: Mapped[Side] = mapped_column(choice(Side, "side"))
    # The form takes 200 characters; a line of an imported file may be longer.
    title: Mapped[str] = mapped_column(sa.Text)
    detail: Mapped[str] = mapped_column(sa.Text, default="")
    cooperation: Mapped[CooperationType | None] = mapped_column(choice(CooperationType, "cooperation"))
    money_flow: Mapped[MoneyFlow | None] = mapped_column(choice(MoneyFlow, "money_flow"))
    technologies: Mapped[list[str]] = mapped_column(json_list(), default=list)
    segment: Mapped[str | None] = mapped_column(sa.String(60))
    trl: Mapped[int | None]
    ip_status: Mapped[IpStatus | None] = mapped_column(choice(IpStatus, "ip_status"))
    partnership_kinds: Mapped[list[str]] = mapped_column(json_list(), default=list)
    # The last day on which it holds; none: until it is ended.
    valid_until: Mapped[date | None] = mapped_column(index=True)
    # Its line among the lines of its side.
    place: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    # When its line was taken away because its time was over; renewing clears it.
    expired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    organization: Mapped[Organization] = relationship()
    wishes: Mapped[list[BriefWish]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="BriefWish.id"
    )

    __mapper_args__ = {"version_id_col": version}

    def is_valid_on(self, day: date) -> bool:
        """Whether it holds on `day`."""
        return self.ended_at is None and not self.is_over_on(day)

    def is_over_on(self, day: date) -> bool:
        """Whether its last day lies before `day`."""
        return self.valid_until is not None and self.valid_until < day

    @classmethod
    def valid_on(cls, day: date) -> sa.ColumnElement[bool]:
        """`is_valid_on` as a condition of a query."""
        return cls.ended_at.is_(None) & sa.or_(cls.valid_until.is_(None), cls.valid_until >= day)


class BriefWish(Base):
    """One wish of a need or offer: an aspect, a value, and whether it is a must or a preference."""

    __tablename__ = "brief_wish"
    __table_args__ = (sa.UniqueConstraint("brief_id", "aspect", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    brief_id: Mapped[int] = mapped_column(sa.ForeignKey("brief.id", ondelete="CASCADE"), index=True)
    aspect: Mapped[Aspect] = mapped_column(choice(Aspect, "aspect"))
    value: Mapped[str] = mapped_column(sa.String(80))
    weight: Mapped[Weight] = mapped_column(choice(Weight, "weight"))
