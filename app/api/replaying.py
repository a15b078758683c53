"""A request that is sent twice under one Idempotency-Key happens once; the second gets the first one's answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Response, g, request
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app import clock
from app.api.models import KeptAnswer
from app.api.problems import Problem, invalid
from app.db import db

KEPT = timedelta(days=1)
_KEY = re.compile(r"[A-Za-z0-9._:-]{1,200}", re.ASCII)


def once(act: Callable[[], Response]) -> Response:
    """What `act` answers, or what it answered before. `act` changes; whoever calls this commits."""
    if "Idempotency-Key" not in request.headers:
        return act()
    key = request.headers["Idempotency-Key"]
    if not _KEY.fullmatch(key):
        raise invalid(
            [("Idempotency-Key", "must be 1 to 200 letters, digits, dots, colons, dashes or underlines")]
        )
    kept = _kept(key)
    if kept is not None:
        return _again(kept)
    answer = act()
    _keep(key, answer)
    return answer


def forget() -> None:
    """Drop answers that are a day old."""
    old = sa.delete(KeptAnswer).where(KeptAnswer.created_at < clock.now() - KEPT)
    db.session.execute(old.execution_options(synchronize_session=False))


def _kept(key: str) -> KeptAnswer | None:
    query = sa.select(KeptAnswer).where(
        KeptAnswer.token_id == g.api_token.id,
        KeptAnswer.key == key,
        KeptAnswer.created_at >= clock.now() - KEPT,
    )
    return db.session.scalars(query).one_or_none()


def _again(kept: KeptAnswer) -> Response:
    if kept.request_hash != _print():
        raise Problem(422, _("This Idempotency-Key was used for another request."))
    response = Response(kept.body, kept.status, mimetype="application/json")
    response.headers["Idempotent-Replay"] = "true"
    for name, value in (("Location", kept.location), ("ETag", kept.etag)):
        if value:
            response.headers[name] = value
    return response


def _keep(key: str, answer: Response) -> None:
    # One that is older than a day stands in the way of its own key.
    old = sa.delete(KeptAnswer).where(KeptAnswer.token_id == g.api_token.id, KeptAnswer.key == key)
    db.session.execute(old.where(KeptAnswer.created_at < clock.now() - KEPT))
    kept = KeptAnswer(
        token_id=g.api_token.id,
        key=key,
        request_hash=_print(),
        status=answer.status_code,
        body=answer.get_data(as_text=True),
        location=answer.headers.get("Location", ""),
        etag=answer.headers.get("ETag", ""),
        created_at=clock.now(),
    )
    db.session.add(kept)
    try:
        db.session.flush()
    except IntegrityError:
        raise Problem(409, _("The same request is under way. Ask again in a moment.")) from None


def _print() -> str:
    said: Any = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    said.update(request.get_data())
    return str(said.hexdigest())
