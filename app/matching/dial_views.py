"""The page on which a program's lead sees what its dial does, and sets it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from werkzeug import Response
from wtforms import StringField
from wtforms.validators import InputRequired, Regexp

from app import error_pages
from app.accounts.guards import role_required
from app.accounts.models import Role
from app.db import db
from app.errors import RuleBroken
from app.forms import BaseForm
from app.jobs.engine import jobs
from app.matching import dial_chart, dialing
from app.programs import queries as programs
from app.programs.models import PreviewState, Program
from app.taxonomy import Kind, label, region_name

bp = Blueprint("dial", __name__, template_folder="templates", url_prefix="/programs/<key>/dial")
_lead = role_required(Role.PROGRAM_MANAGER, Role.ADMINISTRATOR)
_WORKING = {PreviewState.WAITING, PreviewState.RUNNING}


class DialForm(BaseForm):
    """One of the settings of the table, as `alpha:floor`."""

    setting = StringField(
        validators=[
            InputRequired(lazy_gettext("Choose a setting.")),
            Regexp(r"^(0(\.\d{1,4})?|1(\.0)?):[0-5]$", message=lazy_gettext("Choose a setting.")),
        ]
    )

    @property
    def chosen(self) -> tuple[float, int]:
        alpha, _colon, floor = (self.setting.data or "").partition(":")
        return float(alpha), int(floor)


@bp.get("")
@_lead
def show(key: str) -> str:
    return _page(programs.managed_program(current_user, key, as_lead=True))


@bp.post("/look")
@_lead
def look(key: str) -> Response:
    program = programs.managed_program(current_user, key, as_lead=True)
    dialing.ask(program, by=current_user)
    db.session.commit()
    jobs.wake("matching.price_dials")
    return redirect(url_for(".show", key=key), 303)


@bp.post("")
@_lead
def choose(key: str) -> Any:
    program, form = programs.managed_program(current_user, key, as_lead=True), DialForm()
    if not form.validate():
        return _page(program, is_refused=True), 422
    dialing.choose(program, *form.chosen, by=current_user)
    db.session.commit()
    flash(_("Saved. The next run shares out this way."), "success")
    return redirect(url_for(".show", key=key), 303)


@bp.errorhandler(RuleBroken)
def _broken(broken: RuleBroken) -> tuple[str, int]:
    db.session.rollback()
    return error_pages.page(broken.status, str(broken), back=url_for("programs.index"), back_label=_("Back"))


def _page(program: Program, *, is_refused: bool = False) -> str:
    preview = dialing.last_preview(program, current_user)
    settings = preview.results.get("settings", []) if preview is not None else []
    now = (program.alpha, program.floor)
    # What was in force when it was computed: all others are compared with it.
    base = settings[0] if settings else None
    return render_template(
        "matching/dial.html",
        program=program,
        preview=preview,
        is_working=preview is not None and preview.state in _WORKING,
        is_fresh=preview is not None and dialing.is_fresh(preview),
        now=now,
        base=base,
        tables=_tables(settings, program.floor),
        bars=dial_chart.bars(settings, now),
        is_refused=is_refused,
    )


def _tables(settings: Sequence[dict[str, Any]], first: int) -> list[tuple[int, list[dict[str, Any]]]]:
    """The settings by floor, the present one's first, from the least even to the most."""
    floors = sorted({one["floor"] for one in settings}, key=lambda floor: (floor != first, floor))
    rows = [{**one, "who": _who(one["newly"])} for one in sorted(settings, key=lambda one: one["alpha"])]
    return [(floor, [row for row in rows if row["floor"] == floor]) for floor in floors]


def _who(newly: dict[str, Any]) -> list[str]:
    """Kinds and states of those newly reached, most first."""
    kinds = [f"{label(Kind(kind))}: {number}" for kind, number in newly["kinds"].items()]
    regions = [f"{region_name(code) or code}: {number}" for code, number in newly["regions"].items() if code]
    return [*kinds, *regions[:6]]
