"""The page on which an organization says how much it wants at once, pauses, and reads how it answers."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response

from app.accounts.guards import login_required
from app.db import db
from app.errors import RuleBroken
from app.introductions import habits
from app.introductions.attention_forms import NumbersForm, PauseForm
from app.matching import attending, attention
from app.matching.attending import Wanted
from app.matching.attention import Limit
from app.organizations import queries as organizations
from app.organizations.models import Membership, Organization

bp = Blueprint("attention", __name__, template_folder="templates")
_AT = "/organizations/<int:organization_id>/attention"


@bp.get(_AT)
@login_required
def show(organization_id: int) -> str:
    return _page(*organizations.organization_for(current_user, organization_id))


@bp.post(_AT)
@login_required
def save(organization_id: int) -> Response | tuple[str, int]:
    organization, form = organizations.editable_by(current_user, organization_id), NumbersForm(cap=_cap())
    if not form.validate():
        return _page(*_seat(organization_id), numbers=form), 422
    most_in, most_out = form.numbers()
    wanted = replace(attending.wanted_of(organization.id), most_in=most_in, most_out=most_out)
    return _save(organization, wanted, form.version.data or 0, _("Saved. Your proposals are computed again."))


@bp.post(f"{_AT}/pause")
@login_required
def pause(organization_id: int) -> Response | tuple[str, int]:
    organization, form = organizations.editable_by(current_user, organization_id), PauseForm()
    if not form.validate():
        return _page(*_seat(organization_id), pausing=form), 422
    wanted = replace(attending.wanted_of(organization.id), paused_until=form.day())
    return _save(organization, wanted, form.version.data or 0, _("Paused. What is going goes on."))


@bp.post(f"{_AT}/resume")
@login_required
def resume(organization_id: int) -> Response | tuple[str, int]:
    organization = organizations.editable_by(current_user, organization_id)
    row = attention.attention_of(organization.id)
    wanted = replace(attending.wanted_of(organization.id), paused_until=None)
    return _save(organization, wanted, row.version if row else 0, _("You get new requests again."))


def _save(organization: Organization, wanted: Wanted, version: int, said: str) -> Response | tuple[str, int]:
    try:
        attending.save(organization, wanted, current_user, cap=_cap(), version=version)
    except RuleBroken as broken:
        db.session.rollback()
        return _page(*_seat(organization.id), problem=str(broken.message)), broken.status
    db.session.commit()
    flash(said, "success")
    return redirect(url_for("attention.show", organization_id=organization.id), 303)


def _seat(organization_id: int) -> tuple[Organization, Membership]:
    return organizations.organization_for(current_user, organization_id)


def _page(
    organization: Organization,
    membership: Membership,
    *,
    numbers: NumbersForm | None = None,
    pausing: PauseForm | None = None,
    problem: str = "",
) -> str:
    row, cap = attention.attention_of(organization.id), _cap()
    return render_template(
        "introductions/attention.html",
        organization=organization,
        membership=membership,
        row=row,
        paused_until=attention.paused_until([organization.id]).get(organization.id),
        habits=habits.habits_of(organization, cap),
        limit=Limit(row.most_in, row.most_out) if row else Limit(),
        cap=cap,
        numbers=numbers or NumbersForm.showing(row, cap),
        pausing=pausing or PauseForm.showing(row),
        problem=problem,
    )


def _cap() -> int:
    return int(current_app.config["SETTINGS"].proposals_per_organization)
