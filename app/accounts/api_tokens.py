"""Tokens of the API: made and revoked by the person whose rights they carry."""

from __future__ import annotations

import secrets
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from app import clock
from app.accounts import queries
from app.accounts.models import ApiToken, User
from app.audit import services as audit
from app.db import db
from app.errors import NotFound, RuleBroken

MOST = 20
# Scanners of source code know a secret by its beginning.
MARK = "sangam_"
_SHOWN = len(MARK) + 5
_NOTED_EVERY = timedelta(days=1)


class TooManyTokens(RuleBroken):
    """One person keeps only so many."""


def issue(user: User, name: str, lasts: timedelta) -> tuple[ApiToken, str]:
    """A new token and its text, which is kept nowhere; raises `TooManyTokens`."""
    db.session.execute(sa.select(User.id).where(User.id == user.id).with_for_update())
    if len(queries.api_tokens_of(user)) >= MOST:
        raise TooManyTokens(
            _("You have %(most)s tokens, the most there can be. Revoke one first.", most=MOST)
        )
    text, now = MARK + secrets.token_urlsafe(32), clock.now()
    token = ApiToken(
        user_id=user.id,
        name=name,
        prefix=text[:_SHOWN],
        token_hash=queries.token_hash(text),
        created_at=now,
        expires_at=now + lasts,
    )
    db.session.add(token)
    db.session.flush()
    _record("made", token, user)
    return token, text


def revoke(user: User, token_id: int) -> None:
    """End one of the person's own tokens. Raises `NotFound` for any other."""
    found = next((one for one in queries.api_tokens_of(user) if one.id == token_id), None)
    if found is None:
        raise NotFound
    found.revoked_at = clock.now()
    _record("revoked", found, user)


def is_use_noted(token: ApiToken) -> bool:
    """Whether it was written down lately that the token is in use."""
    return token.last_used_at is not None and clock.now() - token.last_used_at < _NOTED_EVERY


def note_use(token_id: int) -> None:
    """Write down that the token is in use; of two requests at once both may."""
    used = sa.update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=clock.now())
    db.session.execute(used.execution_options(synchronize_session=False))


def _record(action: str, token: ApiToken, by: User) -> None:
    audit.record(f"api_token.{action}", ("api_token", token.id), by=by.id, detail={"name": token.name})
