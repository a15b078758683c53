"""What signed-in people change about their own account, and everybody's choice of language."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts import queries, services
from app.accounts.forms import ChangeEmailForm, ChangePasswordForm, LanguageForm, SettingsForm
from app.accounts.guards import login_required
from app.accounts.models import TokenPurpose
from app.accounts.views.blueprint import bp
from app.accounts.views.joining import Answer, token_or_ended
from app.accounts.views.session import limit_own_tries, limit_tries, open_session, safe_next
from app.db import db


@bp.route("/account", methods=["GET", "POST"])
@login_required
def settings() -> Answer:
    form = SettingsForm(obj=current_user)
    if form.validate_on_submit():
        services.save_settings(
            current_user,
            name=form.name.data,
            locale=form.locale.data,
            time_zone=form.time_zone.data,
            digest=form.wants_digest.data,
            match=form.wants_match_mail.data,
            contact=form.wants_contact_mail.data,
        )
        db.session.commit()
        flash(_("Your settings are saved."), "success")
        return redirect(url_for(".settings"))
    return render_template("accounts/settings.html", form=form), 422 if form.errors else 200


@bp.route("/account/password", methods=["GET", "POST"])
@login_required
@limit_own_tries()
def change_password() -> Answer:
    form = ChangePasswordForm(current_user)
    if form.validate_on_submit():
        person = current_user._get_current_object()
        services.change_password(person, form.password.data)
        open_session(person)
        db.session.commit()
        flash(_("Your password is changed. You are signed out everywhere else."), "success")
        return redirect(url_for(".settings"))
    return render_template("accounts/change_password.html", form=form), 422 if form.errors else 200


@bp.route("/account/email", methods=["GET", "POST"])
@login_required
@limit_own_tries()
def change_email() -> Answer:
    form = ChangeEmailForm(current_user)
    if form.validate_on_submit():
        services.ask_new_email(current_user, form.email.data)
        db.session.commit()
        return redirect(url_for(".check_mail"))
    return render_template("accounts/change_email.html", form=form), 422 if form.errors else 200


@bp.route("/confirm-email/<token>", methods=["GET", "POST"])
@limit_tries()
def confirm_new_email(token: str) -> Answer:
    waiting = token_or_ended(token, TokenPurpose.CHANGE_EMAIL)
    if request.method == "POST":
        services.confirm_new_email(token)
        db.session.commit()
        flash(_("Your new address is in use from now on."), "success")
        return redirect(url_for(".settings"))
    return render_template("accounts/confirm_new_email.html", waiting=waiting)


@bp.get("/account/sign-ins")
@login_required
def sign_ins() -> Answer:
    mine = queries.token_hash(current_user.sign_in_token)
    return render_template("accounts/sign_ins.html", sign_ins=queries.sign_ins_of(current_user), mine=mine)


@bp.post("/account/sign-ins/<int:sign_in_id>/end")
@login_required
def end_sign_in(sign_in_id: int) -> Answer:
    services.end_sign_in(current_user, sign_in_id)
    db.session.commit()
    flash(_("That browser is signed out."), "success")
    return redirect(url_for(".sign_ins"))


@bp.post("/account/sign-ins/end-others")
@login_required
def end_other_sign_ins() -> Answer:
    services.end_other_sign_ins(current_user, current_user.sign_in_token)
    db.session.commit()
    flash(_("You are signed out everywhere else."), "success")
    return redirect(url_for(".sign_ins"))


@bp.post("/language")
def language() -> Answer:
    form = LanguageForm()
    if form.validate():
        if current_user.is_authenticated:
            services.choose_language(current_user, form.locale.data)
            db.session.commit()
        session["locale"] = form.locale.data
    return redirect(safe_next(request.form.get("next"), url_for("insights.home")))
