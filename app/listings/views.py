"""Pages on which profiles are handed in. They are reviewed on the desk."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response

from app import error_pages
from app.accounts.guards import login_required
from app.db import db
from app.errors import RuleBroken
from app.listings import forms, queries, services
from app.organizations import publication
from app.organizations import queries as organizations
from app.organizations.views import check_page

bp = Blueprint("listings", __name__, template_folder="templates")
bp.add_app_template_global(queries.last_review_of, "listing_review_of")


@bp.post("/organizations/<int:organization_id>/publish")
@login_required
def submit(organization_id: int) -> Any:
    organization, form = organizations.editable_by(current_user, organization_id), forms.SubmitForm()
    if publication.gaps_of(organization) or not form.validate():
        return check_page(organization, is_refused=True), 422
    services.submit(organization, by=current_user, note=form.note.data or "")
    db.session.commit()
    flash(_("Handed in. A program manager looks at it within three working days."), "success")
    return redirect(url_for("organizations.show", organization_id=organization_id), 303)


@bp.post("/organizations/<int:organization_id>/withdraw")
@login_required
def withdraw(organization_id: int) -> Response:
    services.withdraw(organizations.editable_by(current_user, organization_id), by=current_user)
    db.session.commit()
    flash(_("Taken back: the profile is a draft again."), "success")
    return redirect(url_for("organizations.edit", organization_id=organization_id, step="check"), 303)


@bp.errorhandler(RuleBroken)
def _broken(broken: RuleBroken) -> tuple[str, int]:
    """A rule stands in the way: say it, and lead back."""
    db.session.rollback()
    return error_pages.page(
        broken.status,
        str(broken),
        winner=getattr(broken, "winner", None),
        back=url_for("organizations.mine"),
        back_label=_("Back"),
    )
