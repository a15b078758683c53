"""When each person wants their weekly letter and what in it, and which week's was settled."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.db import Base, choice, json_list


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


class Part(StrEnum):
    """What a person may leave out of their letter."""

    NEWS = "news"
    CALLS = "calls"
    REACH = "reach"
    QUESTION = "question"
    IN_REVIEW = "in_review"


class LetterWish(Base):
    """A person's hour of the week, pause and parts; without a row it is Monday at nine and all of it."""

    __tablename__ = "letter_wish"
    __table_args__ = (
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), unique=True)
    weekday: Mapped[int] = mapped_column(default=1)
    hour: Mapped[int] = mapped_column(default=9)
    # When the hour was last changed: a letter that is owed by then comes right away.
    hour_changed_at: Mapped[datetime | None] = mapped_column(index=True)
    # No letters before this moment, the beginning of a day where the person is.
    paused_until: Mapped[datetime | None]
    muted: Mapped[list[str]] = mapped_column(json_list(), default=list)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
