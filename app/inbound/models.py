"""Mail that came in, as plain text, until what it is for has taken it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, choice


class InboundState(StrEnum):
    """What became of a mail that came in."""

    NEW = "new"
    TAKEN = "taken"
    REFUSED = "refused"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"


class InboundMail(Base):
    """One mail to one of our addresses. `to_address` is the local part, like ``thread+<token>``."""

    __tablename__ = "inbound_mail"
    __table_args__ = (
        sa.Index("ix_inbound_mail_state_to_address", "state", "to_address"),
        sa.Index("ix_inbound_mail_to_address_received_at", "to_address", "received_at"),
        sa.Index("ix_inbound_mail_received_at", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    received_at: Mapped[datetime]
    message_id: Mapped[str] = mapped_column(sa.String(250), index=True)
    # One row a mail and address is taken in; further copies are refused and have no fingerprint.
    fingerprint: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    envelope_from: Mapped[str] = mapped_column(sa.String(320))
    from_address: Mapped[str] = mapped_column(sa.String(320))
    to_address: Mapped[str] = mapped_column(sa.String(64))
    subject: Mapped[str] = mapped_column(sa.String(250))
    text: Mapped[str] = mapped_column(sa.Text)
    in_reply_to: Mapped[str] = mapped_column(sa.String(250))
    references: Mapped[str] = mapped_column(sa.Text)
    # How many files came along; they are not kept.
    files: Mapped[int] = mapped_column(default=0)
    is_automatic: Mapped[bool]
    # Words of the Authentication-Results that our own mail server wrote; empty when it wrote none.
    spf: Mapped[str] = mapped_column(sa.String(20))
    dkim: Mapped[str] = mapped_column(sa.String(20))
    dmarc: Mapped[str] = mapped_column(sa.String(20))
    state: Mapped[InboundState] = mapped_column(choice(InboundState, "state"), default=InboundState.NEW)
    refused_because: Mapped[str] = mapped_column(sa.String(250), default="")
    taken_at: Mapped[datetime | None]
    # The mail of ours that came back or was complained of.
    email_id: Mapped[int | None] = mapped_column(sa.ForeignKey("email.id", ondelete="SET NULL"), index=True)
