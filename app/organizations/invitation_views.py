"""The page a mailed invitation opens."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.guards import login_required
from app.db import db
from app.organizations import people, people_queries

bp = Blueprint("invitations", __name__, url_prefix="/invitations/<token>")


@bp.get("")
def show(token: str) -> str:
    invitation = people_queries.live_invitation(token)
    return render_template("organizations/invitation.html", invitation=invitation, token=token)


@bp.post("")
@login_required
def accept(token: str) -> Any:
    organization = people.accept(token, by=current_user)
    db.session.commit()
    flash(_("You belong to %(name)s now.", name=organization.name), "success")
    return redirect(url_for("organizations.mine"), 303)
