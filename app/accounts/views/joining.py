"""Register, and confirm that the address is one's own."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts import queries, services
from app.accounts.forms import ConfirmForm, RegisterForm
from app.accounts.models import AccountToken, TokenPurpose
from app.accounts.tokens import LinkEnded
from app.accounts.views.blueprint import bp
from app.accounts.views.languages import choose_locale
from app.accounts.views.session import landing, limit_letters, limit_tries, open_session
from app.db import db

Answer = str | tuple[str, int] | Response


def token_or_ended(token: str, purpose: TokenPurpose) -> AccountToken:
    """The live token of a mailed link. Raises `LinkEnded`."""
    found = queries.live_token(token, purpose)
    if found is None:
        raise LinkEnded
    return found


@bp.route("/register", methods=["GET", "POST"])
@limit_letters()
def register() -> Answer:
    form = RegisterForm()
    if form.validate_on_submit():
        services.register(form.email.data, form.name.data, choose_locale())
        db.session.commit()
        return redirect(url_for(".check_mail"))
    return render_template("accounts/register.html", form=form), 422 if form.errors else 200


@bp.get("/check-mail")
def check_mail() -> Answer:
    """The same answer to everybody who gave an address."""
    return render_template("accounts/check_mail.html")


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@limit_tries()
def confirm(token: str) -> Answer:
    user = token_or_ended(token, TokenPurpose.CONFIRM_EMAIL).user
    form = ConfirmForm(user, obj=user)
    if form.validate_on_submit():
        open_session(services.confirm(token, form.password.data, form.time_zone.data, form.locale.data))
        db.session.commit()
        flash(_("Welcome to Sangam. Your address is confirmed."), "success")
        return redirect(landing(user))
    return render_template("accounts/confirm.html", form=form, user=user), 422 if form.errors else 200
