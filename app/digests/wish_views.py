"""The page on which people say when their weekly letter comes, and what is in it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.guards import login_required
from app.db import db
from app.digests import wishes
from app.digests.wish_forms import WishForm

bp = Blueprint("letters", __name__, template_folder="templates")


@bp.get("/account/letters")
@login_required
def show() -> str:
    return _page(WishForm.of(wishes.wish_of(current_user)))


@bp.post("/account/letters")
@login_required
def save() -> Any:
    form = WishForm()
    if not form.validate():
        return _page(form), 422
    try:
        wishes.save(current_user, form.wish())
    except wishes.PauseTooLong as refused:
        db.session.rollback()
        form.paused_until.errors = [refused.message]
        return _page(form), 422
    db.session.commit()
    flash(_("Saved. Your next letter comes at the hour you chose."), "success")
    return redirect(url_for("letters.show"), 303)


def _page(form: WishForm) -> str:
    return render_template("digests/wishes.html", form=form, wish=wishes.wish_of(current_user))
