"""The blueprint: who is there by the token alone, how often they may ask, and errors as problems."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, g, request
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_login import AnonymousUserMixin

from app.accounts import api_tokens, queries
from app.accounts.models import ApiToken
from app.api import problems
from app.api.problems import Problem
from app.db import begin_mode, db
from app.extensions import csrf, limiter

bp = Blueprint("api", __name__, url_prefix="/api/v1")
problems.init_blueprint(bp)
# A cookie opens nothing here, so there is no request to forge.
csrf.exempt(bp)
# What can be read without a token.
OPEN = frozenset({"api.document"})
_WRITING = ["POST", "PATCH", "DELETE"]


def _sent_token() -> str:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _token_key() -> str:
    # Hashed, because limiters log their keys and shared stores keep them.
    token = _sent_token()
    return (
        f"token:{hashlib.sha256(token.encode('utf-8', 'replace')).hexdigest()[:32]}"
        if token
        else get_remote_address()
    )


def _is_refused(response: Any) -> bool:
    return bool(response.status_code == 401)


def limit_by_token(rate: str) -> Callable[[Any], Any]:
    """For endpoints that may be asked less often than the others."""
    return limiter.limit(rate, key_func=_token_key)


limiter.limit("600/minute;10000/hour", key_func=_token_key)(bp)
limiter.limit("120/minute;2000/hour", key_func=_token_key, methods=_WRITING)(bp)
limiter.limit("60/minute;300/hour", key_func=get_remote_address, deduct_when=_is_refused)(bp)


@bp.before_request
def let_in() -> None:
    """Who asks is told by the token alone; see `sessions` for the cookie of a browser."""
    g._login_user = AnonymousUserMixin()
    if request.endpoint in OPEN:
        return
    token = queries.api_token_for(_sent_token()) if _sent_token() else None
    if token is None:
        headers = {"WWW-Authenticate": 'Bearer realm="sangam"'}
        raise Problem(401, _("Send a token that works, as Authorization: Bearer."), headers=headers)
    if not api_tokens.is_use_noted(token):
        token = _with_use_noted(token)
    g.api_token, g._login_user = token, token.user


def _with_use_noted(token: ApiToken) -> ApiToken:
    """Once a day the use is written down, in a transaction of its own; a database that is busy is not waited for twice."""
    token_id = token.id
    db.session.rollback()
    mode = begin_mode.set("IMMEDIATE")
    try:
        api_tokens.note_use(token_id)
        db.session.commit()
    except sa.exc.OperationalError:
        db.session.rollback()
    finally:
        begin_mode.reset(mode)
    return db.session.get_one(ApiToken, token_id, populate_existing=True)
