"""What every request has: an id, a log line, safe headers, error pages, and words and filters for templates."""

from __future__ import annotations

import json
import re
import secrets
import time
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from flask import Flask, Response, current_app, g, request, url_for
from flask_babel import format_date, format_datetime, get_locale
from flask_login import current_user

from app import clock, error_pages, speech
from app.db import begin_mode
from app.money import money_tag

log = structlog.get_logger("app.request")
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
DIST = Path(__file__).parent / "static" / "dist"


def init_app(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_finish)
    app.teardown_request(_release)
    error_pages.init_app(app)
    app.jinja_env.globals |= {
        "asset": asset_url,
        "csp_nonce": csp_nonce,
        "endpoint_exists": lambda name: name in current_app.view_functions,
        "get_locale": get_locale,
        "now": clock.now,
    }
    app.jinja_env.filters |= {"day": day, "moment": moment, "money": money_tag, "number": speech.number}


def compile_pages(app: Flask) -> None:
    """Compile the templates of all pages, so that nobody's request waits for it; a second, with all features."""
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)


def csp_nonce() -> str:
    """This response's nonce for inline scripts and styles."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(18)
    return str(g.csp_nonce)


@cache
def _manifest() -> dict[str, str]:
    path = DIST / "manifest.json"
    return dict(json.loads(path.read_text())) if path.exists() else {}


def asset_url(name: str) -> str:
    """Address of a built file by its plain name; the hashed name is in the build's manifest."""
    return url_for("static", filename=f"dist/{_manifest().get(name, name)}")


def is_escaped(template: str | None) -> bool:
    """Whether values are escaped in a template: in all but plain text, which Flask would decide by ``.html``."""
    return template is None or not template.endswith((".txt", ".txt.jinja"))


def day(value: Any) -> str:
    """A date as 23 Nov 2026, in the reader's language."""
    return str(format_date(value, "d MMM y", rebase=False)) if value else ""


def moment(value: datetime | None, zone: str | None = None) -> str:
    """A moment with its zone, as Mon 23 Nov 2026 09:00 IST; in the reader's own zone unless `zone` is given."""
    if value is None:
        return ""
    own = zone or (current_user.time_zone if getattr(current_user, "is_authenticated", False) else "UTC")
    local = value.astimezone(ZoneInfo(own))
    return f"{format_datetime(local, 'EEE d MMM y HH:mm', rebase=False)} {local.tzname()}"


def _begin() -> None:
    g.started = time.perf_counter()
    g.request_id = secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    if request.mimetype != "multipart/form-data":
        # Werkzeug holds the limit on form fields against multipart bodies only.
        request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]
    mode = "DEFERRED" if request.method in SAFE_METHODS else "IMMEDIATE"
    g.begin_mode_token = begin_mode.set(mode)


def _release(_error: BaseException | None) -> None:
    if token := g.pop("begin_mode_token", None):
        begin_mode.reset(token)


def _finish(response: Response) -> Response:
    policy = (
        f"default-src 'self'; script-src 'self' 'nonce-{csp_nonce()}'; style-src 'self' 'nonce-{csp_nonce()}'; "
        "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), browsing-topics=()"
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "private, no-store")
        _log(response)
    return response


def _log(response: Response) -> None:
    # The rule and not the path: a mailed token in an address must not reach the log.
    rule = request.url_rule.rule if request.url_rule else "(none)"
    took = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000)
    log.info("request", method=request.method, rule=rule, status=response.status_code, ms=took)


def is_hashed(_path: str, url: str) -> bool:
    """Whether a static file's name carries its hash, so that browsers may keep it for ever."""
    return bool(re.search(r"\.[0-9a-f]{8,}\.", url))
