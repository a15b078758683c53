"""Milestones that introduced pairs reach, and what they answer when asked."""

from __future__ import annotations

import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.db import Base, choice
from app.matching.models import Match
from app.organizations.models import Organization

# Days after the introduction on which both sides are asked what came of it.
CHECK_DAYS = (30, 90, 180, 365)


class MilestoneKind(StrEnum):
    """What a pair has reached, roughly in the order in which it comes."""

    MET = "met"
    NDA = "nda"
    SAMPLE = "sample"
    PILOT = "pilot"
    MOU = "mou"
    ORDER = "order"
    INVESTMENT = "investment"
    HIRE = "hire"
    TRAINING_PLACE = "training_place"
    CERTIFICATE = "certificate"
    JOINT_FILING = "joint_filing"


class ValueBand(StrEnum):
    """How much it is worth, in thousands of its currency: exact amounts are nobody's business."""

    TO_10 = "to_10"
    TO_100 = "to_100"
    TO_1000 = "to_1000"
    TO_10000 = "to_10000"
    ABOVE = "above"


class Evidence(StrEnum):
    """How well a milestone is proved."""

    WORD = "word"
    DOCUMENT = "document"
    PUBLIC = "public"


class MilestoneState(StrEnum):
    """Said by one side, and what the other said to it."""

    STATED = "stated"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    WITHDRAWN = "withdrawn"


class Milestone(Base):
    """One thing a pair has reached. The side that states it is `organization`; the other one answers."""

    __tablename__ = "milestone"
    __table_args__ = (
        sa.UniqueConstraint("match_id", "kind", "reached_on"),
        sa.CheckConstraint("(value_band IS NULL) = (currency IS NULL)", name="value"),
        sa.CheckConstraint(
            "(state IN ('confirmed', 'disputed')) = (answered_at IS NOT NULL)", name="answered"
        ),
        sa.Index("ix_milestone_state_kind", "state", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[MilestoneKind] = mapped_column(choice(MilestoneKind, "kind"))
    reached_on: Mapped[datetime.date]
    value_band: Mapped[ValueBand | None] = mapped_column(choice(ValueBand, "value_band"))
    currency: Mapped[str | None] = mapped_column(sa.String(3))
    evidence: Mapped[Evidence] = mapped_column(choice(Evidence, "evidence"), default=Evidence.WORD)
    evidence_url: Mapped[str] = mapped_column(sa.String(500), default="")
    note: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[MilestoneState] = mapped_column(
        choice(MilestoneState, "state"), default=MilestoneState.STATED
    )
    stated_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    stated_at: Mapped[datetime.datetime]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    answered_at: Mapped[datetime.datetime | None]
    dispute: Mapped[str] = mapped_column(sa.Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    match: Mapped[Match] = relationship()
    organization: Mapped[Organization] = relationship(lazy="selectin")
    stated_by: Mapped[User] = relationship(foreign_keys=[stated_by_id], lazy="selectin")

    __mapper_args__ = {"version_id_col": version}


class Progress(StrEnum):
    """What a side answers when it is asked what came of an introduction."""

    NOTHING_YET = "nothing_yet"
    UNDER_WAY = "under_way"
    REACHED = "reached"
    ENDED = "ended"


class OutcomeCheck(Base):
    """One side's answer to the question of a day; each question is answered once."""

    __tablename__ = "outcome_check"
    __table_args__ = (
        sa.UniqueConstraint("match_id", "organization_id", "day"),
        sa.CheckConstraint("day IN (30, 90, 180, 365)", name="day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    day: Mapped[int]
    says: Mapped[Progress] = mapped_column(choice(Progress, "says"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    at: Mapped[datetime.datetime]
