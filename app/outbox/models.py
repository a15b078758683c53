"""Mail that waits, in the same database and transaction as the change it tells of."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, choice


class MailState(StrEnum):
    """Where a mail is between being written and being handed over."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    SUPPRESSED = "suppressed"


class MailCategory(StrEnum):
    """What a mail is about; people may turn off all but account mail."""

    ACCOUNT = "account"
    MATCH = "match"
    INTRODUCTION = "introduction"
    DIGEST = "digest"


class Email(Base):
    """One mail to one person. `key` makes a rerun repeat nothing; `message_id` stays over all attempts."""

    __tablename__ = "email"
    __table_args__ = (sa.Index("ix_email_due", "state", "next_attempt_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(160), unique=True)
    category: Mapped[MailCategory] = mapped_column(choice(MailCategory, "category"))
    # No foreign key: accounts stand above the outbox on the ladder.
    user_id: Mapped[int | None] = mapped_column(index=True)
    to_address: Mapped[str] = mapped_column(sa.String(320), index=True)
    to_name: Mapped[str] = mapped_column(sa.String(120), default="")
    subject: Mapped[str] = mapped_column(sa.String(250))
    text: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[str] = mapped_column(sa.Text)
    unsubscribe_url: Mapped[str | None] = mapped_column(sa.String(500))
    # Where an answer goes when not to the sender, and the mail of ours that this one carries on.
    reply_to: Mapped[str | None] = mapped_column(sa.String(320))
    in_reply_to: Mapped[str | None] = mapped_column(sa.String(200))
    # What mail programs sort by; the category where it is empty.
    list_id: Mapped[str] = mapped_column(sa.String(200), default="")
    # An iCalendar file that goes with it (RFC 6047); empty for most mails.
    calendar: Mapped[str] = mapped_column(sa.Text, default="")
    message_id: Mapped[str] = mapped_column(sa.String(200), unique=True)
    # A mail that carries a sign-in link loses its body once sent: tokens do not lie about in the database.
    is_secret: Mapped[bool] = mapped_column(default=False)
    state: Mapped[MailState] = mapped_column(choice(MailState, "state"), default=MailState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    lease_token: Mapped[str | None] = mapped_column(sa.String(40))
    leased_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(sa.Text)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class BounceKind(StrEnum):
    """How an address refused a mail after it was handed over, or by whom."""

    HARD = "hard"
    SOFT = "soft"
    COMPLAINT = "complaint"


class Bounce(Base):
    """A mail that came back, or that somebody complained of. Soft ones count until the address is suppressed."""

    __tablename__ = "bounce"
    __table_args__ = (
        sa.UniqueConstraint("email_id", "kind"),
        sa.Index("ix_bounce_address_kind_at", "address", "kind", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email_id: Mapped[int] = mapped_column(sa.ForeignKey("email.id", ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(sa.String(320))
    kind: Mapped[BounceKind] = mapped_column(choice(BounceKind, "kind"))
    words: Mapped[str] = mapped_column(sa.String(400))
    at: Mapped[datetime]


class Suppression(Base):
    """An address that refuses our mail; nothing is sent there until a person lifts it."""

    __tablename__ = "suppression"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(sa.String(320), unique=True)
    kind: Mapped[BounceKind] = mapped_column(choice(BounceKind, "kind"), default=BounceKind.HARD)
    reason: Mapped[str] = mapped_column(sa.String(250))
    at: Mapped[datetime]
