"""In which language this request is answered, and the switch that every page has."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from flask import current_app, has_request_context, request, session
from flask.sessions import NullSession
from flask_babel import get_locale
from flask_login import current_user
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.accounts.forms import LOCALES

DEFAULT_LOCALE = "en_IN"
# Each language in its own words, for those who cannot read the page they are on.
OWN_NAMES = {"en_IN": "English (India)", "en_US": "English (US)", "hi": "हिन्दी"}


def choose_locale() -> str:
    """The language of this request: the person's own, the visitor's choice, or what the browser asks for."""
    if not has_request_context():
        return DEFAULT_LOCALE
    if current_user and current_user.is_authenticated:
        return str(current_user.locale)
    if (chosen := session.get("locale")) in LOCALES:
        return str(chosen)
    return _asked_for()


def _asked_for() -> str:
    """The browser's first language that we speak, in the country it names; any English comes before a later Hindi."""
    for asked, _quality in request.accept_languages:
        language, _dash, country = asked.replace("_", "-").lower().partition("-")
        if language == "hi":
            return "hi"
        if language == "en":
            return "en_US" if country == "us" else DEFAULT_LOCALE
    return DEFAULT_LOCALE


def other_language() -> tuple[str, str]:
    """(locale, own name) of the other language: Hindi, or the English the browser asks for."""
    if get_locale().language != "hi":
        return "hi", OWN_NAMES["hi"]
    wanted = _asked_for()
    return (wanted if wanted != "hi" else DEFAULT_LOCALE), "English"


def can_switch_language() -> bool:
    """Not where a mail program's one click is answered, nor where links act: the switch needs a session, and there is none."""
    is_one_click = request.method != "GET" and "key" in (request.view_args or {})
    return not is_one_click and not isinstance(session, NullSession)


def own_languages() -> dict[str, str]:
    """All locales with their own names."""
    return OWN_NAMES


def this_page() -> str:
    """The address that shows this page again, with its query: for an answer to a form, the page of the form."""
    query = request.query_string.decode("ascii", "replace")
    if request.method == "GET" or _can_be_opened(request.path):
        return quote(request.path, safe="/@:,;~!$&'()*+=") + (f"?{query}" if query else "")
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc == request.host and _can_be_opened(came_from.path):
        return came_from.path + (f"?{came_from.query}" if came_from.query else "")
    return "/"


def _can_be_opened(path: str) -> bool:
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return False
    try:
        adapter.match(path, method="GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True
