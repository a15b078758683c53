"""Cases: everything that waits for a manager's judgment, whatever it is about."""

from __future__ import annotations

import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.db import Base, choice
from app.grievances.models import Grievance
from app.listings.models import ListingReview
from app.matching.models import Match
from app.organizations.models import Duplicate, Organization
from app.programs.models import Program


class CaseKind(StrEnum):
    """What is to be judged."""

    LISTING = "listing"
    RESUBMISSION = "resubmission"
    PAIR = "pair"
    MERGE = "merge"
    APPEAL = "appeal"
    ABUSE = "abuse"


# Working days until a decision is due, by kind.
PROMISED_DAYS = {
    CaseKind.LISTING: 3,
    CaseKind.RESUBMISSION: 3,
    CaseKind.PAIR: 2,
    CaseKind.MERGE: 5,
    CaseKind.APPEAL: 10,
    CaseKind.ABUSE: 1,
}


class CaseState(StrEnum):
    """Where a case stands. `waiting` is on hold until a day, or asked for more; it opens again by itself."""

    OPEN = "open"
    WAITING = "waiting"
    STAGED = "staged"
    CLOSED = "closed"


_WHOSE = ("program_id", "one_id", "other_id", "for_user_id")
_SUBJECTS = ("match_id", "listing_review_id", "duplicate_id", "grievance_id")
_COUNT_SUBJECTS = " + ".join(f"(CASE WHEN {name} IS NULL THEN 0 ELSE 1 END)" for name in _SUBJECTS)


def _once(subject: str) -> sa.Index:
    """A subject has one case at a time; blind repeats of an old case do not count."""
    living = sa.text("state <> 'closed' AND repeats_id IS NULL")
    return sa.Index(
        f"uq_review_case_{subject}", subject, unique=True, sqlite_where=living, postgresql_where=living
    )


class Case(Base):
    """One thing to judge. `one` and `other` are the organizations it is about; for a pair, India's is `one`."""

    __tablename__ = "review_case"
    __table_args__ = (
        sa.CheckConstraint(f"{_COUNT_SUBJECTS} = 1", name="one_subject"),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        *(_once(subject) for subject in _SUBJECTS),
        sa.Index("ix_review_case_queue", "state", "due_at", "id"),
        sa.Index("ix_review_case_program_queue", "program_id", "state", "due_at", "id"),
        # The two other orders of the queue.
        sa.Index("ix_review_case_best", "state", "value", "id"),
        sa.Index("ix_review_case_opinions", "state", "opinions", "due_at", "id"),
        # Numbers and ages are read from the index alone, with all that says who may know of a case.
        sa.Index("ix_review_case_count", "state", "kind", "due_at", *_WHOSE),
        sa.Index("ix_review_case_age", "state", "opened_at", *_WHOSE),
        sa.Index("ix_review_case_one_id_state", "one_id", "state"),
        sa.Index("ix_review_case_other_id_state", "other_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[CaseKind] = mapped_column(choice(CaseKind, "kind"))
    state: Mapped[CaseState] = mapped_column(choice(CaseState, "state"), default=CaseState.OPEN)
    match_id: Mapped[int | None] = mapped_column(sa.ForeignKey("match.id", ondelete="CASCADE"), index=True)
    listing_review_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("listing_review.id", ondelete="CASCADE"), index=True
    )
    duplicate_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("duplicate.id", ondelete="CASCADE"), index=True
    )
    grievance_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("grievance.id", ondelete="CASCADE"), index=True
    )
    program_id: Mapped[int | None] = mapped_column(sa.ForeignKey("program.id"))
    one_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"))
    other_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"))
    # What a yes is worth, 0 to 1: for pairs how likely both sides say yes.
    value: Mapped[float] = mapped_column(default=0.0)
    opened_at: Mapped[datetime.datetime]
    due_at: Mapped[datetime.datetime]
    waits_until: Mapped[datetime.date | None]
    # Opinions given, and how many a decision should rest on.
    opinions: Mapped[int] = mapped_column(default=0)
    wanted_opinions: Mapped[int] = mapped_column(default=0)
    # Who reads it now, so that two do not read the same.
    claimed_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    claimed_until: Mapped[datetime.datetime | None]
    escalated_at: Mapped[datetime.datetime | None]
    # A blind repeat comes once more to the one who decided it; nothing follows from its decision.
    repeats_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("review_case.id", ondelete="CASCADE"), index=True
    )
    for_user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    closed_at: Mapped[datetime.datetime | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1)

    match: Mapped[Match | None] = relationship()
    listing_review: Mapped[ListingReview | None] = relationship()
    duplicate: Mapped[Duplicate | None] = relationship()
    grievance: Mapped[Grievance | None] = relationship()
    program: Mapped[Program | None] = relationship()
    one: Mapped[Organization] = relationship(foreign_keys=[one_id])
    other: Mapped[Organization | None] = relationship(foreign_keys=[other_id])
    claimed_by: Mapped[User | None] = relationship(foreign_keys=[claimed_by_id])

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_open(self) -> bool:
        """Takes a decision: also one that waits may be decided before its day."""
        return self.state in {CaseState.OPEN, CaseState.WAITING}

    @property
    def is_repeat(self) -> bool:
        return self.repeats_id is not None
