"""People, where they are signed in, and the single-use links sent to them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.accounts import addresses
from app.db import Base, choice


class Role(StrEnum):
    """What a person may do beyond their own organizations."""

    MEMBER = "member"
    PROGRAM_MANAGER = "program_manager"
    OBSERVER = "observer"
    ADMINISTRATOR = "administrator"


class User(Base):
    """A person. Until `confirmed_at` is set nobody has shown that the address is theirs."""

    __tablename__ = "user"
    __table_args__ = (sa.CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    # The employer's domain, by which colleagues meet; it follows the address by itself. NULL for free mail.
    mail_domain: Mapped[str | None] = mapped_column(sa.String(addresses.LONGEST_DOMAIN), index=True)
    name: Mapped[str] = mapped_column(sa.String(120), default="")
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    role: Mapped[Role] = mapped_column(choice(Role, "role"), default=Role.MEMBER)
    locale: Mapped[str] = mapped_column(sa.String(10), default="en_IN")
    time_zone: Mapped[str] = mapped_column(sa.String(64), default="Asia/Kolkata")
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    deactivated_at: Mapped[datetime | None]
    wants_digest: Mapped[bool] = mapped_column(default=True)
    wants_match_mail: Mapped[bool] = mapped_column(default=True)
    # Of introductions, meetings and results with those they met.
    wants_contact_mail: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    # Random, opaque, in every unsubscribe link; renewing it makes all old links dead.
    unsubscribe_key: Mapped[str] = mapped_column(sa.String(43), unique=True)
    is_illustrative: Mapped[bool] = mapped_column(default=False)

    @validates("email")
    def _keep_mail_domain(self, _field: str, email: str) -> str:
        self.mail_domain = addresses.employer_domain(email or "")
        return email

    @property
    def is_active(self) -> bool:
        """May sign in: has a confirmed address and was not deactivated."""
        return self.confirmed_at is not None and self.deactivated_at is None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def display_name(self) -> str:
        return self.name or self.email

    def has_role(self, *roles: Role) -> bool:
        return self.role in roles

    # Flask-Login's protocol. Its user id is the token of the sign-in that loaded this person.
    sign_in_token = ""

    def get_id(self) -> str:
        return self.sign_in_token

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def is_anonymous(self) -> bool:
        return False


class SignIn(Base):
    """One place where a person is signed in. The cookie has the token, the table only its hash."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    browser: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    user: Mapped[User] = relationship(lazy="joined")


class TokenPurpose(StrEnum):
    """What a mailed link is for; it works for nothing else."""

    CONFIRM_EMAIL = "confirm_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105
    CHANGE_EMAIL = "change_email"


class AccountToken(Base):
    """A single-use mailed link: hashed at rest, bound to one purpose, short-lived."""

    __tablename__ = "account_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[TokenPurpose] = mapped_column(choice(TokenPurpose, "purpose"))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    new_email: Mapped[str | None] = mapped_column(sa.String(254))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    user: Mapped[User] = relationship(lazy="joined")


class ApiToken(Base):
    """A token with which a person's own programs use the API. They have the token, the table only its hash."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    # Its beginning, by which its owner tells it from the others.
    prefix: Mapped[str] = mapped_column(sa.String(20))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    user: Mapped[User] = relationship(lazy="joined")
