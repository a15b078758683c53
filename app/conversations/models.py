"""Conversations: one thread an introduced pair, teams of three or four, messages, how far each person has read, closed doors."""

from __future__ import annotations

import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.db import Base, choice
from app.matching.models import Match
from app.organizations.models import Organization

LONGEST = 10_000
LONGEST_TITLE = 120


class Seating(StrEnum):
    """Where an organization stands in a thread. Both of a pair have joined; those of a team are asked."""

    INVITED = "invited"
    JOINED = "joined"
    REFUSED = "refused"
    LEFT = "left"


class Thread(Base):
    """What an introduced pair, or a team, writes to each other. A pair's comes to be with its first message, a team has a title."""

    __tablename__ = "thread"
    __table_args__ = (sa.CheckConstraint("(match_id IS NULL) = (title IS NOT NULL)", name="title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int | None] = mapped_column(sa.ForeignKey("match.id", ondelete="CASCADE"), unique=True)
    title: Mapped[str | None] = mapped_column(sa.String(LONGEST_TITLE))
    made_at: Mapped[datetime.datetime]
    match: Mapped[Match | None] = relationship()
    members: Mapped[list[ThreadMember]] = relationship(back_populates="thread", cascade="all, delete-orphan")


class ThreadMember(Base):
    """An organization whose people read and write in a thread."""

    __tablename__ = "thread_member"
    __table_args__ = (sa.UniqueConstraint("thread_id", "organization_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[Seating] = mapped_column(
        choice(Seating, "state"), default=Seating.JOINED, server_default=Seating.JOINED.value
    )
    # Began the team, and asks others in.
    is_starter: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    thread: Mapped[Thread] = relationship(back_populates="members")
    organization: Mapped[Organization] = relationship()


class Message(Base):
    """What a person wrote for an organization, on the page or by answering a mail. Nobody changes it afterwards."""

    __tablename__ = "message"
    __table_args__ = (
        sa.UniqueConstraint("thread_id", "author_id", "form_key"),
        sa.Index("ix_message_thread_id_id", "thread_id", "id"),
        sa.Index("ix_message_author_id_at", "author_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    text: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime.datetime]
    # The form it came from: a double click posts once.
    form_key: Mapped[str | None] = mapped_column(sa.String(64))
    # The mail it came by: a mail that is taken twice posts once.
    inbound_mail_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("inbound_mail.id", ondelete="SET NULL"), unique=True
    )
    # Files that came with the mail and were not kept.
    dropped_files: Mapped[int] = mapped_column(default=0)
    thread: Mapped[Thread] = relationship()
    author: Mapped[User | None] = relationship()
    organization: Mapped[Organization] = relationship()


class ThreadReader(Base):
    """How far a person has read."""

    __tablename__ = "thread_reader"
    __table_args__ = (sa.UniqueConstraint("thread_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    # The last message they have seen.
    read_id: Mapped[int]


class Block(Base):
    """An organization wants nothing more from another: no messages and no meetings, both ways."""

    __tablename__ = "block"
    __table_args__ = (
        sa.UniqueConstraint("organization_id", "blocked_id"),
        sa.CheckConstraint("organization_id <> blocked_id", name="two"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    blocked_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime.datetime]


class ReportedMessage(Base):
    """A message that somebody reported, so that those who look into it may read it."""

    __tablename__ = "reported_message"
    __table_args__ = (sa.UniqueConstraint("message_id", "by_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("message.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"), index=True)
    grievance_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("grievance.id", ondelete="SET NULL"), index=True
    )
    at: Mapped[datetime.datetime]
    message: Mapped[Message] = relationship()
