"""Pages of matching: the review desk, and how an organization reaches more partners."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response

from app import error_pages
from app.accounts.guards import login_required, role_required
from app.accounts.models import Role
from app.db import db
from app.errors import RuleBroken
from app.matching import cards, coach, forms, queries, reasons, services
from app.matching.cards import Wish
from app.matching.models import Match, RejectReason
from app.organizations import queries as organizations
from app.taxonomy import Kind, labels

bp = Blueprint("matching", __name__, template_folder="templates")
bp.add_app_template_filter(cards.due_words, "due_words")
bp.add_app_template_filter(cards.reason_words, "reason_words")
bp.add_app_template_filter(services.action_words, "action_words")
bp.add_app_template_global(reasons.band, "band_of")
bp.add_app_template_global(coach.costs_of, "costs_of")
# An id no database can hold is an address nobody has.
_ONE = f"/review/<int(max={cards.LARGEST_ID}):match_id>"
_manager = role_required(Role.PROGRAM_MANAGER, Role.ADMINISTRATOR)


@bp.get("/review")
@_manager
def review_desk() -> Response:
    return _desk(Wish.of(request.args))


@bp.get(_ONE)
@_manager
def review(match_id: int) -> Response:
    return _desk(Wish.of(request.args), queries.match_for(current_user, match_id))


@bp.post(f"{_ONE}/approve")
@_manager
def approve(match_id: int) -> Response:
    match, form = queries.match_for(current_user, match_id), forms.ApproveForm()
    if not form.validate():
        return _again(match, form)
    services.approve(match, current_user, version=form.version.data or 0, note=form.note.data)
    db.session.commit()
    return _onward(match, _("Approved: letters to both sides are on their way."))


@bp.post(f"{_ONE}/reject")
@_manager
def reject(match_id: int) -> Response:
    match, form = queries.match_for(current_user, match_id), forms.RejectForm()
    if not form.validate():
        return _again(match, form)
    reason = RejectReason(form.reason.data)
    services.reject(match, current_user, reason, version=form.version.data or 0, note=form.note.data)
    db.session.commit()
    return _onward(match, _("Rejected: neither side hears of it."))


@bp.post(f"{_ONE}/hold")
@_manager
def hold(match_id: int) -> Response:
    match, form = queries.match_for(current_user, match_id), forms.HoldForm()
    if not form.validate():
        return _again(match, form)
    until = form.until.data or forms.first_hold_day()
    services.hold(match, current_user, until, version=form.version.data or 0, note=form.note.data)
    db.session.commit()
    return _onward(match, _("On hold: it comes back on its day."))


@bp.post(f"{_ONE}/ask-more")
@_manager
def ask_more(match_id: int) -> Response:
    match, form = queries.match_for(current_user, match_id), forms.AskMoreForm()
    if not form.validate():
        return _again(match, form)
    version, sides = form.version.data or 0, form.sides
    services.ask_more(match, current_user, form.note.data, version=version, sides=sides)
    db.session.commit()
    return _onward(match, _("Asked: your question is on its way."))


@bp.get("/organizations/<int:organization_id>/reach")
@login_required
def reach(organization_id: int) -> str:
    """What would open more partners, for the people of the organization."""
    organization, membership = organizations.organization_for(current_user, organization_id)
    return render_template(
        "matching/reach.html",
        organization=organization,
        membership=membership,
        coach=coach.coach_of(organization),
    )


@bp.errorhandler(RuleBroken)
def _overtaken(broken: RuleBroken) -> tuple[str, int]:
    """Somebody was first: say who, give back what was typed, and lead back to the queue."""
    db.session.rollback()
    back = url_for(".review_desk", **Wish.of(request.args).address)
    return error_pages.page(broken.status, str(broken), back=back, back_label=_("Back to the review desk"))


def _onward(match: Match, said: str) -> Response:
    """To the next card of the queue: at once for a script, by a redirect without one."""
    wish = Wish.of(request.args)
    following = cards.next_after(current_user, wish, match)
    if not _wants_fragment():
        flash(said, "success")
        return redirect(_address(wish, following), 303)
    answer = _desk(wish, following, said=said)
    answer.headers["HX-Push-Url"] = _address(wish, following)
    return answer


def _again(match: Match, form: forms.DecisionForm) -> Response:
    """The same card, with everything typed still there."""
    return _desk(Wish.of(request.args), match, form, status=422)


def _address(wish: Wish, match: Match | None) -> str:
    if match is None:
        return url_for(".review_desk", **wish.address)
    return url_for(".review", match_id=match.id, **wish.address)


def _wants_fragment() -> bool:
    asked = request.headers
    return "HX-Request" in asked and "HX-History-Restore-Request" not in asked


def _desk(
    wish: Wish,
    match: Match | None = None,
    sent: forms.DecisionForm | None = None,
    *,
    said: str = "",
    status: int = 200,
) -> Response:
    """The desk with one card; with the first of the queue when none is named."""
    queue = cards.queue_for(current_user, wish)
    match = match or (queue.matches[0] if queue.matches else None)
    page = "matching/desk_part.html" if _wants_fragment() else "matching/desk.html"
    context: dict[str, Any] = (
        {"forms": forms.forms_for(match, sent), "card": cards.card_of(match)} if match else {}
    )
    html = render_template(
        page,
        wish=wish,
        queue=queue,
        said=said,
        sent=sent,
        kinds=labels(Kind),
        hold_days=(forms.first_hold_day(), forms.last_hold_day()),
        **context,
    )
    answer = make_response(html, status)
    answer.headers["Vary"] = "HX-Request"
    return answer
