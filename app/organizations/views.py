"""Pages of organizations: a profile, and the guided form behind it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from app import clock
from app.accounts.guards import login_required
from app.db import db
from app.extensions import limiter
from app.organizations import (
    access,
    bilingual,
    brief_queries,
    brief_views,
    drafts,
    duplicates,
    forms,
    identifier_views,
    identifying,
    invitation_views,
    people_views,
    preview,
    publication,
    queries,
    services,
    wording,
)
from app.organizations.guards import keeps_typed
from app.organizations.models import Organization
from app.organizations.step_forms import StepForm
from app.taxonomy import Country, Kind, label, region_name, technology_label

bp = Blueprint("organizations", __name__, template_folder="templates", url_prefix="/organizations")
bp.register_blueprint(people_views.bp)
bp.register_blueprint(invitation_views.bp)
bp.register_blueprint(identifier_views.bp)
bp.register_blueprint(brief_views.bp)
bp.add_app_template_filter(label, "term")
bp.add_app_template_filter(technology_label, "technology")
bp.add_app_template_filter(region_name, "region")
bp.add_app_template_filter(bilingual.told, "told")
bp.add_app_template_filter(bilingual.own_name, "own_name")
bp.add_app_template_filter(bilingual.other_name, "other_name")
bp.add_app_template_filter(wording.place_of, "place")
bp.add_app_template_filter(wording.host_of, "host")
bp.add_app_template_filter(wording.facts_of, "facts_of")


@bp.get("/mine")
@login_required
def mine() -> str:
    own = [
        (one, publication.gaps_of(one.organization))
        for one in queries.memberships_of(current_user)
        if one.organization.merged_into_id is None
    ]
    return render_template("organizations/mine.html", own=own)


@bp.route("/new", methods=["GET", "POST"])
@login_required
def start() -> Any:
    form = forms.StartForm(data={"kind": request.args.get("kind"), "country": request.args.get("country")})
    if not form.validate_on_submit():
        return render_template("organizations/start.html", form=form), 422 if form.errors else 200
    kind, name, country = Kind(form.kind.data), str(form.name.data), Country(form.country.data)
    website = form.website.data or None
    if form.sure.data != form.warned_of and (
        found := duplicates.warnings_for(current_user, kind, name, country, website)
    ):
        return render_template("organizations/start.html", form=form, found=found)
    organization = services.create_organization(kind, name, country, by=current_user, website=website)
    db.session.commit()
    return redirect(url_for(".edit", organization_id=organization.id, step="basics"), 303)


@bp.post("/<int:organization_id>/ask-access")
@login_required
@limiter.limit("10 per hour", key_func=lambda: f"ask-access:{getattr(current_user, 'id', 0)}")
def ask_access(organization_id: int) -> Any:
    organization, _membership = queries.public_profile(current_user, organization_id)
    access.ask(organization, by=current_user)
    db.session.commit()
    flash(_("We wrote to those who look after this profile. They can let you in."), "success")
    return redirect(url_for(".show", organization_id=organization_id), 303)


@bp.app_errorhandler(queries.MergedAway)
def _merged_away(merged: queries.MergedAway) -> Any:
    """Lead to the profile that goes on; what was sent for the merged one is not taken over."""
    db.session.rollback()
    if request.method != "GET":
        flash(_("This profile was merged into the one you see. Nothing else was changed."), "warning")
    return redirect(
        url_for("organizations.show", organization_id=merged.kept_id),
        302 if request.method == "GET" else 303,
    )


@bp.get("/<int:organization_id>")
def show(organization_id: int) -> str:
    organization, membership = queries.public_profile(current_user, organization_id)
    return render_template(
        "organizations/show.html",
        organization=organization,
        membership=membership,
        briefs=brief_queries.briefs_of(organization_id),
        badges=identifying.badges_of(organization_id),
        reads_numbers=current_user.is_authenticated and current_user.has_role(*identifying.VERIFIERS),
        shows_raise=membership is not None or queries.sees_raises(current_user),
    )


@bp.get("/<int:organization_id>/edit/<step>")
@login_required
def edit(organization_id: int, step: str) -> Any:
    organization = queries.editable_by(current_user, organization_id)
    if step == forms.CHECK:
        return check_page(organization)
    _known(step)
    typed = queries.draft_of(current_user, organization_id).get(step)
    form = forms.step_form(organization, step, typed)
    is_overtaken = form.is_behind(forms.print_of(organization, step))
    return _step_page(organization, step, form, is_restored=bool(typed), is_overtaken=is_overtaken)


@bp.post("/<int:organization_id>/edit/<step>")
@keeps_typed
def save(organization_id: int, step: str) -> Any:
    organization = queries.editable_by(current_user, organization_id)
    _known(step)
    form = forms.step_form(organization, step, sent=True)
    then = request.form.get("then", "next")
    if then == "back" or not form.validate() or not _keeps_closed(organization, form):
        return _keep(organization, step, form, then)
    if not _is_saved(organization, step, form):
        return _conflict(organization, step, form)
    return _onward(organization, step, then)


def _keeps_closed(organization: Organization, form: StepForm) -> bool:
    """False when an answer was changed that no manager asked for."""
    return form.keeps_closed(services.closed_fields(organization, form.values()))


def _is_saved(organization: Organization, step: str, form: StepForm) -> bool:
    """False when somebody else saved this step since the form was opened."""
    if _is_behind(organization, step, form):
        return False
    try:
        services.save_profile(organization, form.values(), by=current_user)
        drafts.forget(organization, current_user, step)
        db.session.commit()
    except StaleDataError:
        db.session.rollback()
        return False
    return True


def _is_behind(organization: Organization, step: str, form: StepForm) -> bool:
    """Somebody saved this step since, and what is sent says something else than they did."""
    present = forms.print_of(organization, step)
    return form.is_behind(present) and bool(services.changed_fields(organization, form.values()))


def _keep(organization: Organization, step: str, form: StepForm, then: str) -> Any:
    """Nothing is saved to the profile, and nothing typed is lost."""
    _remember(organization, step, form)
    _keeps_closed(organization, form)
    db.session.commit()
    if then not in {"back", "leave"}:
        return _step_page(organization, step, form), 422
    if form.errors:
        flash(_("What you typed is kept, but not yet part of the profile: it needs another look."), "warning")
    return _onward(organization, step, then)


def _remember(organization: Organization, step: str, form: StepForm) -> None:
    """Keep what was typed, unless it is what the profile says already."""
    if form.validate() and not services.changed_fields(organization, form.values()):
        drafts.forget(organization, current_user, step)
    else:
        drafts.keep(organization, current_user, step, form.typed(request.form))


def _conflict(organization: Organization, step: str, form: StepForm) -> Any:
    """Somebody saved this step in between: keep what was typed, and say who it was."""
    form.seen.data = forms.print_of(organization, step)
    typed = {**form.typed(request.form), "seen": [form.seen.data]}
    drafts.keep(organization, current_user, step, typed)
    db.session.commit()
    other = queries.last_saver(organization.id)
    return _step_page(organization, step, form, is_conflict=True, other=other), 409


def _onward(organization: Organization, step: str, then: str) -> Any:
    if then == "leave":
        return redirect(url_for(".mine"), 303)
    steps = list(forms.steps_of(organization.kind))
    place = steps.index(step) + (-1 if then == "back" else 1)
    return redirect(url_for(".edit", organization_id=organization.id, step=steps[max(0, place)]), 303)


@bp.post("/<int:organization_id>/draft/<step>")
@keeps_typed
def keep_draft(organization_id: int, step: str) -> str:
    """Keep what is typed while it is being typed; the answer is the profile as it would be."""
    organization = queries.editable_by(current_user, organization_id)
    _known(step)
    form = forms.step_form(organization, step, sent=True)
    _remember(organization, step, form)
    db.session.commit()
    saved_at = clock.now().astimezone(current_user.zone)
    return render_template("organizations/kept.html", profile=_preview(organization), saved_at=saved_at)


@bp.post("/<int:organization_id>/draft/<step>/discard")
@login_required
def discard_draft(organization_id: int, step: str) -> Any:
    organization = queries.editable_by(current_user, organization_id)
    _known(step)
    drafts.forget(organization, current_user, step)
    db.session.commit()
    return redirect(url_for(".edit", organization_id=organization_id, step=step), 303)


@bp.post("/<int:organization_id>/pause")
@login_required
def pause(organization_id: int) -> Any:
    services.pause(queries.editable_by(current_user, organization_id), by=current_user)
    db.session.commit()
    flash(_("Paused: the profile stays in the directory, and no new matches are proposed."), "success")
    return redirect(url_for(".show", organization_id=organization_id), 303)


@bp.post("/<int:organization_id>/resume")
@login_required
def resume(organization_id: int) -> Any:
    services.resume(queries.editable_by(current_user, organization_id), by=current_user)
    db.session.commit()
    flash(_("The profile takes part in matching again."), "success")
    return redirect(url_for(".show", organization_id=organization_id), 303)


def _known(step: str) -> None:
    if step not in forms.STEPS:
        abort(404)


def _preview(organization: Organization) -> Organization:
    typed = queries.draft_of(current_user, organization.id)
    return preview.overlaid(organization, forms.typed_values(organization, typed))


def _step_page(organization: Organization, step: str, form: StepForm, **context: Any) -> str:
    steps = forms.steps_of(organization.kind)
    return render_template(
        "organizations/edit.html",
        organization=organization,
        step=step,
        steps=steps,
        form=form,
        profile=_preview(organization),
        silent_on=publication.silent_on(organization),
        doubts=publication.doubts_of(organization),
        **context,
    )


def check_page(organization: Organization, *, is_refused: bool = False) -> str:
    return render_template(
        "organizations/check.html",
        organization=organization,
        steps=forms.steps_of(organization.kind),
        gaps=publication.gaps_of(organization),
        silent_on=publication.silent_on(organization),
        doubts=publication.doubts_of(organization),
        unsaved=[step for step in forms.STEPS if step in queries.draft_of(current_user, organization.id)],
        is_refused=is_refused,
    )
