"""Pages on which a program is made, filled and looked after. A program of others is not found."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response

from app import error_pages
from app.accounts.guards import role_required
from app.accounts.models import Role
from app.conflicts.guards import require_statement
from app.db import db
from app.errors import NotFound, RuleBroken
from app.programs import cohort_queries, forms, joining, queries, services, wording
from app.programs.models import ManagerRole, ParticipationState, Program
from app.programs.views import facts_of

bp = Blueprint("managing", __name__, template_folder="templates", url_prefix="/programs")
# Applicants are judged here: the same word is asked for as before the review desk.
bp.before_request(require_statement)
_manager = role_required(Role.PROGRAM_MANAGER, Role.ADMINISTRATOR)
_ONE = "/<key>/participations/<int:participation_id>"


@bp.get("/new")
@_manager
def new() -> str:
    _require_creator()
    return _form_page(forms.ProgramForm(), None)


@bp.post("/new")
@_manager
def create() -> Any:
    _require_creator()
    form = forms.ProgramForm()
    if not form.validate():
        return _form_page(form, None), 422
    program = services.create(form.values(), by=current_user)
    db.session.commit()
    flash(_("Saved as a draft. It opens when you say so."), "success")
    return _to(program)


@bp.get("/<key>/edit")
@_manager
def edit(key: str) -> str:
    program = queries.managed_program(current_user, key, as_lead=True)
    return _form_page(forms.ProgramForm.of(program), program)


@bp.post("/<key>/edit")
@_manager
def save(key: str) -> Any:
    program = queries.managed_program(current_user, key, as_lead=True)
    form = forms.ProgramForm.of(program)
    if not form.validate():
        return _form_page(form, program), 422
    services.change(program, form.values(), by=current_user, version=form.version.data or 0)
    db.session.commit()
    flash(_("Saved."), "success")
    return _to(program)


@bp.post("/<key>/open")
@_manager
def open_(key: str) -> Response:
    program = queries.managed_program(current_user, key, as_lead=True)
    services.open_(program, by=current_user)
    db.session.commit()
    flash(_("The program is open. Its criteria stand from now on."), "success")
    return _to(program)


@bp.post("/<key>/close")
@_manager
def close(key: str) -> Response:
    program = queries.managed_program(current_user, key, as_lead=True)
    services.close(program, by=current_user)
    db.session.commit()
    flash(_("The program is closed: it takes no more pairs and applications."), "success")
    return _to(program)


@bp.get("/<key>/manage")
@_manager
def show(key: str) -> str:
    return _page(queries.managed_program(current_user, key))


@bp.post("/<key>/invite")
@_manager
def invite(key: str) -> Any:
    program, form = queries.managed_program(current_user, key), forms.InviteForm()
    if not form.validate():
        return _page(program), 422
    organization = cohort_queries.to_invite_by_id(current_user, program, form.organization_id.data or 0)
    joining.invite(program, organization, by=current_user)
    db.session.commit()
    flash(_("Invited. Its people have a mail and answer on their page."), "success")
    return _to(program)


@bp.post(f"{_ONE}/accept")
@_manager
def accept(key: str, participation_id: int) -> Any:
    program, form = queries.managed_program(current_user, key), forms.VersionForm()
    found = cohort_queries.participation_for(current_user, program, participation_id)
    if not form.validate():
        return _page(program), 422
    joining.accept(found, by=current_user, version=form.version.data or 0)
    db.session.commit()
    flash(_("Accepted. The organization has a mail."), "success")
    return _to(program)


@bp.post(f"{_ONE}/waitlist")
@_manager
def waitlist(key: str, participation_id: int) -> Any:
    program, form = queries.managed_program(current_user, key), forms.VersionForm()
    found = cohort_queries.participation_for(current_user, program, participation_id)
    if not form.validate():
        return _page(program), 422
    joining.waitlist(found, by=current_user, version=form.version.data or 0)
    db.session.commit()
    flash(_("On the waiting list. The organization has a mail."), "success")
    return _to(program)


@bp.post(f"{_ONE}/decline")
@_manager
def decline(key: str, participation_id: int) -> Any:
    program, form = queries.managed_program(current_user, key), forms.DeclineForm()
    found = cohort_queries.participation_for(current_user, program, participation_id)
    if not form.validate():
        return _page(program), 422
    joining.decline(
        found, current_user, form.reason.data, version=form.version.data or 0, note=form.note.data or ""
    )
    db.session.commit()
    flash(_("Not taken. The organization reads the reason in polite words."), "success")
    return _to(program)


@bp.post("/<key>/managers")
@_manager
def add_manager(key: str) -> Any:
    program, form = queries.managed_program(current_user, key, as_lead=True), forms.ManagerForm()
    if not form.validate():
        return _page(program, adding=form), 422
    services.add_manager(
        program,
        queries.user_with_address(form.address.data or ""),
        current_user,
        role=ManagerRole(form.role.data),
        country=form.country.data,
        kinds=form.kinds.data or [],
    )
    db.session.commit()
    flash(_("Saved."), "success")
    return _to(program)


@bp.post("/<key>/managers/<int:manager_id>/remove")
@_manager
def remove_manager(key: str, manager_id: int) -> Response:
    program = queries.managed_program(current_user, key, as_lead=True)
    services.remove_manager(queries.manager_in(program, manager_id), by=current_user)
    db.session.commit()
    flash(_("Removed: the program is out of their sight."), "success")
    return _to(program)


@bp.errorhandler(RuleBroken)
def _broken(broken: RuleBroken) -> tuple[str, int]:
    """Say which rule stands in the way, and lead back to the program."""
    db.session.rollback()
    key = (request.view_args or {}).get("key")
    back = url_for(".show", key=key) if key else url_for("programs.index")
    winner = getattr(broken, "winner", None)
    return error_pages.page(broken.status, str(broken), winner=winner, back=back, back_label=_("Back"))


def _require_creator() -> None:
    if not queries.may_create(current_user):
        raise NotFound


def _to(program: Program) -> Response:
    return redirect(url_for(".show", key=program.key), 303)


def _form_page(form: forms.ProgramForm, program: Program | None) -> str:
    return render_template("programs/edit.html", form=form, program=program)


def _page(program: Program, adding: forms.ManagerForm | None = None) -> str:
    search = forms.SearchForm(request.args)
    wanted = search.q.data if search.validate() else ""
    found = cohort_queries.participations_in(current_user, program)
    return render_template(
        "programs/manage.html",
        program=program,
        facts=facts_of(program),
        missing=services.missing_to_open(program) if not program.is_open else [],
        is_lead=queries.is_lead(current_user, program.id),
        found={state: [one for one in found if one.state is state] for state in ParticipationState},
        managers=queries.managers_in(program),
        search=search,
        to_invite=cohort_queries.to_invite(current_user, program, wanted) if wanted else None,
        declining=forms.DeclineForm(formdata=None),
        adding=adding or forms.ManagerForm(formdata=None),
        roles=wording.ROLES,
    )
