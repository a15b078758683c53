"""Programs and missions: who takes part, who reviews what, by which written criteria."""

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
from app.taxonomy import Country, Kind


class ProgramKind(StrEnum):
    """How a program runs."""

    STANDING = "standing"
    MISSION = "mission"
    COHORT = "cohort"
    OPEN_CALL = "open_call"
    ROUND_TABLE = "round_table"


class CohortRule(StrEnum):
    """Whom a program pairs: everybody who fits, its cohort with everybody who fits, or its cohort with itself."""

    EVERYBODY = "everybody"
    COHORT_WITH_ALL = "cohort_with_all"
    COHORT_ONLY = "cohort_only"


class ManagerRole(StrEnum):
    """A lead also edits the program, its managers and its dial."""

    LEAD = "lead"
    MANAGER = "manager"


class ParticipationState(StrEnum):
    """Where an organization stands with a program. `accepted` ones are the cohort."""

    APPLIED = "applied"
    INVITED = "invited"
    ACCEPTED = "accepted"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class DeclineReason(StrEnum):
    """Why an organization was not taken; what they read stands in `wording`."""

    NOT_COVERED = "not_covered"
    TOO_EARLY = "too_early"
    NEED_UNCLEAR = "need_unclear"
    NO_COUNTERPART = "no_counterpart"
    PLACES_TAKEN = "places_taken"
    BALANCE = "balance"


class PreviewState(StrEnum):
    """A look ahead waits for the worker, is computed, is there, or could not be made."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Program(Base):
    """A program of the working group. Empty `kinds`, `technologies` or `countries` mean any.

    Until `opened_at` it is a draft; from then on its criteria stand, and a trigger keeps them.
    """

    __tablename__ = "program"
    __table_args__ = (
        sa.CheckConstraint("ends_on >= starts_on", name="dates"),
        sa.CheckConstraint("places >= 1", name="places"),
        sa.CheckConstraint("quota >= 1", name="quota"),
        sa.CheckConstraint("alpha BETWEEN 0 AND 1", name="alpha"),
        sa.CheckConstraint("floor BETWEEN 0 AND 5", name="floor"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name: Mapped[str] = mapped_column(sa.String(160))
    kind: Mapped[ProgramKind] = mapped_column(choice(ProgramKind, "kind"))
    summary: Mapped[str] = mapped_column(sa.Text, default="")
    criteria: Mapped[list[str]] = mapped_column(json_list(), default=list)
    technologies: Mapped[list[str]] = mapped_column(json_list(), default=list)
    kinds: Mapped[list[str]] = mapped_column(json_list(), default=list)
    # A kind that every pair has on one side; none means any.
    one_side_is: Mapped[Kind | None] = mapped_column(choice(Kind, "one_side_is"))
    # Whose organizations may join the cohort; a pair always has a side in each country.
    countries: Mapped[list[str]] = mapped_column(json_list(), default=list)
    # Pairs go to the first program that takes them, lowest number first.
    priority: Mapped[int] = mapped_column(default=100)
    is_open: Mapped[bool] = mapped_column(default=True)
    opened_at: Mapped[datetime.datetime | None]
    is_illustrative: Mapped[bool] = mapped_column(default=False)
    starts_on: Mapped[datetime.date | None]
    ends_on: Mapped[datetime.date | None]
    # The last day for applications; without one they are taken as long as the program is open.
    closes_on: Mapped[datetime.date | None]
    # One a line of the form.
    cities: Mapped[list[str]] = mapped_column(json_list(), default=list)
    visits: Mapped[list[str]] = mapped_column(json_list(), default=list)
    cohort_rule: Mapped[CohortRule] = mapped_column(
        choice(CohortRule, "cohort_rule"), default=CohortRule.EVERYBODY
    )
    # How many organizations the cohort takes; none means as many as are accepted.
    places: Mapped[int | None]
    # Most open and approved matches an organization has in this program.
    quota: Mapped[int | None]
    # Whether the last place of the cohort waits for a country that has none.
    needs_both_countries: Mapped[bool] = mapped_column(default=False)
    # What applicants are asked; empty takes no applications.
    question: Mapped[str] = mapped_column(sa.Text, default="")
    # How evenly proposals are shared out, 0 to 1, and the least number everybody gets who has a partner.
    alpha: Mapped[float] = mapped_column(default=0.0)
    floor: Mapped[int] = mapped_column(default=1)
    # When something last changed that pairs depend on, and the state of it that the last full run has read.
    rules_changed_at: Mapped[datetime.datetime | None]
    shared_out_at: Mapped[datetime.datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_draft(self) -> bool:
        return self.opened_at is None

    @property
    def has_cohort(self) -> bool:
        return self.cohort_rule is not CohortRule.EVERYBODY

    @property
    def is_over(self) -> bool:
        return self.ends_on is not None and self.ends_on < clock.now().date()

    @property
    def takes_applications(self) -> bool:
        """Whether organizations may apply today."""
        in_time = self.closes_on is None or self.closes_on >= clock.now().date()
        return self.has_cohort and self.is_open and not self.is_draft and not self.is_over and in_time


class ProgramManager(Base):
    """A manager works for a program and sees its cases; with a scope, those with a side of this country or these kinds."""

    __tablename__ = "program_manager"
    __table_args__ = (sa.UniqueConstraint("program_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(sa.ForeignKey("program.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    role: Mapped[ManagerRole] = mapped_column(choice(ManagerRole, "role"), default=ManagerRole.MANAGER)
    # None and empty mean all.
    country: Mapped[Country | None] = mapped_column(choice(Country, "country"))
    kinds: Mapped[list[str]] = mapped_column(json_list(), default=list)
    program: Mapped[Program] = relationship(lazy="joined")
    user: Mapped[User] = relationship(lazy="joined")


class Participation(Base):
    """An organization that applied to a program or was invited, and what came of it."""

    __tablename__ = "participation"
    __table_args__ = (
        sa.UniqueConstraint("program_id", "organization_id"),
        sa.CheckConstraint("(state = 'declined') = (reason_code IS NOT NULL)", name="reason"),
        sa.Index("ix_participation_program_id_state", "program_id", "state", "asked_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(sa.ForeignKey("program.id", ondelete="CASCADE"))
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[ParticipationState] = mapped_column(choice(ParticipationState, "state"))
    # When it applied or was invited, and by whom; the waiting list goes by it.
    asked_at: Mapped[datetime.datetime]
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    decided_at: Mapped[datetime.datetime | None]
    reason_code: Mapped[DeclineReason | None] = mapped_column(choice(DeclineReason, "reason_code"))
    # What its people read beside the reason.
    note: Mapped[str] = mapped_column(sa.Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    program: Mapped[Program] = relationship(lazy="joined")
    organization: Mapped[Organization] = relationship(lazy="joined")
    asked_by: Mapped[User | None] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    __mapper_args__ = {"version_id_col": version}


class DialPreview(Base):
    """What each setting of a program's dial would propose, for the person who asked."""

    __tablename__ = "dial_preview"
    __table_args__ = (sa.CheckConstraint("done <= wanted", name="progress"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(sa.ForeignKey("program.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    state: Mapped[PreviewState] = mapped_column(
        choice(PreviewState, "state"), default=PreviewState.WAITING, index=True
    )
    created_at: Mapped[datetime.datetime]
    # Settings computed, of how many.
    done: Mapped[int] = mapped_column(default=0)
    wanted: Mapped[int] = mapped_column(default=0)
    # See `matching.dialing`.
    results: Mapped[dict[str, Any]] = mapped_column(json_object(), default=dict)
    program: Mapped[Program] = relationship()
