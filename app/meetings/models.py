"""Meetings, who takes part, the times that were offered, and when people would meet."""

from __future__ import annotations

import datetime
from datetime import timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.db import Base, choice
from app.matching.models import Match
from app.organizations.models import Organization

SHORTEST, LONGEST = 15, 240


class MeetingState(StrEnum):
    """Times were offered, one was chosen, or it was called off."""

    OFFERED = "offered"
    BOOKED = "booked"
    CANCELLED = "cancelled"


class Attendance(StrEnum):
    """What one side says of a meeting whose time has passed."""

    HELD = "held"
    NO_SHOW = "no_show"


class Meeting(Base):
    """A meeting of two introduced organizations. `uid` stays over all changes, `sequence` counts them."""

    __tablename__ = "meeting"
    __table_args__ = (
        sa.CheckConstraint(f"minutes BETWEEN {SHORTEST} AND {LONGEST}", name="minutes"),
        sa.CheckConstraint("state <> 'booked' OR starts_at IS NOT NULL", name="booked"),
        sa.CheckConstraint("sequence >= 0", name="sequence"),
        sa.Index("ix_meeting_state_starts_at", "state", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id", ondelete="CASCADE"), index=True)
    uid: Mapped[str] = mapped_column(sa.String(200), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    state: Mapped[MeetingState] = mapped_column(choice(MeetingState, "state"), default=MeetingState.OFFERED)
    starts_at: Mapped[datetime.datetime | None]
    minutes: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(200))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    # Where it takes place: the address of a call, by whatever service they use.
    link: Mapped[str] = mapped_column(sa.String(500), default="")
    # Hours before its time for which the last reminder was written; 0 while none was.
    reminded: Mapped[int] = mapped_column(default=0)
    # When both sides were asked how it went.
    asked_at: Mapped[datetime.datetime | None]
    organizer_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime.datetime]
    changed_at: Mapped[datetime.datetime]
    version: Mapped[int] = mapped_column(default=1)
    match: Mapped[Match] = relationship()
    organizer: Mapped[User] = relationship(lazy="selectin")
    guests: Mapped[list[MeetingGuest]] = relationship(
        back_populates="meeting", cascade="all, delete-orphan", order_by="MeetingGuest.id", lazy="selectin"
    )
    times: Mapped[list[OfferedTime]] = relationship(
        back_populates="meeting",
        cascade="all, delete-orphan",
        order_by="OfferedTime.starts_at",
        lazy="selectin",
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def ends_at(self) -> datetime.datetime | None:
        return self.starts_at + timedelta(minutes=self.minutes) if self.starts_at else None

    @property
    def is_booked(self) -> bool:
        return self.state is MeetingState.BOOKED

    def is_over(self, now: datetime.datetime) -> bool:
        """Was booked, and its time has passed."""
        return self.is_booked and self.ends_at is not None and self.ends_at <= now

    def said_by_sides(self) -> dict[int, Attendance]:
        """What each organization says of it: that of its first who spoke."""
        spoken = sorted(
            ((one.said_at, one.organization_id, one.says) for one in self.guests if one.says and one.said_at),
            reverse=True,
        )
        return {organization_id: says for _at, organization_id, says in spoken}

    def stayed_away(self) -> set[int]:
        """Organizations of which all others that spoke say they did not come, and that do not say otherwise."""
        said = self.said_by_sides()
        everybody = {one.organization_id for one in self.guests}
        if not said or Attendance.HELD in said.values() or len(said) == len(everybody):
            return set()
        return everybody - said.keys()

    def guest(self, user_id: int) -> MeetingGuest | None:
        return next((one for one in self.guests if one.user_id == user_id), None)


class MeetingGuest(Base):
    """Somebody who takes part, for the organization they sit for. The organizer is one of them."""

    __tablename__ = "meeting_guest"
    __table_args__ = (
        sa.UniqueConstraint("meeting_id", "user_id"),
        sa.CheckConstraint("(says IS NULL) = (said_at IS NULL)", name="said"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    # Their zone when it was booked: the ledger counts the hours they really had.
    time_zone: Mapped[str] = mapped_column(sa.String(64))
    outside_minutes: Mapped[int] = mapped_column(default=0)
    # What they say of it afterward.
    says: Mapped[Attendance | None] = mapped_column(choice(Attendance, "says"))
    said_at: Mapped[datetime.datetime | None]
    next_step: Mapped[str] = mapped_column(sa.String(300), default="")
    next_on: Mapped[datetime.date | None]
    meeting: Mapped[Meeting] = relationship(back_populates="guests")
    user: Mapped[User] = relationship(lazy="joined")
    organization: Mapped[Organization] = relationship(lazy="joined")


class OfferedTime(Base):
    """One of the times that were offered."""

    __tablename__ = "offered_time"
    __table_args__ = (sa.UniqueConstraint("meeting_id", "starts_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime.datetime]
    meeting: Mapped[Meeting] = relationship(back_populates="times")


class AvailableHours(Base):
    """A time of the week in which a person would meet, by the clock on their wall."""

    __tablename__ = "available_hours"
    __table_args__ = (
        sa.UniqueConstraint("user_id", "weekday", "start"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        sa.CheckConstraint('start >= 0 AND start < "end" AND "end" <= 1440', name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    weekday: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]


class CalendarFeed(Base):
    """The private address of a person's meetings; only a hash of its key is kept."""

    __tablename__ = "calendar_feed"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    key_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime.datetime]
    user: Mapped[User] = relationship(lazy="joined")
