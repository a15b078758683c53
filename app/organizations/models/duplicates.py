"""What finds the same organization twice, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.accounts import addresses
from app.db import Base, choice, json_list, json_object
from app.organizations import naming


class DuplicateColumns:
    """Keys by which two profiles of one organization meet; they follow name and website by themselves."""

    name_key: Mapped[str] = mapped_column(sa.String(naming.LONGEST_NAME), default="", index=True)
    domain: Mapped[str | None] = mapped_column(sa.String(addresses.LONGEST_DOMAIN), index=True)
    # The profile that goes on in place of a merged one.
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organization.id"), index=True)

    @validates("name")
    def _keep_name_key(self, _field: str, name: str) -> str:
        self.name_key = naming.name_key(name or "")
        return name

    @validates("website")
    def _keep_domain(self, _field: str, website: str | None) -> str | None:
        self.domain = naming.domain_of(website)
        return website


class DuplicateState(StrEnum):
    """What people decided of a suspicion."""

    OPEN = "open"
    MERGED = "merged"
    DISTINCT = "distinct"


class Duplicate(Base):
    """Two profiles that look like one organization; the smaller id stands first, so that a pair is there once."""

    __tablename__ = "duplicate"
    __table_args__ = (
        sa.UniqueConstraint("one_id", "other_id"),
        sa.CheckConstraint("one_id < other_id", name="order"),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        sa.Index("ix_duplicate_queue", "state", "score", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    one_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    # Codes of `app.organizations.likeness.Reason`.
    reasons: Mapped[list[str]] = mapped_column(json_list(), default=list)
    score: Mapped[float]
    state: Mapped[DuplicateState] = mapped_column(
        choice(DuplicateState, "state"), default=DuplicateState.OPEN
    )
    found_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Merge(Base):
    """One profile absorbed by another: who did it, and all that is needed to undo it.

    That an organization is absorbed once at a time is kept by its own column `merged_into_id`.
    """

    __tablename__ = "merge"
    __table_args__ = (sa.CheckConstraint("(undone_by_id IS NULL) = (undone_at IS NULL)", name="undone"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    absorbed_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    at: Mapped[datetime]
    moved: Mapped[dict[str, Any]] = mapped_column(json_object(), default=dict)
    undone_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    undone_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
