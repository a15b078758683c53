"""What organizations state about themselves, who saw proof of it, and how far each organization was verified."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, choice
from app.organizations.models import Verification

LONGEST_VALUE = 200
LONGEST_EVIDENCE = 1000
LONGEST_NOTE = 500


class Subject(StrEnum):
    """What a claim is about."""

    CERTIFICATE = "certificate"
    TRL = "trl"
    CAPACITY = "capacity"
    TICKET = "ticket"
    SEATS = "seats"
    SIZE = "size"


class Source(StrEnum):
    """Where a claim rests."""

    SELF = "self"
    DOCUMENT = "document"
    REGISTER = "register"
    THIRD_PARTY = "third_party"


class Proof(StrEnum):
    """What a verifier did: read a document, or heard it from somebody who must know."""

    DOCUMENT_SEEN = "document_seen"
    CONFIRMED = "confirmed"


class Claim(Base):
    """A fact that an organization states. It holds until it is withdrawn, and counts for less as it ages."""

    __tablename__ = "claim"
    __table_args__ = (
        # Two readings of one profile at once must not state a fact twice.
        sa.Index(
            "uq_claim_held",
            "organization_id",
            "subject",
            "value",
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
        sa.Index("ix_claim_subject_confirmed_at", "subject", "confirmed_at"),
        sa.CheckConstraint(
            "(verified_at IS NULL) = (verified_by_id IS NULL) AND (verified_at IS NULL) = (proof IS NULL)",
            name="verified",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    subject: Mapped[Subject] = mapped_column(choice(Subject, "subject"))
    value: Mapped[str] = mapped_column(sa.String(LONGEST_VALUE))
    source: Mapped[Source] = mapped_column(choice(Source, "source"), default=Source.SELF)
    evidence: Mapped[str] = mapped_column(sa.String(LONGEST_EVIDENCE), default="")
    # None where it was read out of the profile, whose own history says who saved it.
    stated_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    stated_at: Mapped[datetime]
    proof: Mapped[Proof | None] = mapped_column(choice(Proof, "proof"))
    verified_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    verified_at: Mapped[datetime | None]
    verification_note: Mapped[str] = mapped_column(sa.String(LONGEST_NOTE), default="")
    valid_until: Mapped[date | None]
    # When somebody last said that it is still true; at first, when it was stated.
    confirmed_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class ProfileReading(Base):
    """Which state of a profile its claims were last read from."""

    __tablename__ = "profile_reading"

    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True
    )
    profile_changed_at: Mapped[datetime]


class VerificationStep(Base):
    """One level that an organization reached: by whom, when, and until when it held."""

    __tablename__ = "verification"
    __table_args__ = (
        sa.Index(
            "uq_verification_holding",
            "organization_id",
            "level",
            "is_found",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    level: Mapped[Verification] = mapped_column(choice(Verification, "level"))
    # Found from facts by the worker, which also ends it when the facts go; otherwise a person said it.
    is_found: Mapped[bool] = mapped_column(default=False)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(sa.String(LONGEST_NOTE), default="")
    ended_at: Mapped[datetime | None]
