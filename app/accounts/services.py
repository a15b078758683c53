"""What changes people and their sign-ins."""

from __future__ import annotations

import secrets
from datetime import timedelta

from app import clock
from app.accounts import queries
from app.accounts.models import SignIn, User
from app.db import db

SIGN_IN_LASTS = timedelta(days=14)


def start_sign_in(user: User, browser: str = "") -> str:
    """A new sign-in of `user`; gives the token for the cookie, of which only the hash is kept."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    row = SignIn(
        user_id=user.id,
        token_hash=queries.token_hash(token),
        browser=browser[:200],
        created_at=now,
        expires_at=now + SIGN_IN_LASTS,
    )
    db.session.add(row)
    db.session.flush()
    return token
