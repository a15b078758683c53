"""Pages on which a manager sets up, drafts and publishes the timetable of a mission."""

from __future__ import annotations

import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response

from app import error_pages
from app.accounts.guards import role_required
from app.accounts.models import Role
from app.conflicts.guards import require_statement
from app.db import db
from app.errors import NotFound, RuleBroken
from app.programs import queries as programs
from app.programs.models import Program
from app.timetables import forms, grid, publishing, queries, services
from app.timetables.models import Timetable

bp = Blueprint("timetables", __name__, template_folder="templates", url_prefix="/programs/<key>/timetable")
bp.before_request(require_statement)
_manager = role_required(Role.PROGRAM_MANAGER, Role.ADMINISTRATOR)
_DAY = f"/days/<int(max={queries.LARGEST_ID}):stop_id>"
_GUEST = f"/guests/<int(max={queries.LARGEST_ID}):guest_id>"


@bp.get("")
@_manager
def show(key: str) -> str:
    return _page(programs.managed_program(current_user, key))


@bp.post("/days")
@_manager
def add_day(key: str) -> Any:
    program, form = programs.managed_program(current_user, key), forms.DayForm()
    if not form.validate():
        return _page(program, day=form), 422
    services.add_day(services.begin(program, current_user), form.day(), current_user)
    db.session.commit()
    flash(_("Added. Draft the timetable when all days are there."), "success")
    return _to(program)


@bp.post(f"{_DAY}/remove")
@_manager
def remove_day(key: str, stop_id: int) -> Response:
    program, timetable = _managed(key)
    services.remove_day(timetable, queries.stop_for(timetable, stop_id), current_user)
    db.session.commit()
    flash(_("Taken out."), "success")
    return _to(program)


@bp.post("/draft")
@_manager
def draft(key: str) -> Response:
    program, timetable = _managed(key)
    placed = services.draft(timetable, current_user)
    db.session.commit()
    flash(_("Drafted: %(count)s places are taken. Nobody was written to.", count=placed), "success")
    return _to(program)


@bp.post("/locks")
@_manager
def lock(key: str) -> Response:
    program, timetable = _managed(key)
    services.keep(timetable, forms.LocksForm().cell_ids(), current_user)
    db.session.commit()
    flash(_("Saved. A new draft leaves what is locked where it is."), "success")
    return _to(program)


@bp.post(f"{_GUEST}/limit")
@_manager
def limit(key: str, guest_id: int) -> Any:
    program, timetable = _managed(key)
    guest, form = queries.guest_for(timetable, guest_id, current_user), forms.LimitForm()
    form.set_cities(queries.stops_of(timetable))
    if not form.validate():
        return _page(program, limits={guest.id: form}), 422
    services.limit(
        timetable,
        guest,
        current_user,
        a_day=form.a_day.data or 0,
        in_all=form.in_all.data or 0,
        city=form.city.data or "",
    )
    db.session.commit()
    flash(_("Saved for the next draft."), "success")
    return _to(program)


@bp.post(f"{_GUEST}/leave")
@_manager
def leave(key: str, guest_id: int) -> Response:
    program, timetable = _managed(key)
    guest = queries.guest_for(timetable, guest_id, current_user)
    free, filled = publishing.leave(timetable, guest, current_user)
    db.session.commit()
    flash(
        _(
            "Taken out. Of %(free)s places that fell free, %(filled)s are filled again.",
            free=free,
            filled=filled,
        ),
        "success",
    )
    return _to(program)


@bp.post("/visits")
@_manager
def visit(key: str) -> Any:
    program, timetable = _managed(key)
    form = _visit_form(timetable)
    if not form.validate():
        return _page(program, visit=form), 422
    stop = queries.stop_for(timetable, int(form.stop.data))
    host = queries.guest_for(timetable, int(form.host.data), current_user)
    guests = [
        queries.guest_for(timetable, int(id_), current_user)
        for id_ in form.visitors.data
        if id_ != form.host.data
    ]
    publishing.visit(
        timetable,
        stop,
        host,
        guests,
        current_user,
        begins=form.begins.data or datetime.time(),
        minutes=form.minutes.data or 0,
        title=form.title.data or "",
    )
    db.session.commit()
    flash(_("Booked. All who go have the entry for their calendars."), "success")
    return _to(program)


@bp.post("/publish")
@_manager
def publish(key: str) -> Response:
    program, timetable = _managed(key)
    new = publishing.publish(timetable, current_user)
    db.session.commit()
    flash(
        _("Published: %(count)s new meetings, with entries for the calendars of all.", count=new), "success"
    )
    return _to(program)


@bp.errorhandler(RuleBroken)
def _refused(broken: RuleBroken) -> tuple[str, int]:
    """Say what stands in the way, and lead back to the timetable."""
    db.session.rollback()
    back = url_for(".show", key=(request.view_args or {}).get("key", ""))
    return error_pages.page(broken.status, str(broken), back=back, back_label=_("Back to the timetable"))


def _managed(key: str) -> tuple[Program, Timetable]:
    program = programs.managed_program(current_user, key)
    timetable = queries.timetable_of(program)
    if timetable is None:
        raise NotFound
    return program, timetable


def _page(program: Program, **sent: Any) -> str:
    timetable = queries.timetable_of(program)
    shown = grid.grid_of(timetable, current_user)
    limits = {guest.id: forms.LimitForm(formdata=None, obj=guest) for guest in shown.guests}
    limits |= sent.get("limits", {})
    for id_, form in limits.items():
        form.set_cities([day.stop for day in shown.days])
        form.number(id_)
    return render_template(
        "timetables/show.html",
        program=program,
        timetable=timetable,
        grid=shown,
        wall=grid.wall,
        limits=limits,
        day=sent.get("day") or forms.DayForm(formdata=None),
        visit=sent.get("visit") or (_visit_form(timetable, fresh=True) if timetable else None),
    )


def _visit_form(timetable: Timetable, *, fresh: bool = False) -> forms.VisitForm:
    form = forms.VisitForm(formdata=None) if fresh else forms.VisitForm()
    stops = [
        (str(stop.id), f"{format_date(stop.on_day, 'EEE d MMM')}, {stop.city}")
        for stop in queries.stops_of(timetable)
    ]
    form.number("visit")
    form.set_choices(stops, queries.seen_guests(timetable, current_user))
    return form


def _to(program: Program) -> Response:
    return redirect(url_for(".show", key=program.key), 303)
