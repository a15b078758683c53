"""What each side answered to an approved match, and the introduction that two yeses make."""

from __future__ import annotations

import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.db import Base, choice
from app.matching.models import Match
from app.organizations.models import Organization

LONGEST_LINE = 400


class AnswerChoice(StrEnum):
    """What one side says to an approved match."""

    YES = "yes"
    NOT_NOW = "not_now"
    NO = "no"


class NoReason(StrEnum):
    """Why a side declines; private to managers."""

    NOT_RELEVANT = "not_relevant"
    NO_CAPACITY = "no_capacity"
    TIMING = "timing"
    COMPETITOR = "competitor"
    REGULATION = "regulation"
    ALREADY_IN_TOUCH = "already_in_touch"
    OTHER = "other"


class Answer(Base):
    """One side's present answer; `not_now` may become `yes` or `no`. A yes that was taken back stays, with a `MatchEnd`."""

    __tablename__ = "answer"
    __table_args__ = (sa.UniqueConstraint("match_id", "organization_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    says: Mapped[AnswerChoice] = mapped_column(choice(AnswerChoice, "says"))
    reason_code: Mapped[NoReason | None] = mapped_column(choice(NoReason, "reason_code"))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    until: Mapped[datetime.date | None]
    # Until then the time to answer stood still, as this side asked for.
    resumes_at: Mapped[datetime.datetime | None]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    at: Mapped[datetime.datetime]
    version: Mapped[int] = mapped_column(default=1)
    match: Mapped[Match] = relationship()
    organization: Mapped[Organization] = relationship()
    by: Mapped[User] = relationship()

    __mapper_args__ = {"version_id_col": version}


class AnswerReminder(Base):
    """A person was reminded once that a match waits for their answer."""

    __tablename__ = "answer_reminder"
    __table_args__ = (sa.UniqueConstraint("match_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime.datetime]


class IntroductionLine(Base):
    """What one side is introduced with: agreed to with its yes, and changed by it since."""

    __tablename__ = "introduction_line"
    __table_args__ = (sa.UniqueConstraint("match_id", "organization_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    text: Mapped[str] = mapped_column(sa.String(LONGEST_LINE))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    at: Mapped[datetime.datetime]
    version: Mapped[int] = mapped_column(default=1)
    by: Mapped[User] = relationship()

    __mapper_args__ = {"version_id_col": version}


class Introduction(Base):
    """Both sides said yes: they know each other now."""

    __tablename__ = "introduction"

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id", ondelete="CASCADE"), unique=True)
    at: Mapped[datetime.datetime] = mapped_column(index=True)
    match: Mapped[Match] = relationship()
