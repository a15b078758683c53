"""Pages about the numbers that registers gave to an organization."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.guards import login_required, role_required
from app.db import db
from app.extensions import limiter
from app.organizations import forms, identifying, queries, scanning

bp = Blueprint("identifiers", __name__, url_prefix="/<int:organization_id>/identifiers")


@bp.get("")
@login_required
def index(organization_id: int) -> Any:
    return _page(organization_id)


@bp.post("")
@login_required
@limiter.limit("60 per hour", key_func=lambda: f"identifier:{getattr(current_user, 'id', 0)}")
def add(organization_id: int) -> Any:
    organization = queries.editable_by(current_user, organization_id)
    form = forms.IdentifierForm().fit(organization.country)
    if not form.validate():
        return _page(organization_id, form), 422
    stated = identifying.state(organization, form.chosen, form.number, by=current_user)
    is_known = scanning.suspect_same_number(organization, stated)
    db.session.commit()
    if is_known:
        flash(
            _("Another profile states this number too. A program manager looks whether they are one."),
            "warning",
        )
    flash(_("Added. Its format is right; a program manager may confirm it."), "success")
    return redirect(url_for(".index", organization_id=organization_id), 303)


@bp.post("/<int:identifier_id>/remove")
@login_required
def remove(organization_id: int, identifier_id: int) -> Any:
    organization = queries.editable_by(current_user, organization_id)
    identifying.remove(organization, identifier_id, by=current_user)
    db.session.commit()
    flash(_("The number is removed."), "success")
    return redirect(url_for(".index", organization_id=organization_id), 303)


@bp.post("/<int:identifier_id>/confirm")
@role_required(*identifying.VERIFIERS)
def confirm(organization_id: int, identifier_id: int) -> Any:
    identifying.confirm(organization_id, identifier_id, by=current_user)
    db.session.commit()
    flash(_("Confirmed."), "success")
    return redirect(url_for(".index", organization_id=organization_id), 303)


def _page(organization_id: int, form: forms.IdentifierForm | None = None) -> str:
    organization, role = identifying.reader_of(current_user, organization_id)
    return render_template(
        "organizations/identifiers.html",
        organization=organization,
        role=role,
        stated=identifying.shown_to(role, organization_id),
        form=form or forms.IdentifierForm(formdata=None).fit(organization.country),
    )
