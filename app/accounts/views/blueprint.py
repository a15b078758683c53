"""The blueprint, who is there, and what pages behind a mailed link have in common."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _

from app.accounts import queries
from app.accounts.models import User
from app.accounts.tokens import LinkEnded
from app.accounts.views import languages
from app.db import db
from app.extensions import login_manager

bp = Blueprint("accounts", __name__, template_folder="../templates")
bp.add_app_template_global(languages.can_switch_language)
bp.add_app_template_global(languages.other_language)
bp.add_app_template_global(languages.own_languages)
bp.add_app_template_global(languages.this_page)


@login_manager.user_loader
def load_user(token: str) -> User | None:
    """Flask-Login's user id is the sign-in's token, so that ending a sign-in ends the session at once."""
    found = queries.sign_in_for(token)
    if found is None:
        return None
    found.user.sign_in_token = token
    return found.user


@login_manager.unauthorized_handler
def ask_to_sign_in() -> Any:
    """Send a signed-out person to sign in, and back to the page they wanted if it can be opened again."""
    flash(_("Sign in to go on."), "info")
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=wanted))


@bp.errorhandler(LinkEnded)
def link_ended(_error: LinkEnded) -> tuple[str, int]:
    """A mailed link that is used or too old: say so, and how to get a new one."""
    db.session.rollback()
    return render_template("accounts/link_ended.html"), LinkEnded.status


@bp.after_request
def keep_links_secret(response: Response) -> Response:
    """The address of a page behind a mailed link is a secret: it goes into no cache and no Referer.

    Of the Referer the origin stays, because the CSRF check over https asks for it.
    """
    if request.view_args and {"token", "key"} & set(request.view_args):
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "strict-origin"
    return response
