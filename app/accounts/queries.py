"""Reads of people and their sign-ins."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from app import clock
from app.accounts.models import SignIn, User
from app.db import db


def token_hash(token: str) -> str:
    """What the database keeps of a secret token."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in_for(token: str) -> SignIn | None:
    """The live sign-in of a cookie's token, if its person may still sign in."""
    query = sa.select(SignIn).where(
        SignIn.token_hash == token_hash(token), SignIn.ended_at.is_(None), SignIn.expires_at > clock.now()
    )
    found = db.session.scalars(query).one_or_none()
    return found if found is not None and found.user.is_active else None


def user_by_email(email: str) -> User | None:
    """The person with this address, confirmed or not."""
    return db.session.scalars(sa.select(User).where(User.email == email.strip().lower())).one_or_none()
