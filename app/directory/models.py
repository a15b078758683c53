"""Saved searches."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class SavedSearch(Base):
    """What a person looks for again and again: an address's query under a name of their own."""

    __tablename__ = "saved_search"
    __table_args__ = (sa.UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    # As it stands behind the question mark of the directory's address.
    query: Mapped[str] = mapped_column(sa.Text, default="")
    # Whether new hits are told in the weekly letter.
    notify: Mapped[bool] = mapped_column(default=True)
    # Organizations listed until then were seen or told already.
    seen_at: Mapped[datetime]
    created_at: Mapped[datetime]
