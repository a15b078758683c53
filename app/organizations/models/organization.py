"""Organizations and the technologies they work in."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, choice, json_list
from app.organizations.models.duplicates import DuplicateColumns
from app.organizations.models.kinds import KindColumns
from app.organizations.models.texts import TextColumns
from app.taxonomy import Country, InvestorType, Kind, Sector, SizeClass, Stage, TrainingMode


class ProfileState(StrEnum):
    """Where a profile stands. Only `LISTED` and `PAUSED` are in the directory, only `LISTED` is matched.

    Draft: seen by its people only. Submitted: waits for a program manager. Returned: sent back with a comment.
    Refused: not taken. Merged: another profile of the same organization goes on in its place.
    """

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    LISTED = "listed"
    PAUSED = "paused"
    REFUSED = "refused"
    MERGED = "merged"


# What the directory shows to everybody.
LISTED_STATES = (ProfileState.LISTED, ProfileState.PAUSED)


class Verification(StrEnum):
    """How far an organization has been checked, weakest first; each level has who and when in `app.claims`."""

    UNVERIFIED = "unverified"
    EMAIL_DOMAIN = "email_domain"
    FORMAT = "format"
    DOCUMENT_SEEN = "document_seen"
    CONFIRMED = "confirmed"


class Organization(KindColumns, TextColumns, DuplicateColumns, Base):
    """A startup, SME, skill program or investor. Columns below the line belong to one kind each."""

    __tablename__ = "organization"
    __table_args__ = (
        sa.CheckConstraint("founded_year BETWEEN 1600 AND 2100", name="founded_year"),
        sa.CheckConstraint("ticket_min >= 0 AND ticket_max >= ticket_min", name="ticket"),
        sa.CheckConstraint("level BETWEEN 1 AND 8", name="level"),
        sa.CheckConstraint("seats >= 0", name="seats"),
        sa.Index("ix_organization_directory", "state", "country", "kind", "name"),
        sa.Index("ix_organization_name_id", "name", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Where an imported row came from; the pair makes a second import change nothing.
    external_id: Mapped[str | None] = mapped_column(sa.String(80), unique=True)
    source: Mapped[str] = mapped_column(sa.String(80), default="")
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    state: Mapped[ProfileState] = mapped_column(choice(ProfileState, "state"), default=ProfileState.DRAFT)
    is_illustrative: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    # The change log matching pulls from: set whenever something that matters to fit has changed.
    profile_changed_at: Mapped[datetime] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1)
    # While it is returned with a question: the only answers that may change until it is handed in again; empty means all.
    asked_fields: Mapped[list[str]] = mapped_column(json_list(), default=list, server_default="[]")

    # Paused by program managers, so that its people cannot lift the pause.
    suspended_at: Mapped[datetime | None]
    # When it was first listed; new hits of saved searches go by it.
    listed_at: Mapped[datetime | None] = mapped_column(index=True)
    verification: Mapped[Verification] = mapped_column(
        choice(Verification, "verification"), default=Verification.UNVERIFIED
    )

    name: Mapped[str] = mapped_column(sa.String(200))
    country: Mapped[Country] = mapped_column(choice(Country, "country"))
    region_code: Mapped[str | None] = mapped_column(sa.String(6), index=True)
    city: Mapped[str | None] = mapped_column(sa.String(120))
    website: Mapped[str | None] = mapped_column(sa.String(500))
    founded_year: Mapped[int | None]
    team_size: Mapped[int | None]
    summary: Mapped[str] = mapped_column(sa.String(500), default="")
    description: Mapped[str] = mapped_column(sa.Text, default="")
    # One offer or need a line.
    offers: Mapped[str] = mapped_column(sa.Text, default="")
    needs: Mapped[str] = mapped_column(sa.Text, default="")
    tags: Mapped[list[str]] = mapped_column(json_list(), default=list)

    stage: Mapped[Stage | None] = mapped_column(choice(Stage, "stage"))
    is_raising: Mapped[bool | None]

    sector: Mapped[Sector | None] = mapped_column(choice(Sector, "sector"))
    size_class: Mapped[SizeClass | None] = mapped_column(choice(SizeClass, "size_class"))
    capabilities: Mapped[str] = mapped_column(sa.Text, default="")
    certifications: Mapped[list[str]] = mapped_column(json_list(), default=list)

    level: Mapped[Decimal | None] = mapped_column(sa.Numeric(2, 1))
    training_mode: Mapped[TrainingMode | None] = mapped_column(choice(TrainingMode, "training_mode"))
    seats: Mapped[int | None]
    skills: Mapped[list[str]] = mapped_column(json_list(), default=list)
    intake: Mapped[str | None] = mapped_column(sa.String(120))

    investor_type: Mapped[InvestorType | None] = mapped_column(choice(InvestorType, "investor_type"))
    stages: Mapped[list[str]] = mapped_column(json_list(), default=list)
    ticket_min: Mapped[int | None] = mapped_column(sa.BigInteger)
    ticket_max: Mapped[int | None] = mapped_column(sa.BigInteger)
    ticket_currency: Mapped[str | None] = mapped_column(sa.String(3))
    thesis: Mapped[str] = mapped_column(sa.Text, default="")
    invests_in: Mapped[list[str]] = mapped_column(json_list(), default=list)

    technology_rows: Mapped[list[OrganizationTechnology]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="OrganizationTechnology.technology"
    )
    technologies: AssociationProxy[list[str]] = association_proxy(
        "technology_rows", "technology", creator=lambda code: OrganizationTechnology(technology=code)
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_listed(self) -> bool:
        return self.state in LISTED_STATES

    @property
    def is_matchable(self) -> bool:
        """Takes part in matching now."""
        return self.state is ProfileState.LISTED

    def need_lines(self) -> list[str]:
        return [line.strip() for line in self.needs.splitlines() if line.strip()]

    def offer_lines(self) -> list[str]:
        return [line.strip() for line in self.offers.splitlines() if line.strip()]


class OrganizationTechnology(Base):
    """An organization works in a technology area (code of `app.taxonomy.TECHNOLOGIES`)."""

    __tablename__ = "organization_technology"
    __table_args__ = (sa.Index("ix_organization_technology_technology", "technology", "organization_id"),)

    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True
    )
    technology: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
