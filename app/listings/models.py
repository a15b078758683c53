"""Reviews of listings."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.db import Base, choice, json_list, json_object
from app.organizations.models import Organization


class ReviewState(StrEnum):
    """Waiting for a program manager, or what came of it."""

    WAITING = "waiting"
    APPROVED = "approved"
    RETURNED = "returned"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ListingReview(Base):
    """A profile handed in for the directory, or a listed one whose people changed something that matters."""

    __tablename__ = "listing_review"
    __table_args__ = (
        sa.CheckConstraint("(state IN ('waiting', 'withdrawn')) = (decided_at IS NULL)", name="decided"),
        # One open review an organization, whoever submits twice at once.
        sa.Index(
            "uq_listing_review_waiting",
            "organization_id",
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        sa.Index("ix_listing_review_queue", "state", "due_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    # Whether the profile is in the directory already and only changed.
    is_change: Mapped[bool] = mapped_column(default=False)
    state: Mapped[ReviewState] = mapped_column(choice(ReviewState, "state"), default=ReviewState.WAITING)
    # Empty for changes, which nobody hands in.
    submitted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    submitted_at: Mapped[datetime]
    due_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(sa.Text, default="")
    # The answers that matter as they were handed in, and what is new since the last review, as [{field, before, after}].
    snapshot: Mapped[dict[str, Any]] = mapped_column(json_object(), default=dict)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(json_list(), default=list)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    decided_at: Mapped[datetime | None]
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    organization: Mapped[Organization] = relationship(lazy="selectin")
    submitted_by: Mapped[User | None] = relationship(foreign_keys=[submitted_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_waiting(self) -> bool:
        return self.state is ReviewState.WAITING


class ListingCursor(Base):
    """How far the audit trail was read for changes of listed profiles: one row."""

    __tablename__ = "listing_cursor"
    __table_args__ = (sa.CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    number: Mapped[int] = mapped_column(sa.BigInteger, default=0)
