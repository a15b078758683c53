"""From an exception to the page a person sees: what happened, and what to do."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask, current_app, g, render_template, request
from flask.globals import request_ctx
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from app.db import db
from app.errors import SangamError

log = structlog.get_logger(__name__)
# PostgreSQL's codes of a deadlock and of transactions that cannot be put one after the other.
_DEADLOCKED = {"40P01", "40001"}


def init_app(app: Flask) -> None:
    app.register_error_handler(SangamError, _broken_rule)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(sa.exc.OperationalError, _database_failed)
    app.register_error_handler(sa.exc.TimeoutError, _database_away)
    app.register_error_handler(sa.exc.InternalError, _connection_ended)
    app.register_error_handler(500, _unexpected)


def _texts(code: int) -> tuple[str, str]:
    """(heading, what to do) for a status."""
    known = {
        400: (_("We could not read that"), _("Go back, reload the page and try once more.")),
        403: (
            _("This is not open to you"),
            _("If you think it should be, ask the owner or your administrator."),
        ),
        404: (_("Page not found"), _("Check the address, or start again from the home page.")),
        405: (_("That does not work here"), _("Go back and use the buttons on the page.")),
        409: (_("This could not be done"), _("Nothing was changed. Go back and look at the present state.")),
        413: (_("That is too large"), _("Send a smaller file or a shorter text.")),
        429: (_("Too many tries"), _("Wait a few minutes and try again.")),
        503: (_("Busy for a moment"), _("Nothing was changed. Try again in a few seconds.")),
    }
    return known.get(code, (_("Something went wrong"), _("We have noted it. Try again in a few minutes.")))


def page(code: int, message: str = "", **context: Any) -> tuple[str, int]:
    """The error page with its status."""
    heading, what_to_do = _texts(code)
    html = render_template(
        "errors/error.html",
        code=code,
        heading=heading,
        message=message,
        what_to_do=what_to_do,
        request_id=g.get("request_id", ""),
        typed=_typed() if code in {400, 409, 503} else {},
        **context,
    )
    return html, code


def _typed() -> dict[str, str]:
    """What the person had written, so that they can copy it; never a secret."""
    hidden = ("csrf_token", "password", "token", "version")
    return {k: v for k, v in request.form.items() if v.strip() and not any(word in k for word in hidden)}


def _broken_rule(error: SangamError) -> tuple[str, int]:
    db.session.rollback()
    return page(error.status, str(error), winner=getattr(error, "winner", None))


def http(error: HTTPException) -> Any:
    """The page for an error of HTTP."""
    if error.response is not None:
        return error.response
    if request_ctx.url_adapter is None:
        # The Host header was refused: no link can be built, so no page either.
        return "This address is not served here.\n", error.code, {"Content-Type": "text/plain; charset=utf-8"}
    body, code = page(error.code or 500)
    headers = {k: v for k, v in error.get_headers() if k not in {"Content-Type", "Content-Length"}}
    return body, code, headers


def _csrf(_error: CSRFError) -> tuple[str, int]:
    return page(400, _("This form was open too long or came from elsewhere."))


def _stale(_error: StaleDataError) -> tuple[str, int]:
    db.session.rollback()
    return page(409, _("Somebody else changed this while you had it open."))


def _database_failed(error: sa.exc.OperationalError) -> Any:
    """Two who waited for each other, of whom the database stopped one: nothing of that was kept, and it is tried once more."""
    if getattr(error.orig, "sqlstate", None) not in _DEADLOCKED or "deadlocked" in g or request.files:
        return _database_away(error)
    g.deadlocked = True
    log.warning("deadlock, tried again", error=str(error.orig)[:300])
    db.session.rollback()
    try:
        return current_app.dispatch_request()
    # As Flask does around the first try.
    except Exception as other:  # noqa: BLE001
        return current_app.handle_user_exception(other)


def _database_away(error: sa.exc.SQLAlchemyError) -> tuple[str, int, dict[str, str]]:
    log.error("database away", error=str(error.__cause__ or error)[:300])
    db.session.rollback()
    # The page must not ask the database who is there: that would fail once more.
    g._login_user = AnonymousUserMixin()
    return (*page(503), {"Retry-After": "5"})


def _connection_ended(error: sa.exc.InternalError) -> Any:
    """A process that stood still for long finds its transaction ended by the database: nothing was changed."""
    if not error.connection_invalidated:
        raise error
    return _database_away(error)


def _unexpected(_error: Exception) -> tuple[str, int]:
    db.session.rollback()
    return page(500)
