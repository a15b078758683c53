"""Errors with a meaning for people. `app.web` turns each into its page."""

from __future__ import annotations

from typing import Any


class SangamError(Exception):
    """Base: carries the text shown to the person, and an HTTP status."""

    status = 500

    def __init__(self, message: Any = "") -> None:
        super().__init__(str(message))
        self.message = message


class RuleBroken(SangamError):
    """A rule forbids what was asked; nothing was changed."""

    status = 409


class NotFound(SangamError):
    """It does not exist, or is not yours: the answer is the same."""

    status = 404


class Forbidden(SangamError):
    """The person is known and may never do this."""

    status = 403


class AlreadyDecided(RuleBroken):
    """Somebody else was first; `winner` and `action` say who and what."""

    def __init__(self, message: Any, winner: str, action: str) -> None:
        super().__init__(message)
        self.winner = winner
        self.action = action
