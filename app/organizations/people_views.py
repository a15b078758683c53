"""Pages about who belongs to an organization."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import clock
from app.accounts.guards import login_required
from app.db import db
from app.extensions import limiter
from app.organizations import forms, people, people_queries, queries
from app.organizations.models import MemberRole

bp = Blueprint("people", __name__, url_prefix="/<int:organization_id>/people")


@bp.get("")
@login_required
def index(organization_id: int) -> Any:
    return _page(organization_id, forms.PersonForm())


@bp.post("")
@login_required
@limiter.limit("30 per hour", key_func=lambda: f"invite:{getattr(current_user, 'id', 0)}")
def add(organization_id: int) -> Any:
    organization, _own = queries.owned_by(current_user, organization_id)
    form = forms.PersonForm()
    if not form.validate():
        return _page(organization_id, form), 422
    is_adviser = form.role.data == forms.ADVISER
    role = MemberRole.EDITOR if is_adviser else MemberRole(form.role.data)
    people.invite(organization, str(form.email.data), role, by=current_user, is_adviser=is_adviser)
    db.session.commit()
    flash(
        _("We write to %(email)s. They are in once they accept.", email=form.email.data),
        "success",
    )
    return redirect(url_for(".index", organization_id=organization_id), 303)


@bp.post("/<int:membership_id>/role")
@login_required
def change_role(organization_id: int, membership_id: int) -> Any:
    organization, _own = queries.owned_by(current_user, organization_id)
    form = forms.RoleForm()
    if not form.validate():
        return _page(organization_id, forms.PersonForm(formdata=None)), 422
    people.change_role(organization, membership_id, MemberRole(form.role.data), by=current_user)
    db.session.commit()
    flash(_("The role is changed."), "success")
    return redirect(url_for(".index", organization_id=organization_id), 303)


@bp.post("/<int:membership_id>/remove")
@login_required
def remove(organization_id: int, membership_id: int) -> Any:
    organization, own = queries.organization_for(current_user, organization_id)
    is_leaving = own.id == membership_id
    people.remove_person(organization, membership_id, by=current_user)
    db.session.commit()
    flash(_("You have left the organization.") if is_leaving else _("They were removed."), "success")
    return redirect(
        url_for("organizations.mine") if is_leaving else url_for(".index", organization_id=organization_id),
        303,
    )


@bp.post("/invitations/<int:invitation_id>/resend")
@login_required
@limiter.limit("30 per hour", key_func=lambda: f"invite:{getattr(current_user, 'id', 0)}")
def resend(organization_id: int, invitation_id: int) -> Any:
    organization, _own = queries.owned_by(current_user, organization_id)
    people.resend(organization, invitation_id, by=current_user)
    db.session.commit()
    flash(_("The invitation is on its way again. The old link works no more."), "success")
    return redirect(url_for(".index", organization_id=organization_id), 303)


@bp.post("/invitations/<int:invitation_id>/withdraw")
@login_required
def withdraw(organization_id: int, invitation_id: int) -> Any:
    organization, _own = queries.owned_by(current_user, organization_id)
    people.withdraw(organization, invitation_id, by=current_user)
    db.session.commit()
    flash(_("The invitation is withdrawn. Its link works no more."), "success")
    return redirect(url_for(".index", organization_id=organization_id), 303)


def _page(organization_id: int, form: forms.PersonForm) -> str:
    organization, own = queries.organization_for(current_user, organization_id)
    return render_template(
        "organizations/people.html",
        organization=organization,
        own=own,
        people=queries.memberships_in(organization_id),
        advisers=people_queries.advisers_in(organization_id),
        invitations=people_queries.open_invitations(organization_id),
        now=clock.now(),
        form=form,
        role_form=forms.RoleForm(formdata=None),
    )
