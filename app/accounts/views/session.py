"""The browser's side of signing in: a fresh session, where to go next, and limits on trying."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from flask import current_app, request, session, url_for
from flask_limiter.util import get_remote_address
from flask_login import current_user, login_user

from app.accounts import addresses, passwords, queries, services
from app.accounts.models import Role, User
from app.db import db, reading
from app.extensions import limiter

_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*", re.ASCII)
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def person_with(email: str, password: str) -> User | None:
    """The person with this address and password.

    The slow hash runs between two transactions, so that trying passwords never holds SQLite's write lock.
    """
    db.session.rollback()
    with reading():
        known = queries.password_hash_of(addresses.comparable(email))
        db.session.rollback()
    is_right = passwords.is_right(known, password)
    return services.admit(addresses.comparable(email), known, password) if known and is_right else None


def open_session(user: User) -> None:
    """Sign `user` in within a fresh session: nothing from before carries over, its cookie opens nothing."""
    if current_user.is_authenticated:
        services.sign_out(current_user.sign_in_token)
    token = services.start_sign_in(user, browser_name(request.user_agent.string))
    session.clear()
    session.permanent = True
    user.sign_in_token = token
    login_user(user)


def browser_name(user_agent: str) -> str:
    """A browser in words its owner knows, like ``Firefox on Windows``."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return " on ".join(part for part in (browser, system) if part)


def safe_next(target: str | None, default: str) -> str:
    """`target` if it is a plain path of this site, else `default`."""
    if not target or len(target) > 2000 or not _PATH.fullmatch(target) or "//" in target.split("?")[0]:
        return default
    return target


def landing(user: User) -> str:
    """The page that has work for this person."""
    wanted = {
        Role.MEMBER: "organizations.mine",
        Role.PROGRAM_MANAGER: "desk.index",
        Role.ADMINISTRATOR: "desk.index",
    }.get(user.role, "insights.home")
    return url_for(wanted if wanted in current_app.view_functions else "insights.home")


def _address_key() -> str:
    # Hashed, because limiters log their keys and shared stores keep them.
    email = addresses.comparable(request.form.get("email", ""))
    return (
        f"address:{hashlib.sha256(email.encode('utf-8', 'replace')).hexdigest()[:32]}"
        if email
        else get_remote_address()
    )


def _person_key() -> str:
    return f"person:{current_user.id}" if current_user.is_authenticated else get_remote_address()


def _limit(rate: str, key: Callable[[], str]) -> Callable[[Any], Any]:
    return limiter.limit(rate, key_func=key, methods=["POST"])


def limit_tries() -> Callable[[Any], Any]:
    """For pages that check a password of anybody: per browser's address and per person's."""
    return lambda view: _limit("10/minute", get_remote_address)(
        _limit("5/minute;20/hour", _address_key)(view)
    )


def limit_own_tries() -> Callable[[Any], Any]:
    """For pages that check the password of who is signed in."""
    return _limit("5/minute;20/hour", _person_key)


def limit_letters() -> Callable[[Any], Any]:
    """For pages that write to an address somebody typed."""
    return lambda view: _limit("5/minute;20/hour", get_remote_address)(_limit("3/hour", _address_key)(view))
