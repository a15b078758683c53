"""Pages of programs for everybody, and for organizations that take part."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response

from app.accounts.guards import login_required
from app.db import db
from app.organizations import queries as organizations
from app.programs import cohort_queries, forms, joining, queries, wording
from app.programs.models import Program
from app.taxonomy import COUNTRIES, Kind, label, technology_label

bp = Blueprint("programs", __name__, template_folder="templates")
bp.add_app_template_filter(wording.state_words, "participation_state")
bp.add_app_template_filter(wording.declined_words, "declined_words")
bp.add_app_template_filter(wording.kind_words, "program_kind")
_OURS = "/organizations/<int:organization_id>/programs"


@bp.get("/programs")
def index() -> str:
    own = queries.programs_to_manage(current_user) if current_user.is_authenticated else []
    creates = current_user.is_authenticated and queries.may_create(current_user)
    return render_template(
        "programs/index.html", programs=queries.open_programs(), own=own, may_create=creates
    )


@bp.get("/programs/<key>")
def show(key: str) -> str:
    return _page(queries.public_program(current_user, key))


@bp.post("/programs/<key>/apply")
@login_required
def apply(key: str) -> Any:
    program = queries.public_program(current_user, key)
    form = forms.ApplyForm.offering(program, cohort_queries.may_apply_with(current_user, program))
    if not form.validate():
        return _page(program, form), 422
    organization = organizations.editable_by(current_user, form.organization_id.data)
    joining.apply(program, organization, by=current_user, answer=form.answer.data or "")
    db.session.commit()
    flash(_("You have applied. A program manager decides, and you get a mail."), "success")
    return redirect(url_for(".ours", organization_id=organization.id), 303)


@bp.get(_OURS)
@login_required
def ours(organization_id: int) -> str:
    organization, membership = organizations.organization_for(current_user, organization_id)
    return render_template(
        "programs/ours.html",
        organization=organization,
        membership=membership,
        found=cohort_queries.participations_of(organization_id),
        open_programs=cohort_queries.open_to(organization),
    )


@bp.post(f"{_OURS}/<int:participation_id>/yes")
@login_required
def say_yes(organization_id: int, participation_id: int) -> Response:
    organizations.editable_by(current_user, organization_id)
    found = cohort_queries.own_participation(organization_id, participation_id)
    joining.say_yes(found, by=current_user)
    db.session.commit()
    flash(_("Your answer is in: %(state)s.", state=wording.STATES[found.state]), "success")
    return redirect(url_for(".ours", organization_id=organization_id), 303)


@bp.post(f"{_OURS}/<int:participation_id>/withdraw")
@login_required
def withdraw(organization_id: int, participation_id: int) -> Response:
    organizations.editable_by(current_user, organization_id)
    joining.withdraw(cohort_queries.own_participation(organization_id, participation_id), by=current_user)
    db.session.commit()
    flash(_("You have stepped back. Thank you for telling us."), "success")
    return redirect(url_for(".ours", organization_id=organization_id), 303)


def _page(program: Program, form: forms.ApplyForm | None = None) -> str:
    is_signed_in = current_user.is_authenticated
    candidates = cohort_queries.may_apply_with(current_user, program) if is_signed_in else []
    if form is None and candidates and program.takes_applications:
        form = forms.ApplyForm.offering(program, candidates)
    return render_template(
        "programs/show.html",
        program=program,
        form=form if program.takes_applications else None,
        manages=is_signed_in and queries.manages(current_user, program),
        facts=facts_of(program),
    )


def facts_of(program: Program) -> list[tuple[str, Any]]:
    """What a reader wants to know of a program, in words; empty values are left out."""
    chosen = {
        "technologies": [technology_label(code) for code in program.technologies],
        "kinds": [label(Kind(kind)) for kind in program.kinds],
        "countries": [name for code, name in COUNTRIES.items() if code in program.countries],
    }
    words = {name: ", ".join(map(str, values)) for name, values in chosen.items()}
    managers = [user.name for user in queries.managers_of(program) if user.name]
    return [
        (_("Technologies"), words["technologies"] or _("All")),
        (_("Kinds of organization"), words["kinds"] or _("All")),
        (_("One side of every pair"), label(program.one_side_is)),
        (_("Takes organizations of"), words["countries"]),
        (_("Who meets whom"), wording.COHORT_RULES[program.cohort_rule]),
        (_("Places"), program.places),
        (_("Most matches an organization"), program.quota),
        (_("Cities"), ", ".join(program.cities)),
        (_("Managers"), ", ".join(managers)),
    ]
