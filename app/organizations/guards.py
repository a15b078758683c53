"""A guard for forms in which much is typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import render_template, request
from flask_login import current_user

View = Callable[..., Any]


def keeps_typed(view: View) -> View:
    """Like `login_required` for a POST, but gives back what was typed when the session has ended."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if current_user.is_authenticated:
            return view(*args, **kwargs)
        typed = {name: ", ".join(values) for name, values in request.form.lists() if any(values)}
        shown = {name: text for name, text in typed.items() if name not in {"csrf_token", "seen", "then"}}
        return render_template("organizations/signed_out.html", typed=shown), 401

    return guarded
