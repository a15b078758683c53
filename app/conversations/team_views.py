"""Pages of teams: beginning one, the invitation, and the conversation of those who have joined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response

from app.accounts.guards import login_required
from app.accounts.models import User
from app.conversations import queries, services, team_queries, teams
from app.conversations.forms import MessageForm, ReadForm
from app.conversations.models import Message
from app.conversations.team_forms import InviteForm, TeamForm
from app.conversations.team_queries import Seat
from app.db import db
from app.errors import NotFound, RuleBroken
from app.extensions import limiter
from app.grievances.forms import ReportForm
from app.grievances.models import AbuseReason
from app.organizations import queries as organizations
from app.organizations.models import Membership
from app.organizations.queries import LARGEST_ID

bp = Blueprint("teams", __name__, url_prefix="/conversations/teams", template_folder="templates")
_ONE = f"/<int(max={LARGEST_ID}):thread_id>"
_MESSAGE = f"{_ONE}/messages/<int(max={LARGEST_ID}):message_id>/report"


@bp.get("/new")
@login_required
def new() -> str:
    return _new_page(_writer(), TeamForm(formdata=None))


@bp.post("/new")
@login_required
@limiter.limit("20 per hour", key_func=lambda: f"team:{getattr(current_user, 'id', 0)}")
def start() -> Any:
    member, form = _writer(), TeamForm()
    form.offer(team_queries.partners_of(member.organization))
    if not form.validate():
        return _new_page(member, form), 422
    try:
        thread = teams.start(member, form.title.data, form.partners.data, current_user)
    except teams.NotATeam as refused:
        db.session.rollback()
        return _new_page(_writer(), form, refused), 409
    db.session.commit()
    flash(_("Your partners are asked. Each reads the title and joins, or does not."), "success")
    return redirect(url_for("teams.show", thread_id=thread.id), 303)


@bp.get(_ONE)
@login_required
def show(thread_id: int) -> str:
    return _page(_seat(thread_id), MessageForm(formdata=None))


@bp.post(_ONE)
@login_required
def post(thread_id: int) -> Any:
    form = MessageForm()
    if not form.validate():
        return _page(_seat(thread_id), form), 422
    try:
        key = str(form.form_key.data or "") or None
        seat = _seat(thread_id, lock=True)
        message = teams.post(seat, current_user, str(form.text.data), form_key=key)
    except (services.NotSayable, services.ConversationClosed) as refused:
        db.session.rollback()
        return _page(_seat(thread_id), form, refused), 409
    db.session.commit()
    return _to(seat, f"message-{message.id}")


@bp.post(f"{_ONE}/read")
@login_required
def read(thread_id: int) -> Response:
    seat, form = _joined(thread_id), ReadForm()
    until = form.message_id() if form.validate() else 0
    if until:
        services.mark_read(seat.thread, current_user, queries.message_of(seat.thread, until).id)
        db.session.commit()
    return _to(seat)


@bp.post(f"{_ONE}/join")
@login_required
def join(thread_id: int) -> Response:
    seat = _act(thread_id, teams.join, _("You have joined."))
    return _to(seat)


@bp.post(f"{_ONE}/refuse")
@login_required
def refuse(thread_id: int) -> Response:
    _act(thread_id, teams.refuse, _("You do not join. Nobody is told why."))
    return redirect(url_for("conversations.index"), 303)


@bp.post(f"{_ONE}/leave")
@login_required
def leave(thread_id: int) -> Response:
    _act(thread_id, teams.leave, _("You have left the team. What you wrote stays with the others."))
    return redirect(url_for("conversations.index"), 303)


@bp.post(f"{_ONE}/invite")
@login_required
@limiter.limit("20 per hour", key_func=lambda: f"team:{getattr(current_user, 'id', 0)}")
def invite(thread_id: int) -> Response:
    seat, form = _seat(thread_id, lock=True), InviteForm()
    form.offer(team_queries.partners_of(seat.organization))
    if form.validate():
        try:
            teams.invite(seat, form.partner.data, current_user)
            db.session.commit()
            flash(_("Your partner is asked."), "success")
        except teams.NotATeam as refused:
            db.session.rollback()
            flash(refused.message, "error")
    else:
        flash(_("Choose among the partners you were introduced to."), "error")
    return _to(_seat(thread_id))


@bp.get(_MESSAGE)
@login_required
def report(thread_id: int, message_id: int) -> str:
    seat, message = _reportable(thread_id, message_id)
    return _report_page(seat, message, ReportForm())


@bp.post(_MESSAGE)
@login_required
@limiter.limit("10 per hour", key_func=lambda: f"report:{getattr(current_user, 'id', 0)}")
def send_report(thread_id: int, message_id: int) -> Any:
    (seat, message), form = _reportable(thread_id, message_id), ReportForm()
    if not form.validate():
        return _report_page(seat, message, form), 422
    services.report(message, current_user, AbuseReason(form.reason.data), str(form.text.data))
    db.session.commit()
    flash(_("Thank you. A program manager looks into it and writes to you."), "success")
    return _to(seat)


def _act(thread_id: int, act: Callable[[Seat, User], None], done: str) -> Seat:
    seat = _seat(thread_id, lock=True)
    try:
        act(seat, current_user)
        db.session.commit()
        flash(done, "success")
    except teams.NotATeam as refused:
        db.session.rollback()
        flash(refused.message, "error")
    return seat


def _seat(thread_id: int, *, lock: bool = False) -> Seat:
    asked = request.args.get("organization_id", type=int)
    return team_queries.seat_of(current_user, thread_id, asked, lock=lock)


def _joined(thread_id: int) -> Seat:
    seat = _seat(thread_id)
    if not seat.is_joined:
        raise NotFound
    return seat


def _writer() -> Membership:
    """The seat a team is begun from: the one that is asked for, else one with partners enough. Raises `NotFound`."""
    asked = request.args.get("organization_id", type=int)
    able = team_queries.starters(current_user) if asked is None else []
    for member in able or organizations.memberships_of(current_user):
        if member.can_edit and asked in (None, member.organization_id):
            return member
    raise NotFound


def _to(seat: Seat, anchor: str | None = None) -> Response:
    return redirect(url_for("teams.show", **_here(seat), _anchor=anchor), 303)


def _here(seat: Seat) -> dict[str, Any]:
    return {"thread_id": seat.thread.id, "organization_id": seat.organization.id}


def _reportable(thread_id: int, message_id: int) -> tuple[Seat, Message]:
    """A message of another organization: nobody reports their own."""
    seat = _joined(thread_id)
    message = queries.message_of(seat.thread, message_id)
    if message.organization_id == seat.organization.id:
        raise NotFound
    return seat, message


def _report_page(seat: Seat, message: Message, form: ReportForm) -> str:
    back = url_for("teams.show", **_here(seat))
    return render_template("conversations/report.html", back=back, message=message, form=form)


def _new_page(member: Membership, form: TeamForm, refused: RuleBroken | None = None) -> str:
    partners = team_queries.partners_of(member.organization)
    form.offer(partners)
    able = team_queries.starters(current_user)
    others = [one.organization for one in able if one.organization_id != member.organization_id]
    return render_template(
        "conversations/team_new.html",
        organization=member.organization,
        others=others,
        has_enough=len(partners) + 1 >= teams.FEWEST,
        form=form,
        refused=refused,
    )


def _page(seat: Seat, form: MessageForm, refused: RuleBroken | None = None) -> str:
    places = team_queries.places_of(seat.thread)
    asked = request.args.get("before", type=int)
    before = asked if asked is not None and 0 < asked <= LARGEST_ID else None
    messages = queries.messages_of(seat.thread, before) if seat.is_joined else []
    known = {place.organization_id for place in places}
    invite_form = InviteForm(formdata=None)
    if seat.place.is_starter and seat.can_answer and len(places) < teams.MOST:
        invite_form.offer(one for one in team_queries.partners_of(seat.organization) if one.id not in known)
    return render_template(
        "conversations/team.html",
        seat=seat,
        places=places,
        messages=messages,
        is_full=len(messages) == queries.MOST_SHOWN,
        is_latest=before is None,
        seen=queries.read_until(seat.thread, current_user),
        is_alone=sum(place.state == "joined" for place in places) < 2,
        form=form,
        invite_form=invite_form,
        refused=refused,
    )
