"""Past investments."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Partnership(Base):
    """A past investor-to-company link, imported; it teaches the recommender and is shown to nobody."""

    __tablename__ = "partnership"
    __table_args__ = (sa.UniqueConstraint("investor_id", "company_id", "date"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    investor_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    company_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    # Empty when unknown, and not NULL: two unknown dates are the same link.
    date: Mapped[str] = mapped_column(sa.String(10), default="")
