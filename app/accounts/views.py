"""Pages of accounts."""

from __future__ import annotations

from flask import Blueprint, has_request_context, request
from flask_login import current_user

from app.accounts import queries
from app.accounts.models import User
from app.extensions import login_manager

bp = Blueprint("accounts", __name__, template_folder="templates")
login_manager.login_view = "accounts.sign_in"


@login_manager.user_loader
def load_user(token: str) -> User | None:
    """Flask-Login's user id is the sign-in's token, so that ending a sign-in ends the session at once."""
    found = queries.sign_in_for(token)
    if found is None:
        return None
    found.user.sign_in_token = token
    return found.user


def choose_locale() -> str:
    """The language of this request: the person's own, else English as written in India."""
    if has_request_context() and current_user and current_user.is_authenticated:
        return str(current_user.locale)
    return (
        request.accept_languages.best_match(["en_IN", "en_US"], "en_IN") if has_request_context() else "en_IN"
    )
