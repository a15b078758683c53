"""Programs and missions: who reviews what, by which written criteria."""

from __future__ import annotations

import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.db import Base, choice, json_list


class ProgramKind(StrEnum):
    """How a program runs."""

    STANDING = "standing"
    MISSION = "mission"
    COHORT = "cohort"


class Program(Base):
    """A program of the working group. Empty `kinds` or `technologies` mean any."""

    __tablename__ = "program"
    __table_args__ = (sa.CheckConstraint("ends_on >= starts_on", name="dates"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name: Mapped[str] = mapped_column(sa.String(160))
    kind: Mapped[ProgramKind] = mapped_column(choice(ProgramKind, "kind"))
    summary: Mapped[str] = mapped_column(sa.Text, default="")
    criteria: Mapped[list[str]] = mapped_column(json_list(), default=list)
    technologies: Mapped[list[str]] = mapped_column(json_list(), default=list)
    kinds: Mapped[list[str]] = mapped_column(json_list(), default=list)
    # Pairs go to the first program that takes them, lowest number first.
    priority: Mapped[int] = mapped_column(default=100)
    is_open: Mapped[bool] = mapped_column(default=True)
    is_illustrative: Mapped[bool] = mapped_column(default=False)
    starts_on: Mapped[datetime.date | None]
    ends_on: Mapped[datetime.date | None]


class ProgramManager(Base):
    """A manager works for a program and sees its pairs."""

    __tablename__ = "program_manager"
    __table_args__ = (sa.UniqueConstraint("program_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(sa.ForeignKey("program.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    program: Mapped[Program] = relationship(lazy="joined")
    user: Mapped[User] = relationship(lazy="joined")
