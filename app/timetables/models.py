"""A mission's timetable. Nobody is booked twice: a seat is unique by slot and organization, and by slot and person."""

from __future__ import annotations

import datetime
from datetime import timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.db import Base, choice
from app.matching.models import Match
from app.meetings.models import LONGEST, SHORTEST, Meeting
from app.organizations.models import Organization
from app.programs.models import Program

MOST_TABLES = 60
MOST_MEETINGS = 200


class SlotKind(StrEnum):
    """Meetings of pairs at tables, or one visit for many."""

    MEETINGS = "meetings"
    VISIT = "visit"


class Timetable(Base):
    """The timetable of one mission. Cells with a meeting are published; the others are a draft."""

    __tablename__ = "timetable"

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(sa.ForeignKey("program.id", ondelete="CASCADE"), unique=True)
    created_at: Mapped[datetime.datetime]
    drafted_at: Mapped[datetime.datetime | None]
    published_at: Mapped[datetime.datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    program: Mapped[Program] = relationship(lazy="selectin")

    __mapper_args__ = {"version_id_col": version}


class TimetableStop(Base):
    """A day of the mission in one place. The mission is in one place at a time; tables stand side by side."""

    __tablename__ = "timetable_stop"
    __table_args__ = (
        sa.UniqueConstraint("timetable_id", "on_day", "city"),
        sa.CheckConstraint(f"tables BETWEEN 1 AND {MOST_TABLES}", name="tables"),
        sa.CheckConstraint("travel_minutes BETWEEN 0 AND 1440", name="travel"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    timetable_id: Mapped[int] = mapped_column(sa.ForeignKey("timetable.id", ondelete="CASCADE"))
    on_day: Mapped[datetime.date]
    city: Mapped[str] = mapped_column(sa.String(120))
    place: Mapped[str] = mapped_column(sa.String(200), default="")
    time_zone: Mapped[str] = mapped_column(sa.String(64))
    tables: Mapped[int]
    # The way from the stop before.
    travel_minutes: Mapped[int] = mapped_column(default=0)


class TimetableSlot(Base):
    """A time of a stop. Slots of one timetable never overlap; two never begin at once."""

    __tablename__ = "timetable_slot"
    __table_args__ = (
        sa.UniqueConstraint("timetable_id", "starts_at"),
        sa.CheckConstraint(f"minutes BETWEEN {SHORTEST} AND {LONGEST}", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    timetable_id: Mapped[int] = mapped_column(sa.ForeignKey("timetable.id", ondelete="CASCADE"))
    stop_id: Mapped[int] = mapped_column(sa.ForeignKey("timetable_stop.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime.datetime]
    minutes: Mapped[int]
    kind: Mapped[SlotKind] = mapped_column(choice(SlotKind, "kind"), default=SlotKind.MEETINGS)
    stop: Mapped[TimetableStop] = relationship(lazy="joined")

    @property
    def ends_at(self) -> datetime.datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


class TimetableGuest(Base):
    """An organization of the timetable: how many meetings it takes, where it is, and who sits for it."""

    __tablename__ = "timetable_guest"
    __table_args__ = (
        sa.UniqueConstraint("timetable_id", "organization_id"),
        sa.CheckConstraint(f"a_day BETWEEN 0 AND {MOST_MEETINGS}", name="a_day"),
        sa.CheckConstraint(f"in_all BETWEEN 0 AND {MOST_MEETINGS}", name="in_all"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    timetable_id: Mapped[int] = mapped_column(sa.ForeignKey("timetable.id", ondelete="CASCADE"))
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    a_day: Mapped[int]
    in_all: Mapped[int]
    # Where it can be met; empty means at every stop.
    city: Mapped[str] = mapped_column(sa.String(120), default="")
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"), index=True)
    left_at: Mapped[datetime.datetime | None]
    organization: Mapped[Organization] = relationship(lazy="joined")
    user: Mapped[User | None] = relationship(lazy="joined")


class TimetableCell(Base):
    """A pair at a table in a slot, or a visit. A pair meets once in a mission."""

    __tablename__ = "timetable_cell"
    __table_args__ = (
        sa.UniqueConstraint("slot_id", "table_number"),
        sa.UniqueConstraint("timetable_id", "match_id"),
        # What a seat refers to, so that its slot is its cell's.
        sa.UniqueConstraint("id", "slot_id"),
        sa.CheckConstraint("(match_id IS NULL) = (table_number IS NULL)", name="table"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    timetable_id: Mapped[int] = mapped_column(sa.ForeignKey("timetable.id", ondelete="CASCADE"))
    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("timetable_slot.id", ondelete="CASCADE"))
    match_id: Mapped[int | None] = mapped_column(sa.ForeignKey("match.id", ondelete="CASCADE"), index=True)
    table_number: Mapped[int | None]
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    is_locked: Mapped[bool] = mapped_column(default=False)
    meeting_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("meeting.id", ondelete="SET NULL"), index=True
    )
    slot: Mapped[TimetableSlot] = relationship(lazy="joined")
    match: Mapped[Match | None] = relationship(lazy="joined")
    meeting: Mapped[Meeting | None] = relationship()
    seats: Mapped[list[TimetableSeat]] = relationship(
        back_populates="cell",
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="TimetableSeat.id",
        lazy="selectin",
        foreign_keys="TimetableSeat.cell_id",
    )

    @property
    def stays(self) -> bool:
        """Whether a new draft leaves it where it is."""
        return self.is_locked or self.meeting_id is not None or self.match_id is None


class TimetableSeat(Base):
    """Who sits in a cell, once a slot."""

    __tablename__ = "timetable_seat"
    __table_args__ = (
        sa.UniqueConstraint("slot_id", "organization_id"),
        sa.UniqueConstraint("slot_id", "user_id"),
        sa.ForeignKeyConstraint(
            ["cell_id", "slot_id"], ["timetable_cell.id", "timetable_cell.slot_id"], ondelete="CASCADE"
        ),
        sa.Index("ix_timetable_seat_cell_id", "cell_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cell_id: Mapped[int]
    slot_id: Mapped[int]
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    cell: Mapped[TimetableCell] = relationship(back_populates="seats", foreign_keys="TimetableSeat.cell_id")
    organization: Mapped[Organization] = relationship(lazy="joined")
    user: Mapped[User] = relationship(lazy="joined")
