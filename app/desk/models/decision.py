"""Decisions on cases, staged and released together."""

from __future__ import annotations

import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.db import Base, choice, json_list, json_object
from app.desk.models.case import Case
from app.organizations.models import Organization
from app.programs.models import Program


class Action(StrEnum):
    """What a manager can do with a case. For a merge, `approve` merges and `reject` keeps both apart."""

    APPROVE = "approve"
    HOLD = "hold"
    ASK = "ask"
    SWAP = "swap"
    REJECT = "reject"
    REFER = "refer"


class DecisionState(StrEnum):
    """Staged, and what became of it: taken back before the release, released, or undone after it."""

    STAGED = "staged"
    DROPPED = "dropped"
    RELEASED = "released"
    UNDONE = "undone"


class Release(Base):
    """Decisions that took effect together. Letters leave at `effective_at`; until then it can be undone."""

    __tablename__ = "case_release"

    id: Mapped[int] = mapped_column(primary_key=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    at: Mapped[datetime.datetime] = mapped_column(index=True)
    effective_at: Mapped[datetime.datetime]
    # What was foreseen when it was released, see desk.consequences.
    foreseen: Mapped[dict[str, Any]] = mapped_column(json_object(), default=dict)
    by: Mapped[User] = relationship(lazy="joined")


class Decision(Base):
    """One manager's decision on a case; a case has at most one that is staged."""

    __tablename__ = "case_decision"
    __table_args__ = (
        sa.CheckConstraint("(state IN ('released', 'undone')) = (release_id IS NOT NULL)", name="released"),
        sa.CheckConstraint("(state = 'undone') = (undone_at IS NOT NULL)", name="undone"),
        sa.Index(
            "uq_case_decision_staged",
            "case_id",
            unique=True,
            sqlite_where=sa.text("state = 'staged'"),
            postgresql_where=sa.text("state = 'staged'"),
        ),
        sa.Index("ix_case_decision_by_id_state", "by_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("review_case.id", ondelete="CASCADE"), index=True)
    action: Mapped[Action] = mapped_column(choice(Action, "action"))
    state: Mapped[DecisionState] = mapped_column(
        choice(DecisionState, "state"), default=DecisionState.STAGED, index=True
    )
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime.datetime]
    # The written criterion it rests on, in the words the program had when it opened.
    criterion: Mapped[str] = mapped_column(sa.Text, default="")
    reason_code: Mapped[str] = mapped_column(sa.String(40), default="")
    # `note` goes to the organizations, `comment` stays among managers.
    note: Mapped[str] = mapped_column(sa.Text, default="")
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    until: Mapped[datetime.date | None]
    # For "ask for more": which sides, and the fields that reopen.
    sides: Mapped[list[str]] = mapped_column(json_list(), default=list)
    fields: Mapped[list[str]] = mapped_column(json_list(), default=list)
    # The partner that takes the place of the other side, for a swap; the profile that goes on, for a merge.
    organization_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    # Where a referred case goes.
    program_id: Mapped[int | None] = mapped_column(sa.ForeignKey("program.id"), index=True)
    release_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("case_release.id", ondelete="CASCADE"), index=True
    )
    # What stood before the release, so that an undo restores it exactly.
    before: Mapped[dict[str, Any]] = mapped_column(json_object(), default=dict)
    undone_at: Mapped[datetime.datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    case: Mapped[Case] = relationship()
    by: Mapped[User] = relationship(foreign_keys=[by_id], lazy="joined")
    organization: Mapped[Organization | None] = relationship()
    program: Mapped[Program | None] = relationship()
    release: Mapped[Release | None] = relationship()
