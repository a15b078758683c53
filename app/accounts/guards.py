"""Who may open a page. The first line under a route; `tests/test_guards.py` reads what they say."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import abort
from flask_login import current_user, login_required

from app.accounts.models import Role
from app.extensions import login_manager

__all__ = ["login_required", "role_required"]

View = Callable[..., Any]


def role_required(*roles: Role) -> Callable[[View], View]:
    """Only people with one of `roles`: others get 403, and who is signed out is asked to sign in."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return login_manager.unauthorized()
            if not current_user.has_role(*roles):
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return guard
