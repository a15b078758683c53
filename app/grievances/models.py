"""Appeals and reports of abuse."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.db import Base, choice
from app.listings.models import ListingReview
from app.matching.models import Match
from app.organizations.models import Organization


class GrievanceKind(StrEnum):
    """Against a decision, or against an organization."""

    APPEAL = "appeal"
    ABUSE = "abuse"


class GrievanceState(StrEnum):
    """Waiting for a manager, or what came of it."""

    WAITING = "waiting"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


class AbuseReason(StrEnum):
    """What a report says is wrong with an organization's profile or behavior."""

    FALSE_STATEMENT = "false_statement"
    IMPERSONATION = "impersonation"
    SPAM = "spam"
    HARASSMENT = "harassment"
    UNLAWFUL = "unlawful"
    OTHER = "other"


def _once(name: str, *columns: str, where: str) -> sa.Index:
    those = sa.text(where)
    return sa.Index(f"uq_grievance_{name}", *columns, unique=True, sqlite_where=those, postgresql_where=those)


class Grievance(Base):
    """An organization's appeal against a decision on it, or a person's report of an organization."""

    __tablename__ = "grievance"
    __table_args__ = (
        sa.CheckConstraint("(state IN ('waiting', 'withdrawn')) = (decided_at IS NULL)", name="decided"),
        sa.CheckConstraint("(kind = 'abuse') = (reason_code IS NOT NULL)", name="reason"),
        sa.CheckConstraint(
            "kind = 'abuse' OR (match_id IS NULL) <> (listing_review_id IS NULL)", name="against"
        ),
        sa.Index("ix_grievance_queue", "state", "opened_at", "id"),
        # Whoever presses twice, or two at once, complains once.
        _once("report", "by_id", "organization_id", where="state = 'waiting' AND kind = 'abuse'"),
        _once("match_appeal", "organization_id", "match_id", where="state = 'waiting' AND kind = 'appeal'"),
        _once("review_appeal", "listing_review_id", where="state <> 'withdrawn'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[GrievanceKind] = mapped_column(choice(GrievanceKind, "kind"))
    # The organization that appeals, or the one that is reported.
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    # What is appealed against.
    match_id: Mapped[int | None] = mapped_column(sa.ForeignKey("match.id", ondelete="CASCADE"), index=True)
    listing_review_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("listing_review.id", ondelete="CASCADE"), index=True
    )
    reason_code: Mapped[AbuseReason | None] = mapped_column(choice(AbuseReason, "reason_code"))
    text: Mapped[str] = mapped_column(sa.Text)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    opened_at: Mapped[datetime]
    state: Mapped[GrievanceState] = mapped_column(
        choice(GrievanceState, "state"), default=GrievanceState.WAITING
    )
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    decided_at: Mapped[datetime | None]
    # What whoever complained is told.
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    organization: Mapped[Organization] = relationship(lazy="selectin")
    match: Mapped[Match | None] = relationship()
    listing_review: Mapped[ListingReview | None] = relationship()
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_waiting(self) -> bool:
        return self.state is GrievanceState.WAITING
