"""Pages of outcomes: what a pair has reached, and the ledger everybody may read."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import error_pages
from app.accounts.guards import login_required
from app.db import db
from app.errors import RuleBroken
from app.introductions.sides import Side
from app.organizations.queries import LARGEST_ID
from app.outcomes import forms, queries, services, wording
from app.outcomes.models import Milestone, Progress

bp = Blueprint("outcomes", __name__, template_folder="templates")
_PAIR = f"/matches/<int(max={LARGEST_ID}):match_id>/outcomes"
# After these answers people are asked what stood in the way.
_STALLED = (Progress.NOTHING_YET, Progress.ENDED)
_ONE = f"/milestones/<int(max={LARGEST_ID}):milestone_id>"


@bp.get(_PAIR)
@login_required
def show(match_id: int) -> str:
    return _page(queries.side_of(current_user, match_id, request.args.get("organization_id", type=int)))


@bp.post(_PAIR)
@login_required
def state(match_id: int) -> Any:
    side, form = _side(match_id), forms.MilestoneForm()
    if not form.validate():
        return _page(side, stating=form), 422
    services.state(side, current_user, form.reached())
    db.session.commit()
    flash(_("Noted. The other side is asked to confirm it."), "success")
    return _to(side)


@bp.post(f"{_PAIR}/check")
@login_required
def check(match_id: int) -> Any:
    side, form = _side(match_id), forms.CheckForm()
    if not form.validate():
        return _page(side, checking=form), 422
    says = Progress(form.says.data)
    services.check_in(side, current_user, form.day.data or 0, says)
    db.session.commit()
    flash(_("Thank you. That helps your next matches."), "success")
    return _to(side, "hurdles.pair" if says in _STALLED else ".show")


@bp.post(f"{_ONE}/confirm")
@login_required
def confirm(milestone_id: int) -> Any:
    milestone, side = _milestone(milestone_id)
    services.confirm(milestone, side, current_user)
    db.session.commit()
    flash(_("Confirmed by both sides."), "success")
    return _to(side)


@bp.post(f"{_ONE}/contest")
@login_required
def contest(milestone_id: int) -> Any:
    (milestone, side), form = _milestone(milestone_id), forms.ContestForm()
    if not form.validate():
        return _page(side, contesting=form, contested=milestone), 422
    services.contest(milestone, side, current_user, form.why.data or "")
    db.session.commit()
    flash(_("Noted as disputed. Program managers read why."), "success")
    return _to(side)


@bp.post(f"{_ONE}/withdraw")
@login_required
def withdraw(milestone_id: int) -> Any:
    milestone, side = _milestone(milestone_id)
    services.withdraw(milestone, side, current_user)
    db.session.commit()
    flash(_("Taken back."), "success")
    return _to(side)


@bp.get("/outcomes")
def ledger() -> str:
    asked, answered = queries.introductions_asked()
    return render_template(
        "outcomes/ledger.html",
        rows=queries.ledger(),
        worth=queries.worth(),
        asked=asked,
        answered=answered,
        wording=wording,
    )


@bp.errorhandler(RuleBroken)
def _refused(broken: RuleBroken) -> tuple[str, int]:
    """Say what stands in the way, and lead back to the matches."""
    db.session.rollback()
    back = url_for("introductions.matches")
    return error_pages.page(broken.status, str(broken), back=back, back_label=_("Your matches"))


def _side(match_id: int) -> Side:
    return queries.side_of(current_user, match_id, request.form.get("organization_id", type=int))


def _milestone(milestone_id: int) -> tuple[Milestone, Side]:
    chosen = request.form.get("organization_id", type=int)
    return queries.milestone_for(current_user, milestone_id, chosen)


def _page(side: Side, **sent: Any) -> str:
    contested = sent.get("contested")
    return render_template(
        "outcomes/show.html",
        side=side,
        milestones=queries.milestones_of(side.match.id),
        question=queries.question_for(side),
        stating=sent.get("stating") or forms.MilestoneForm(formdata=None),
        checking=sent.get("checking") or forms.CheckForm(formdata=None),
        contesting=sent.get("contesting") or forms.ContestForm(formdata=None),
        contested_id=contested.id if contested else None,
        wording=wording,
    )


def _to(side: Side, page: str = ".show") -> Any:
    address = url_for(page, match_id=side.match.id, organization_id=side.organization.id)
    return redirect(address, 303)
