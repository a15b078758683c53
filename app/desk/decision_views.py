"""The page on which an organization reads what was decided about it, and appeals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import error_pages
from app.accounts.guards import login_required
from app.db import db
from app.desk import told
from app.errors import RuleBroken
from app.extensions import limiter
from app.grievances import forms, queries, services, words
from app.organizations import queries as organizations
from app.organizations.queries import LARGEST_ID

_Forms = dict[str, forms.AppealForm]
bp = Blueprint("decisions", __name__)
_OF = f"/organizations/<int(max={LARGEST_ID}):organization_id>/decisions"


@bp.get(_OF)
@login_required
def index(organization_id: int) -> str:
    return _page(organization_id)


@bp.post(f"{_OF}/<key>/appeal")
@login_required
@limiter.limit("20 per hour", key_func=lambda: f"appeal:{getattr(current_user, 'id', 0)}")
def appeal(organization_id: int, key: str) -> Any:
    organization = organizations.editable_by(current_user, organization_id)
    one, form = told.decision_told(organization, key), forms.AppealForm(prefix=key)
    if not form.validate():
        return _page(organization_id, {key: form}), 422
    services.appeal(organization, one.against, current_user, str(form.text.data), told_at=one.at)
    db.session.commit()
    flash(_("Your appeal is with the program managers. They answer within ten working days."), "success")
    return redirect(url_for(".index", organization_id=organization_id), 303)


@bp.post(f"{_OF}/appeals/<int(max={LARGEST_ID}):grievance_id>/withdraw")
@login_required
def withdraw(organization_id: int, grievance_id: int) -> Any:
    organizations.editable_by(current_user, organization_id)
    services.withdraw(queries.appeal_of(organization_id, grievance_id), current_user)
    db.session.commit()
    flash(_("Your appeal is taken back."), "success")
    return redirect(url_for(".index", organization_id=organization_id), 303)


@bp.errorhandler(RuleBroken)
def _broken(broken: RuleBroken) -> tuple[str, int]:
    db.session.rollback()
    back = url_for("organizations.mine")
    return error_pages.page(broken.status, str(broken), winner=None, back=back, back_label=_("Back"))


def _page(organization_id: int, sent: _Forms | None = None) -> str:
    organization, membership = organizations.organization_for(current_user, organization_id)
    decided = told.told_to(organization)
    return render_template(
        "desk/decisions.html",
        organization=organization,
        decided=list(_with_forms(decided, sent or {}, membership.can_edit)),
        can_edit=membership.can_edit,
        told=told,
        words=words,
    )


def _with_forms(decided: list[told.Told], sent: _Forms, can_edit: bool) -> Iterator[tuple[told.Told, Any]]:
    """Each decision, with a form for those that can be appealed against; of several on one pair, the last."""
    seen: set[str] = set()
    for one in decided:
        is_offered = can_edit and one.can_appeal and one.key not in seen
        seen.add(one.key)
        form = sent.get(one.key) or forms.AppealForm(None, prefix=one.key)
        yield one, form if is_offered else None
