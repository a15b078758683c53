"""Cookies are for pages that know who is there."""

from __future__ import annotations

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from app.accounts import acting
from app.api.problems import PREFIX


class PageSessions(SecureCookieSessionInterface):
    """Flask's own sessions, but none for the API and for links that act from a letter: what a browser sends along opens nothing there."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of the cookie; None, which nothing can be written to, where there is none."""
        return (
            None if request.path.startswith((PREFIX, acting.PREFIX)) else super().open_session(app, request)
        )
