"""Which person's weekly letter was settled for which week."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.db import Base, choice


class DigestState(StrEnum):
    """What became of a person's week."""

    ENQUEUED = "enqueued"
    # There was nothing worth a letter: an empty digest is never sent.
    NOTHING = "nothing"


class Digest(Base):
    """One row a person and ISO week (in their zone), written with the mail: never twice."""

    __tablename__ = "digest"
    __table_args__ = (sa.UniqueConstraint("user_id", "week"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    week: Mapped[str] = mapped_column(sa.String(8), index=True)
    state: Mapped[DigestState] = mapped_column(choice(DigestState, "state"))
    at: Mapped[datetime]
    user: Mapped[User] = relationship(lazy="joined")
