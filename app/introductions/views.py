"""Pages of introductions: a person's matches, and one match to answer."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response

from app.accounts.guards import login_required
from app.db import db
from app.introductions import line_queries, lines, queries, services
from app.introductions.forms import DeclineForm, LineForm, NotNowForm
from app.introductions.models import NoReason
from app.introductions.sides import Side, Standing
from app.organizations import queries as organizations

bp = Blueprint("introductions", __name__, template_folder="templates")


@bp.get("/matches")
@login_required
def matches() -> str:
    memberships = organizations.memberships_of(current_user)
    sides = queries.sides_for(memberships)
    groups = {s: [side for side in sides if side.standing is s] for s in Standing}
    waiting = None if sides else queries.why_none(memberships)
    return render_template(
        "introductions/matches.html", groups=groups, waiting=waiting, memberships=memberships
    )


@bp.get("/matches/<int:match_id>")
@login_required
def show(match_id: int) -> str:
    return _page(queries.side_of(current_user, match_id, request.args.get("organization_id", type=int)))


@bp.post("/matches/<int:match_id>/accept")
@login_required
def accept(match_id: int) -> Response | tuple[str, int]:
    side, form = _side_to_answer(match_id), LineForm() if "line" in request.form else None
    if form and not form.validate():
        return _page(side, line=form), 422
    try:
        introduction = services.accept(side, by=current_user, line=form.typed() if form else None)
    except services.LineChanged as refused:
        return _line_changed(match_id, LineForm(), refused)
    db.session.commit()
    met = _("You are introduced. A mail with both contacts is on its way.")
    flash(
        met if introduction else _("You said yes. We tell you when the other side has answered."), "success"
    )
    _warn_of_address(form if not introduction else None)
    return _back_to(side)


@bp.post("/matches/<int:match_id>/line")
@login_required
def write_line(match_id: int) -> Response | tuple[str, int]:
    side, form = _side_to_answer(match_id), LineForm()
    if not form.validate():
        return _page(side, line=form), 422
    try:
        services.write_line(side, form.typed(), by=current_user)
    except services.LineChanged as refused:
        return _line_changed(match_id, form, refused)
    db.session.commit()
    flash(_("Your line is saved."), "success")
    _warn_of_address(form if side.introduction is None else None)
    return _back_to(side)


@bp.post("/matches/<int:match_id>/not-now")
@login_required
def not_now(match_id: int) -> Response | tuple[str, int]:
    side, form = _side_to_answer(match_id), NotNowForm()
    if not form.validate_on_submit():
        return _page(side, not_now=form), 422
    services.say_not_now(side, by=current_user, until=form.day())
    db.session.commit()
    flash(_("Noted. We ask you again on that day."), "success")
    return _back_to(side)


@bp.post("/matches/<int:match_id>/decline")
@login_required
def decline(match_id: int) -> Response | tuple[str, int]:
    side, form = _side_to_answer(match_id), DeclineForm()
    if not form.validate_on_submit():
        return _page(side, decline=form), 422
    services.decline(side, by=current_user, reason=NoReason(form.reason.data), note=form.note.data or "")
    db.session.commit()
    flash(_("You said no. The other side is not told why."), "success")
    return _back_to(side)


@bp.post("/matches/<int:match_id>/withdraw")
@login_required
def withdraw(match_id: int) -> Response:
    side = _side_to_answer(match_id)
    services.withdraw(side, by=current_user)
    db.session.commit()
    flash(_("You took your yes back. The other side is not told why."), "success")
    return _back_to(side)


def _side_to_answer(match_id: int) -> Side:
    return queries.side_to_answer(current_user, match_id, request.form.get("organization_id", type=int))


def _back_to(side: Side) -> Response:
    return redirect(url_for(".show", match_id=side.match.id, organization_id=side.organization.id))


def _warn_of_address(form: LineForm | None) -> None:
    if form and lines.tells_address(form.typed().text):
        told = _(
            "Your line has an address or a telephone number. The other side sees it only when both said yes, and gets your contact then anyway."
        )
        flash(told, "info")


def _line_changed(match_id: int, form: LineForm, refused: services.LineChanged) -> tuple[str, int]:
    """Somebody of the same side was quicker: nothing is saved, nothing typed is lost."""
    db.session.rollback()
    side = _side_to_answer(match_id)
    form.version.data = line_queries.lines_for(side).version
    # What was sent would stand in the field, not what it must be next time.
    form.version.raw_data = None
    return _page(side, line=form, refused=refused), 409


def _page(
    side: Side,
    not_now: NotNowForm | None = None,
    decline: DeclineForm | None = None,
    line: LineForm | None = None,
    refused: services.LineChanged | None = None,
) -> str:
    shown = line_queries.lines_for(side)
    return render_template(
        "introductions/show.html",
        side=side,
        lines=shown,
        line=line or LineForm.showing(shown),
        refused=refused,
        not_now=not_now or NotNowForm(formdata=None),
        decline=decline or DeclineForm(formdata=None),
        other_seat=queries.other_seat(current_user, side),
    )
