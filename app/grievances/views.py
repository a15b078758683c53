"""The page on which a profile is reported."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.guards import login_required
from app.db import db
from app.errors import NotFound
from app.extensions import limiter
from app.grievances import forms, queries, services
from app.grievances.models import AbuseReason
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.organizations.queries import LARGEST_ID

bp = Blueprint("grievances", __name__, template_folder="templates")
_REPORT = f"/organizations/<int(max={LARGEST_ID}):organization_id>/report"


@bp.get(_REPORT)
@login_required
def report(organization_id: int) -> str:
    return _page(_reportable(organization_id), forms.ReportForm())


@bp.post(_REPORT)
@login_required
@limiter.limit("10 per hour", key_func=lambda: f"report:{getattr(current_user, 'id', 0)}")
def send_report(organization_id: int) -> Any:
    organization, form = _reportable(organization_id), forms.ReportForm()
    if not form.validate():
        return _page(organization, form), 422
    services.report(organization, current_user, AbuseReason(form.reason.data), str(form.text.data))
    db.session.commit()
    flash(_("Thank you. A program manager looks into it and writes to you."), "success")
    return redirect(url_for("organizations.show", organization_id=organization.id), 303)


def _reportable(organization_id: int) -> Organization:
    """A profile of others: nobody reports their own."""
    organization, membership = organizations.public_profile(current_user, organization_id)
    if membership is not None:
        raise NotFound
    return organization


def _page(organization: Organization, form: forms.ReportForm) -> str:
    waiting = queries.open_report(current_user, organization.id)
    return render_template("grievances/report.html", organization=organization, form=form, waiting=waiting)
