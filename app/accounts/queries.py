"""Reads of people and their sign-ins."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from app import clock
from app.accounts.models import AccountToken, ApiToken, SignIn, TokenPurpose, User
from app.db import Base, db
from app.errors import NotFound


def token_hash(token: str) -> str:
    """What the database keeps of a secret token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


# Built once: every page of who is signed in asks it.
_LIVING = sa.select(SignIn).where(
    SignIn.token_hash == sa.bindparam("hash"),
    SignIn.ended_at.is_(None),
    SignIn.expires_at > sa.bindparam("now"),
)


def sign_in_for(token: str) -> SignIn | None:
    """The live sign-in of a cookie's token, if its person may still sign in."""
    found = db.session.scalars(_LIVING, {"hash": token_hash(token), "now": clock.now()}).one_or_none()
    return found if found is not None and found.user.is_active else None


def sign_ins_of(user: User) -> Sequence[SignIn]:
    """Where the person is signed in now, newest first."""
    query = (
        sa.select(SignIn)
        .where(SignIn.user_id == user.id, SignIn.ended_at.is_(None), SignIn.expires_at > clock.now())
        .order_by(SignIn.id.desc())
    )
    return db.session.scalars(query).all()


def api_tokens_of(user: User) -> Sequence[ApiToken]:
    """The person's tokens that work, newest first."""
    query = sa.select(ApiToken).where(ApiToken.user_id == user.id, *_works())
    return db.session.scalars(query.order_by(ApiToken.id.desc())).all()


def api_token_for(token: str) -> ApiToken | None:
    """The row of a token that works, if its person may still sign in."""
    query = sa.select(ApiToken).where(ApiToken.token_hash == token_hash(token), *_works())
    found = db.session.scalars(query).one_or_none()
    return found if found is not None and found.user.is_active else None


def _works() -> tuple[sa.ColumnElement[bool], ...]:
    return ApiToken.revoked_at.is_(None), ApiToken.expires_at > clock.now()


def user_by_email(email: str) -> User | None:
    """The person with this address, confirmed or not."""
    return db.session.scalars(sa.select(User).where(User.email == email.strip().lower())).one_or_none()


def password_hash_of(email: str) -> str | None:
    """The hash to check a password against; None for who has none or may not sign in."""
    user = user_by_email(email)
    return user.password_hash if user is not None and user.is_active else None


def live_token(token: str, purpose: TokenPurpose) -> AccountToken | None:
    """The unused, unexpired token of this purpose, if its person was not deactivated."""
    query = sa.select(AccountToken).where(
        AccountToken.token_hash == token_hash(token),
        AccountToken.purpose == purpose,
        AccountToken.used_at.is_(None),
        AccountToken.expires_at > clock.now(),
    )
    found = db.session.scalars(query).one_or_none()
    return found if found is not None and found.user.deactivated_at is None else None


def user_by_unsubscribe_key(key: str) -> User:
    """The person whose mails carry this key. Raises `NotFound`."""
    # What no key can hold is not asked for: PostgreSQL refuses a NUL instead of not finding it.
    query = sa.select(User).where(User.unsubscribe_key == key)
    found = db.session.scalars(query).one_or_none() if key.isascii() and key.isprintable() else None
    if found is None:
        raise NotFound
    return found


def is_referred_to(user: User) -> bool:
    """Whether anything outside accounts belongs to this person."""
    query = sa.select(User.id).where(User.id == user.id, sa.or_(*_references()))
    return db.session.scalars(query).first() is not None


def never_confirmed_before(moment: datetime, limit: int = 500) -> Sequence[User]:
    """People who registered before `moment`, never confirmed, and whom nothing else refers to."""
    query = (
        sa.select(User)
        .where(User.confirmed_at.is_(None), User.created_at < moment)
        .where(*(~reference for reference in _references()))
        .order_by(User.id)
        .limit(limit)
    )
    return db.session.scalars(query).all()


def _references() -> Iterator[sa.Exists]:
    # Read from the schema: features above may refer to people, and accounts must not import them.
    own = {SignIn.__tablename__, AccountToken.__tablename__, ApiToken.__tablename__}
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table is User.__table__ and table.name not in own:
                yield sa.exists().where(key.parent == User.id)
