"""Single-use mailed links. The mail has the token, the table only its hash."""

from __future__ import annotations

import secrets
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from app import clock
from app.accounts import queries
from app.accounts.models import AccountToken, TokenPurpose, User
from app.db import db
from app.errors import RuleBroken

LAST = {
    TokenPurpose.CONFIRM_EMAIL: timedelta(hours=24),
    TokenPurpose.RESET_PASSWORD: timedelta(hours=1),
    TokenPurpose.CHANGE_EMAIL: timedelta(hours=24),
}


class LinkEnded(RuleBroken):
    """A mailed link was used before, is too old, or never was one."""

    status = 410

    def __init__(self) -> None:
        super().__init__(_("This link was used before or is too old."))


def issue(user: User, purpose: TokenPurpose, new_email: str | None = None) -> str:
    """A new token of `user`, for one purpose."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    row = AccountToken(
        user_id=user.id,
        purpose=purpose,
        token_hash=queries.token_hash(token),
        new_email=new_email,
        created_at=now,
        expires_at=now + LAST[purpose],
    )
    db.session.add(row)
    db.session.flush()
    return token


def redeem(token: str, purpose: TokenPurpose) -> AccountToken:
    """Use up a token; of two who try at once, one wins. Raises `LinkEnded` for the other."""
    found = queries.live_token(token, purpose)
    if found is None:
        raise LinkEnded
    claim = (
        sa.update(AccountToken)
        .where(AccountToken.id == found.id, AccountToken.used_at.is_(None))
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if db.session.execute(claim).rowcount != 1:  # type: ignore[attr-defined]
        raise LinkEnded
    return found


def end_all(user: User) -> None:
    """Make every link that waits in a mail of this person dead."""
    claim = (
        sa.update(AccountToken)
        .where(AccountToken.user_id == user.id, AccountToken.used_at.is_(None))
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    db.session.execute(claim)
