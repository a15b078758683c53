"""Tokens of the API on a person's account page."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts import api_tokens, queries
from app.accounts.forms import ApiTokenForm
from app.accounts.guards import login_required
from app.accounts.views.blueprint import bp
from app.accounts.views.joining import Answer
from app.accounts.views.session import limit_own_tries
from app.db import db


@bp.get("/account/tokens")
@login_required
def tokens() -> str:
    return _page(ApiTokenForm(current_user, formdata=None))


@bp.post("/account/tokens")
@login_required
@limit_own_tries()
def make_token() -> Answer:
    form = ApiTokenForm(current_user)
    if not form.validate():
        return _page(form), 422
    lasts = timedelta(days=int(form.days.data))
    made, text = api_tokens.issue(current_user, str(form.name.data), lasts)
    db.session.commit()
    return _page(ApiTokenForm(current_user, formdata=None), made=made, text=text)


@bp.post("/account/tokens/<int:token_id>/revoke")
@login_required
def revoke_token(token_id: int) -> Answer:
    api_tokens.revoke(current_user, token_id)
    db.session.commit()
    flash(_("The token is revoked. Whatever used it is shut out."), "success")
    return redirect(url_for(".tokens"), 303)


def _page(form: ApiTokenForm, **made: object) -> str:
    return render_template(
        "accounts/api_tokens.html", form=form, tokens=queries.api_tokens_of(current_user), **made
    )
