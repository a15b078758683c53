"""Conflicts of interest that people declared, and their word that they declared all."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.db import Base, choice
from app.organizations.models import Organization

# What has ended still weighs for a year, as for officials of the United States (5 CFR 2635.502).
HIDES_AFTER_END = timedelta(days=365)
STATEMENT_LASTS = timedelta(days=365)
LONGEST_REASON = 500


class Basis(StrEnum):
    """What ties a person to an organization. `recusal` is said on a case, the others beforehand."""

    EMPLOYMENT = "employment"
    FAMILY = "family"
    INVESTMENT = "investment"
    ADVICE = "advice"
    OTHER = "other"
    RECUSAL = "recusal"


class Conflict(Base):
    """A person says that they should not judge an organization. Rows are ended, never deleted."""

    __tablename__ = "conflict"
    __table_args__ = (
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= declared_at", name="ended"),
        sa.CheckConstraint("basis <> 'recusal' OR reason <> ''", name="recusal"),
        sa.Index(
            "uq_conflict_holding",
            "user_id",
            "organization_id",
            "basis",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index("ix_conflict_user_id", "user_id", "organization_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    basis: Mapped[Basis] = mapped_column(choice(Basis, "basis"))
    reason: Mapped[str] = mapped_column(sa.String(LONGEST_REASON), default="")
    declared_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    user: Mapped[User] = relationship(lazy="joined")
    organization: Mapped[Organization] = relationship(lazy="joined")

    @property
    def hides_until(self) -> datetime | None:
        """When an ended one stops hiding; None while it holds."""
        return self.ended_at + HIDES_AFTER_END if self.ended_at else None


class ConflictStatement(Base):
    """A person's word: "my declarations are complete". The desk opens with it, for a year."""

    __tablename__ = "conflict_statement"
    __table_args__ = (sa.Index("ix_conflict_statement_user_id", "user_id", "given_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    given_at: Mapped[datetime]
