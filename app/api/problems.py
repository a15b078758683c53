"""Errors as RFC 9457 tells them: `application/problem+json` with type, title, status, detail and errors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Blueprint, Response, g, request
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from app import error_pages
from app.db import db
from app.errors import Forbidden, NotFound, SangamError
from app.organizations.briefs import ChangedMeanwhile
from app.organizations.queries import MergedAway

log = structlog.get_logger(__name__)
PREFIX = "/api/"
MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 100
FieldErrors = Iterable[tuple[str, str]]


class Problem(Exception):
    """What was sent cannot be taken; `errors` has (field, message) for each thing that is wrong."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: FieldErrors = (),
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, list(errors)
        self.headers, self.more = dict(headers or {}), more


def invalid(errors: FieldErrors) -> Problem:
    """Some values cannot be taken; each is named."""
    return Problem(422, _("Some values cannot be taken. Nothing was changed."), errors)


def behind() -> Problem:
    """Somebody else was quicker."""
    return Problem(412, _("Somebody changed this since you read it. Read it again, then send your change."))


def answer(problem: Problem) -> Response:
    """The response a program gets."""
    phrase = HTTPStatus(problem.status).phrase
    body = {
        "type": f"urn:sangam:problem:{phrase.lower().replace(' ', '-')}",
        "title": phrase,
        "status": problem.status,
        "detail": problem.detail,
        "errors": [
            {"field": field, "message": str(message)} for field, message in problem.errors[:MOST_ERRORS]
        ],
        "request_id": g.get("request_id", ""),
        **problem.more,
    }
    response = Response(json.dumps(body), problem.status, mimetype=MEDIA_TYPE)
    response.headers.update(problem.headers)
    return response


def init_blueprint(bp: Blueprint) -> None:
    """Let every error of the API be told so, also for addresses and methods that are not there."""
    bp.register_error_handler(Problem, _problem)
    bp.register_error_handler(SangamError, _rule)
    bp.register_error_handler(HTTPException, _http)
    bp.register_error_handler(StaleDataError, _stale)
    bp.register_error_handler(sa.exc.OperationalError, _database_away)
    bp.register_error_handler(sa.exc.TimeoutError, _database_away)
    bp.register_error_handler(500, _unexpected)
    for code in (404, 405):
        # A wrong address or method belongs to no blueprint.
        bp.app_errorhandler(code)(_not_here)


def _problem(problem: Problem) -> Response:
    db.session.rollback()
    return answer(problem)


def _rule(error: SangamError) -> Response:
    db.session.rollback()
    if isinstance(error, MergedAway):
        return answer(Problem(404, _("Another profile goes on in its place."), merged_into=error.kept_id))
    if isinstance(error, NotFound):
        return answer(Problem(404, _("It does not exist, or is not open to you.")))
    if isinstance(error, ChangedMeanwhile):
        return answer(behind())
    if isinstance(error, Forbidden):
        return answer(Problem(403, str(error) or _("You may read this, and not change it.")))
    return answer(Problem(error.status, str(error)))


def _http(error: HTTPException) -> Any:
    db.session.rollback()
    if error.response is not None:
        return error.response
    code = error.code or 500
    headers = {name: value for name, value in error.get_headers() if not name.startswith("Content-")}
    return answer(Problem(code, _http_detail(code, error), headers=headers))


def _http_detail(code: int, error: HTTPException) -> str:
    known = {
        404: _("There is nothing at this address."),
        405: _("This address does not take this method."),
        413: _("The body is too large: at most one megabyte is taken."),
        429: _("Too many requests. Wait until the time in Retry-After has passed."),
    }
    return known.get(code) or str(error.description or error.name)


def _not_here(error: HTTPException) -> Any:
    return _http(error) if request.path.startswith(PREFIX) else error_pages.http(error)


def _stale(_error: StaleDataError) -> Response:
    db.session.rollback()
    return answer(behind())


def _database_away(error: sa.exc.SQLAlchemyError) -> Response:
    log.error("database away", error=str(error.__cause__ or error)[:300])
    db.session.rollback()
    detail = _("Busy for a moment. Nothing was changed; try again in a few seconds.")
    return answer(Problem(503, detail, headers={"Retry-After": "5"}))


def _unexpected(_error: Exception) -> Response:
    db.session.rollback()
    return answer(Problem(500, _("Something went wrong. We have noted it.")))
