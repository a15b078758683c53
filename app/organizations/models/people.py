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

    @property
    def can_edit(self) -> bool:
        """May change the profile and answer for the organization."""
        return self.role in {MemberRole.OWNER, MemberRole.EDITOR}
