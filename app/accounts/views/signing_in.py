"""Sign in and out, and choose a new password when it is forgotten."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, logout_user

from app.accounts import services
from app.accounts.forms import ForgotForm, ResetForm, SignInForm
from app.accounts.models import TokenPurpose
from app.accounts.views.blueprint import bp
from app.accounts.views.joining import Answer, token_or_ended
from app.accounts.views.languages import choose_locale
from app.accounts.views.session import (
    landing,
    limit_letters,
    limit_tries,
    open_session,
    person_with,
    safe_next,
)
from app.db import db


@bp.route("/sign-in", methods=["GET", "POST"])
@limit_tries()
def sign_in() -> Answer:
    form = SignInForm()
    if form.validate_on_submit():
        if user := person_with(form.email.data, form.password.data):
            open_session(user)
            db.session.commit()
            return redirect(safe_next(request.args.get("next"), landing(user)))
        form.password.errors = [_("The e-mail address or the password is not right.")]
    return render_template("accounts/sign_in.html", form=form), 422 if form.errors else 200


@bp.post("/sign-out")
def sign_out() -> Answer:
    if current_user.is_authenticated:
        services.sign_out(current_user.sign_in_token)
        db.session.commit()
    logout_user()
    session.clear()
    flash(_("You are signed out."), "success")
    return redirect(url_for("insights.home"))


@bp.route("/forgot", methods=["GET", "POST"])
@limit_letters()
def forgot() -> Answer:
    form = ForgotForm()
    if form.validate_on_submit():
        services.ask_reset(form.email.data, choose_locale())
        db.session.commit()
        return redirect(url_for(".check_mail"))
    return render_template("accounts/forgot.html", form=form), 422 if form.errors else 200


@bp.route("/reset/<token>", methods=["GET", "POST"])
@limit_tries()
def reset(token: str) -> Answer:
    user = token_or_ended(token, TokenPurpose.RESET_PASSWORD).user
    form = ResetForm(user)
    if form.validate_on_submit():
        services.reset_password(token, form.password.data)
        db.session.commit()
        session.clear()
        flash(_("Your new password is set. Sign in with it."), "success")
        return redirect(url_for(".sign_in"))
    return render_template("accounts/reset.html", form=form, user=user), 422 if form.errors else 200
