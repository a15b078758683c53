"""Numbers that registers give to organizations."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, choice
from app.organizations.identifiers import LONGEST, Scheme


class Identifier(Base):
    """A register's number that an organization states; its format was checked, and perhaps somebody confirmed it."""

    __tablename__ = "identifier"
    __table_args__ = (
        sa.UniqueConstraint("organization_id", "scheme", "value"),
        sa.Index("ix_identifier_scheme_value", "scheme", "value"),
        sa.CheckConstraint("(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name="confirmed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    scheme: Mapped[Scheme] = mapped_column(choice(Scheme, "scheme"))
    value: Mapped[str] = mapped_column(sa.String(LONGEST))
    added_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    confirmed_at: Mapped[datetime | None]

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None
