"""Pages of what an organization needs and offers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from app.accounts.guards import login_required
from app.db import db
from app.errors import RuleBroken
from app.organizations import brief_forms, brief_queries, brief_words, briefs, queries
from app.organizations.guards import keeps_typed
from app.organizations.models import Brief, Organization
from app.taxonomy.exchange import MoneyFlow

bp = Blueprint("briefs", __name__, url_prefix="/<int:organization_id>/briefs")
bp.add_app_template_filter(brief_words.facts_of, "brief_facts")
bp.add_app_template_filter(brief_words.wishes_of, "brief_wishes")
bp.add_app_template_filter(brief_words.term, "exchange_term")


@bp.get("")
@login_required
def index(organization_id: int) -> str:
    organization, membership = queries.organization_for(current_user, organization_id)
    return render_template(
        "organizations/briefs.html",
        organization=organization,
        membership=membership,
        briefs=brief_queries.briefs_of(organization_id),
        most=briefs.MOST,
    )


@bp.get("/new")
@login_required
def new(organization_id: int) -> Any:
    organization = queries.editable_by(current_user, organization_id)
    asked = brief_forms.FlowForm(request.args)
    if "flow" not in request.args or not asked.validate():
        status = 422 if asked.errors else 200
        return render_template("organizations/brief_flow.html", organization=organization, form=asked), status
    return _page(organization, brief_forms.empty(organization, MoneyFlow(asked.flow.data)))


@bp.post("/new")
@keeps_typed
def add(organization_id: int) -> Any:
    organization = queries.editable_by(current_user, organization_id)
    form = brief_forms.sent(organization)
    if not form.validate():
        return _page(organization, form), 422
    try:
        briefs.add(organization, form.values(), form.wishes(), by=current_user)
        db.session.commit()
    except (RuleBroken, StaleDataError) as refused:
        return _refused(organization_id, form, refused)
    flash(_("Added. It stands in the profile now."), "success")
    return redirect(url_for(".index", organization_id=organization_id), 303)


@bp.get("/<int:brief_id>")
@login_required
def edit(organization_id: int, brief_id: int) -> str:
    organization = queries.editable_by(current_user, organization_id)
    brief = brief_queries.brief_in(organization_id, brief_id)
    return _page(organization, brief_forms.opened(organization, brief), brief)


@bp.post("/<int:brief_id>")
@keeps_typed
def save(organization_id: int, brief_id: int) -> Any:
    organization = queries.editable_by(current_user, organization_id)
    brief = brief_queries.brief_in(organization_id, brief_id)
    form = brief_forms.sent(organization, brief)
    if not form.validate():
        return _page(organization, form, brief), 422
    try:
        briefs.save(
            organization, brief, form.values(), form.wishes(), seen=form.seen_version, by=current_user
        )
        db.session.commit()
    except (RuleBroken, StaleDataError) as refused:
        return _refused(organization_id, form, refused, brief_id)
    flash(_("Saved."), "success")
    return redirect(url_for(".index", organization_id=organization_id), 303)


@bp.post("/<int:brief_id>/end")
@login_required
def end(organization_id: int, brief_id: int) -> Any:
    organization = queries.editable_by(current_user, organization_id)
    briefs.end(organization, brief_queries.brief_in(organization_id, brief_id), by=current_user)
    db.session.commit()
    flash(_("Ended. It is no longer in the profile."), "success")
    return redirect(url_for(".index", organization_id=organization_id), 303)


@bp.post("/<int:brief_id>/renew")
@login_required
def renew(organization_id: int, brief_id: int) -> Any:
    organization = queries.editable_by(current_user, organization_id)
    brief = brief_queries.brief_in(organization_id, brief_id)
    briefs.renew(organization, brief, brief_forms.RenewForm.suggested_day(), by=current_user)
    db.session.commit()
    flash(_("Renewed for half a year. It stands in the profile again."), "success")
    return redirect(url_for(".index", organization_id=organization_id), 303)


def _refused(organization_id: int, form: Any, refused: Exception, brief_id: int = 0) -> Any:
    """A rule stood against it, or somebody else was first: nothing is saved, nothing typed is lost."""
    db.session.rollback()
    organization = queries.editable_by(current_user, organization_id)
    brief = db.session.get(Brief, brief_id) if brief_id else None
    if brief is not None:
        form.seen.data = str(brief.version)
    is_behind = isinstance(refused, briefs.ChangedMeanwhile | StaleDataError)
    words = _(
        "Somebody changed this while you had it open. What you typed is kept below; save again to put it in place."
    )
    page = _page(organization, form, brief, refused=words if is_behind else str(refused))
    return page, 409


def _page(organization: Organization, form: Any, brief: Brief | None = None, **context: Any) -> str:
    return render_template(
        "organizations/brief_form.html", organization=organization, form=form, brief=brief, **context
    )
