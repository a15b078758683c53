"""People in an organization."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.db import Base, choice
from app.organizations.models.organization import Organization


class MemberRole(StrEnum):
    """What a person may do in one organization."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


class Membership(Base):
    """A person in an organization."""

    __tablename__ = "membership"
    __table_args__ = (sa.UniqueConstraint("organization_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    role: Mapped[MemberRole] = mapped_column(choice(MemberRole, "role"))
    created_at: Mapped[datetime]
    organization: Mapped[Organization] = relationship(lazy="joined")
    user: Mapped[User] = relationship(lazy="joined")
    adviser: Mapped[Adviser | None] = relationship(cascade="all, delete-orphan", passive_deletes=True)

    @property
    def can_edit(self) -> bool:
        """May change the profile and answer for the organization."""
        return self.role in {MemberRole.OWNER, MemberRole.EDITOR}


class Adviser(Base):
    """A person acts for an organization they are not of; an owner consented."""

    __tablename__ = "adviser"

    membership_id: Mapped[int] = mapped_column(
        sa.ForeignKey("membership.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    consented_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    consented_at: Mapped[datetime]
    consented_by: Mapped[User | None] = relationship(lazy="joined")


class Invitation(Base):
    """A mailed wish that somebody joins: one use, one address, hashed at rest."""

    __tablename__ = "invitation"
    __table_args__ = (
        sa.CheckConstraint("accepted_at IS NULL OR withdrawn_at IS NULL", name="one_end"),
        # An adviser never owns.
        sa.CheckConstraint("NOT is_adviser OR role <> 'owner'", name="adviser_role"),
        sa.Index(
            "uq_invitation_open",
            "organization_id",
            "email",
            unique=True,
            sqlite_where=sa.text("accepted_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("accepted_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str] = mapped_column(sa.String(254))
    role: Mapped[MemberRole] = mapped_column(choice(MemberRole, "role"))
    is_adviser: Mapped[bool] = mapped_column(default=False)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    invited_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    # How often it was mailed; only the newest link works.
    sent: Mapped[int] = mapped_column(default=1)
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    organization: Mapped[Organization] = relationship(lazy="joined")
    invited_by: Mapped[User] = relationship(lazy="joined")

    def is_open(self, now: datetime) -> bool:
        """May still be accepted."""
        return self.accepted_at is None and self.withdrawn_at is None and self.expires_at > now
