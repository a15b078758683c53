"""Pages of hurdles: a pair's own, the managers' list, and what is published."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import clock, error_pages
from app.accounts.guards import login_required, role_required
from app.accounts.models import Role
from app.db import db
from app.errors import RuleBroken
from app.hurdles import forms, queries, services, wording
from app.hurdles.models import HurdleState
from app.introductions.sides import Side
from app.organizations.queries import LARGEST_ID

bp = Blueprint("hurdles", __name__, template_folder="templates")
_manager = role_required(Role.PROGRAM_MANAGER, Role.ADMINISTRATOR)
_PAIR = f"/matches/<int(max={LARGEST_ID}):match_id>/hurdles"
_ONE = f"/hurdles/<int(max={LARGEST_ID}):hurdle_id>"


@bp.get("/hurdles")
def index() -> str:
    return render_template(
        "hurdles/index.html",
        cells=queries.published(),
        until=queries.quarter_of(clock.now()),
        step=queries.STEP,
        wording=wording,
    )


@bp.get(_PAIR)
@login_required
def pair(match_id: int) -> str:
    return _page(queries.side_of(current_user, match_id, request.args.get("organization_id", type=int)))


@bp.post(_PAIR)
@login_required
def note(match_id: int) -> Any:
    chosen = request.form.get("organization_id", type=int)
    side, form = queries.side_of(current_user, match_id, chosen), forms.HurdleForm()
    if not form.validate():
        return _page(side, form), 422
    services.note(side, current_user, form.met())
    db.session.commit()
    flash(_("Noted. What many meet is told to both governments, without names."), "success")
    return _to(side)


@bp.post(f"{_ONE}/take-back")
@login_required
def take_back(hurdle_id: int) -> Any:
    chosen = request.form.get("organization_id", type=int)
    hurdle, side = queries.hurdle_for(current_user, hurdle_id, chosen)
    services.take_back(hurdle, side, current_user)
    db.session.commit()
    flash(_("Taken back."), "success")
    return _to(side)


@bp.get("/hurdles/review")
@_manager
def review() -> str:
    return render_template(
        "hurdles/review.html",
        hurdles=queries.waiting_for(current_user),
        kept=queries.waiting_for(current_user, HurdleState.KEPT),
        wording=wording,
    )


@bp.post(f"{_ONE}/keep")
@_manager
def keep(hurdle_id: int) -> Any:
    return _curated(hurdle_id, HurdleState.KEPT)


@bp.post(f"{_ONE}/set-aside")
@_manager
def set_aside(hurdle_id: int) -> Any:
    return _curated(hurdle_id, HurdleState.SET_ASIDE)


@bp.errorhandler(RuleBroken)
def _refused(broken: RuleBroken) -> tuple[str, int]:
    """Say what stands in the way, and lead back to the list."""
    db.session.rollback()
    back = (
        url_for(".review") if request.endpoint in {"hurdles.keep", "hurdles.set_aside"} else url_for(".index")
    )
    return error_pages.page(broken.status, str(broken), back=back, back_label=_("Back"))


def _curated(hurdle_id: int, state: HurdleState) -> Any:
    hurdle, form = queries.hurdle_to_judge(current_user, hurdle_id), forms.CurateForm()
    if not form.validate():
        raise RuleBroken(_("Reload the page and decide again."))
    services.curate(hurdle, current_user, state, version=form.version.data or 0)
    db.session.commit()
    flash(
        _("It counts from the next quarter on.") if state is HurdleState.KEPT else _("Set aside."), "success"
    )
    return redirect(url_for(".review"), 303)


def _page(side: Side, form: forms.HurdleForm | None = None) -> str:
    return render_template(
        "hurdles/pair.html",
        side=side,
        hurdles=queries.hurdles_of(side),
        form=form or forms.HurdleForm(formdata=None),
        wording=wording,
    )


def _to(side: Side) -> Any:
    return redirect(url_for(".pair", match_id=side.match.id, organization_id=side.organization.id), 303)
