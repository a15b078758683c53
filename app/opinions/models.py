"""Opinions: what managers think of a case by its written criteria. A case may have several before it is decided."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.db import Base, choice, json_object


class Recommendation(StrEnum):
    """What one would decide."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class Opinion(Base):
    """One person's opinion of one case; giving it again replaces it."""

    __tablename__ = "opinion"
    __table_args__ = (sa.UniqueConstraint("case_id", "by_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("review_case.id", ondelete="CASCADE"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    # {criterion: 1 to 4}, each criterion in the words it had.
    scores: Mapped[dict[str, Any]] = mapped_column(json_object(), default=dict)
    recommends: Mapped[Recommendation] = mapped_column(choice(Recommendation, "recommends"))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[datetime]
    by: Mapped[User] = relationship(lazy="joined")
