"""Matches: an Indian and a US organization proposed to each other, what people decided, and what was learned from it."""

from __future__ import annotations

import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.accounts.models import User
from app.db import Base, choice, json_list, json_object
from app.organizations.models import Organization
from app.programs.models import Program
from app.taxonomy import Country


class MatchState(StrEnum):
    """Where a match stands with the managers."""

    PROPOSED = "proposed"
    HELD = "held"
    INFO_REQUESTED = "info_requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    # The recommender no longer proposes it; kept because somebody may have seen it.
    STALE = "stale"


OPEN_STATES = (MatchState.PROPOSED, MatchState.HELD, MatchState.INFO_REQUESTED)


class ReviewAction(StrEnum):
    """What a manager can do with an open match."""

    APPROVE = "approve"
    REJECT = "reject"
    HOLD = "hold"
    ASK_MORE = "ask_more"


class RejectReason(StrEnum):
    """Why a pair was not approved; shown politely to nobody but managers for now."""

    NEED_NOT_CURRENT = "need_not_current"
    COMPETITORS = "competitors"
    NOT_COMPLEMENTARY = "not_complementary"
    OVERLOADED = "overloaded"
    SENSITIVE = "sensitive"
    PROFILE_TOO_THIN = "profile_too_thin"
    OTHER = "other"
    # Another partner took the place: nobody's fault, and nothing to learn from.
    SWAPPED = "swapped"


class Match(Base):
    """One pair across the corridor. `fit_for_india` says how well the US side serves the Indian side."""

    __tablename__ = "match"
    __table_args__ = (
        sa.UniqueConstraint("india_id", "us_id"),
        sa.CheckConstraint("score BETWEEN 0 AND 1", name="score"),
        sa.Index("ix_match_queue", "state", "program_id", "due_at", "id"),
        sa.Index("ix_match_us_id_state", "us_id", "state"),
        sa.Index("ix_match_india_id_state", "india_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    india_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"))
    us_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"))
    program_id: Mapped[int | None] = mapped_column(sa.ForeignKey("program.id"), index=True)
    state: Mapped[MatchState] = mapped_column(choice(MatchState, "state"), default=MatchState.PROPOSED)
    score: Mapped[float]
    fit_for_india: Mapped[float]
    fit_for_us: Mapped[float]
    # {"india": [reason, ...], "us": [...]}, each reason as `ml.Reason` without its side; see matching.reasons.
    reasons: Mapped[dict[str, Any]] = mapped_column(json_object(), default=dict)
    # How likely a side is to say yes; unknown until the model in force has learned from answers.
    chance_for_india: Mapped[float | None]
    chance_for_us: Mapped[float | None]
    model_version: Mapped[str] = mapped_column(sa.String(60))
    proposed_at: Mapped[datetime.datetime]
    due_at: Mapped[datetime.datetime]
    hold_until: Mapped[datetime.date | None]
    decided_at: Mapped[datetime.datetime | None] = mapped_column(index=True)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    # Once approved: when its sides are told and may answer; none means at once.
    opens_at: Mapped[datetime.datetime | None]
    # Its sides were reminded late: so long it waits for their answers at least.
    waits_until: Mapped[datetime.datetime | None]
    # A manager put it into its program, so that the recommender leaves it there.
    is_referred: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    version: Mapped[int] = mapped_column(default=1)

    india: Mapped[Organization] = relationship(foreign_keys=[india_id])
    us: Mapped[Organization] = relationship(foreign_keys=[us_id])
    program: Mapped[Program | None] = relationship()
    decided_by: Mapped[User | None] = relationship()
    end: Mapped[MatchEnd | None] = relationship(passive_deletes="all")

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_open(self) -> bool:
        """Waits for a manager."""
        return self.state in OPEN_STATES

    @property
    def is_told(self) -> bool:
        """Approved, and its sides know of it."""
        return self.state is MatchState.APPROVED and (self.opens_at is None or self.opens_at <= clock.now())

    @classmethod
    def told_by(cls, moment: datetime.datetime) -> sa.ColumnElement[bool]:
        """`is_told` at a moment, as a condition of a query."""
        return sa.and_(
            cls.state == MatchState.APPROVED, sa.or_(cls.opens_at.is_(None), cls.opens_at <= moment)
        )

    @classmethod
    def is_going(cls) -> sa.ColumnElement[bool]:
        """Has not ended unanswered, by a no or by a withdrawn yes, as a condition of a query: only these take anybody's attention."""
        return ~sa.exists().where(MatchEnd.match_id == cls.id)

    def side(self, country: Country) -> Organization:
        return self.india if country is Country.INDIA else self.us

    def partner_of(self, organization: Organization) -> Organization:
        return self.us if organization.id == self.india_id else self.india

    def fit_for(self, organization: Organization) -> float:
        """How well the partner serves `organization`, 0 to 1."""
        return self.fit_for_india if organization.id == self.india_id else self.fit_for_us

    def chance_for(self, organization: Organization) -> float | None:
        """How likely `organization` is to say yes, 0 to 1; None while nothing was learned from answers."""
        return self.chance_for_india if organization.id == self.india_id else self.chance_for_us


class EndReason(StrEnum):
    """Why an approved match ended before both said yes."""

    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"


class MatchEnd(Base):
    """An approved match that ended before both said yes. It stays approved, so that the pair is not proposed anew."""

    __tablename__ = "match_end"

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id", ondelete="CASCADE"), unique=True)
    ended_at: Mapped[datetime.datetime] = mapped_column(index=True)
    why: Mapped[EndReason] = mapped_column(choice(EndReason, "why"))
    # Who said no or took the yes back, and for which side; empty when nobody answered in time.
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    organization_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )


class ReviewDecision(Base):
    """One act of a manager on a match; the history is kept whole."""

    __tablename__ = "review_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id", ondelete="CASCADE"), index=True)
    action: Mapped[ReviewAction] = mapped_column(choice(ReviewAction, "action"))
    reason_code: Mapped[RejectReason | None] = mapped_column(choice(RejectReason, "reason_code"))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    at: Mapped[datetime.datetime]
    by: Mapped[User] = relationship(lazy="joined")


class Attention(Base):
    """How much an organization wants at once, and until when nothing new; without a row it takes what the site gives."""

    __tablename__ = "attention"
    __table_args__ = (
        sa.CheckConstraint("most_in >= 1", name="most_in"),
        sa.CheckConstraint("most_out >= 1", name="most_out"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), unique=True
    )
    # At most so many requests wait for its answer.
    most_in: Mapped[int | None]
    # At most so many matches in all, those it said yes to included.
    most_out: Mapped[int | None]
    # From this day on it gets new requests again.
    paused_until: Mapped[datetime.date | None] = mapped_column(index=True)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"), index=True)
    # Newer than its last proposals means: compute them again.
    changed_at: Mapped[datetime.datetime]
    version: Mapped[int] = mapped_column(default=1)
    by: Mapped[User | None] = relationship()

    __mapper_args__ = {"version_id_col": version}


class Refresh(Base):
    """Which state of a profile and its attention (by its change) proposals were computed from; older than either means: again."""

    __tablename__ = "refresh"

    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True
    )
    refreshed_at: Mapped[datetime.datetime] = mapped_column(index=True)
    model_version: Mapped[str] = mapped_column(sa.String(60))


class Said(StrEnum):
    """What somebody said of a pair, for the recommender to learn from."""

    APPROVE = "approve"
    REJECT = "reject"
    HOLD = "hold"
    YES = "yes"
    NOT_NOW = "not_now"
    NO = "no"
    INTRODUCED = "introduced"
    OUTCOME = "outcome"
    # Of an organization, not of the pair: it stayed away from a meeting. Nothing is learned from it of the fit.
    NO_SHOW = "no_show"


class TrainingSignal(Base):
    """One thing said of a match by a manager, by a side, or by what came of it; never changed, the newest one counts.

    Features above write here in the transaction of the act itself (see `matching.signals`).
    """

    __tablename__ = "training_signal"
    __table_args__ = (sa.CheckConstraint("weight >= 0", name="weight"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id", ondelete="CASCADE"), index=True)
    # The side that speaks; empty when it is said of the pair.
    organization_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    says: Mapped[Said] = mapped_column(choice(Said, "says"))
    weight: Mapped[float]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    at: Mapped[datetime.datetime] = mapped_column(index=True)


class ModelState(StrEnum):
    """What became of a trained model."""

    IN_FORCE = "in_force"
    RETIRED = "retired"
    REFUSED = "refused"


class RankingModel(Base):
    """A recommender that was trained on signals: its file, how it did, and whether it is the one in use."""

    __tablename__ = "ranking_model"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(sa.String(60), unique=True)
    # True or NULL, so that the database lets only one be in force.
    is_in_force: Mapped[bool | None] = mapped_column(unique=True)
    # Why it is in force or was refused, in the words of the gate.
    why: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime.datetime] = mapped_column(index=True)
    # It has read profiles as they were then, and nothing that was said after.
    profiles_at: Mapped[datetime.datetime]
    learned_until: Mapped[datetime.datetime]
    # Name in the folder of models, with the SHA-256 of its content; empty for a refused model, which is not kept.
    file: Mapped[str] = mapped_column(sa.String(120), default="")
    sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    bytes: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    metrics: Mapped[dict[str, Any]] = mapped_column(json_object(), default=dict)

    @property
    def state(self) -> ModelState:
        if self.is_in_force:
            return ModelState.IN_FORCE
        return ModelState.RETIRED if self.file else ModelState.REFUSED


class Advice(Base):
    """What would open more willing partners to an organization, for one state of its profile and one model."""

    __tablename__ = "advice"

    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True
    )
    profile_changed_at: Mapped[datetime.datetime]
    model_version: Mapped[str] = mapped_column(sa.String(60))
    computed_at: Mapped[datetime.datetime]
    suggestions: Mapped[list[dict[str, Any]]] = mapped_column(json_list(), default=list)
