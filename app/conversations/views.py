"""Pages of conversations: a person's list, one conversation, and what is done in it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response

from app.accounts.guards import login_required, role_required
from app.accounts.models import Role
from app.conversations import linking, queries, services, team_queries
from app.conversations.forms import MessageForm, ReadForm
from app.conversations.models import Message
from app.db import db
from app.errors import NotFound, RuleBroken
from app.extensions import limiter
from app.grievances.forms import ReportForm
from app.grievances.models import AbuseReason
from app.introductions.sides import Side
from app.organizations.queries import LARGEST_ID

bp = Blueprint("conversations", __name__, template_folder="templates")
bp.add_app_template_filter(linking.hosts, "link_hosts")
_MANAGERS = (Role.PROGRAM_MANAGER, Role.ADMINISTRATOR)
_ONE = f"/matches/<int(max={LARGEST_ID}):match_id>/conversation"
_MESSAGE = f"{_ONE}/messages/<int(max={LARGEST_ID}):message_id>/report"


@bp.app_template_global()
def unread_conversations() -> int:
    """For the navigation, which is on a page twice: in how many conversations something is new. Managers work elsewhere."""
    if "unread_conversations" not in g:
        g.unread_conversations = 0 if current_user.role in _MANAGERS else queries.unread_count(current_user)
    return int(g.unread_conversations)


@bp.get("/conversations")
@login_required
def index() -> str:
    return render_template(
        "conversations/index.html",
        lines=queries.lines_of(current_user),
        teams=team_queries.lines_of(current_user),
    )


@bp.get(_ONE)
@login_required
def show(match_id: int) -> str:
    return _page(_side(match_id), MessageForm(formdata=None))


@bp.post(_ONE)
@login_required
def post(match_id: int) -> Any:
    side, form = _side(match_id), MessageForm()
    if not form.validate():
        return _page(side, form), 422
    try:
        message = services.post(
            side, current_user, str(form.text.data), form_key=str(form.form_key.data or "") or None
        )
    except (services.NotSayable, services.ConversationClosed) as refused:
        db.session.rollback()
        return _page(_side(match_id), form, refused), 409
    db.session.commit()
    return _to(side, f"message-{message.id}")


@bp.post(f"{_ONE}/read")
@login_required
def read(match_id: int) -> Response:
    side, form = _side(match_id), ReadForm()
    thread = queries.thread_by(side.match.id)
    until = form.message_id() if form.validate() else 0
    if thread is not None and until:
        services.mark_read(thread, current_user, queries.message_of(thread, until).id)
        db.session.commit()
    return _to(side)


@bp.post(f"{_ONE}/close")
@login_required
def close(match_id: int) -> Response:
    side = _side(match_id)
    services.block(side, current_user)
    db.session.commit()
    flash(
        _("The conversation is closed. Nobody can write or offer meetings until you open it again."),
        "success",
    )
    return _to(side)


@bp.post(f"{_ONE}/open")
@login_required
def reopen(match_id: int) -> Response:
    side = _side(match_id)
    services.unblock(side, current_user)
    db.session.commit()
    flash(_("The conversation is open again."), "success")
    return _to(side)


@bp.get(_MESSAGE)
@login_required
def report(match_id: int, message_id: int) -> str:
    side, message = _reportable(match_id, message_id)
    return _report_page(side, message, ReportForm())


@bp.post(_MESSAGE)
@login_required
@limiter.limit("10 per hour", key_func=lambda: f"report:{getattr(current_user, 'id', 0)}")
def send_report(match_id: int, message_id: int) -> Any:
    (side, message), form = _reportable(match_id, message_id), ReportForm()
    if not form.validate():
        return _report_page(side, message, form), 422
    services.report(message, current_user, AbuseReason(form.reason.data), str(form.text.data))
    db.session.commit()
    flash(_("Thank you. A program manager looks into it and writes to you."), "success")
    return _to(side)


@bp.post(f"/reports/<int(max={LARGEST_ID}):grievance_id>/messages")
@role_required(*_MANAGERS)
def read_reported(grievance_id: int) -> str:
    found = services.read_reported(grievance_id, current_user)
    db.session.commit()
    return render_template("conversations/reported.html", found=found)


def _side(match_id: int) -> Side:
    return queries.side_of(current_user, match_id, request.args.get("organization_id", type=int))


def _to(side: Side, anchor: str | None = None) -> Response:
    own = side.organization.id
    page = url_for("conversations.show", match_id=side.match.id, organization_id=own, _anchor=anchor)
    return redirect(page, 303)


def _reportable(match_id: int, message_id: int) -> tuple[Side, Message]:
    """A message of the other side: nobody reports their own."""
    side = _side(match_id)
    message = queries.message_of(queries.thread_by(side.match.id), message_id)
    if message.organization_id == side.organization.id:
        raise NotFound
    return side, message


def _report_page(side: Side, message: Message, form: ReportForm) -> str:
    own = side.organization.id
    back = url_for("conversations.show", match_id=side.match.id, organization_id=own)
    return render_template("conversations/report.html", back=back, message=message, form=form)


def _page(side: Side, form: MessageForm, refused: RuleBroken | None = None) -> str:
    thread = queries.thread_by(side.match.id)
    asked = request.args.get("before", type=int)
    before = asked if asked is not None and 0 < asked <= LARGEST_ID else None
    messages = queries.messages_of(thread, before) if thread else []
    closed_by = queries.closed_by(side.match)
    return render_template(
        "conversations/show.html",
        side=side,
        partner=side.match.partner_of(side.organization),
        messages=messages,
        is_full=len(messages) == queries.MOST_SHOWN,
        is_latest=before is None,
        seen=queries.read_until(thread, current_user) if thread else 0,
        form=form,
        refused=refused,
        is_closed=bool(closed_by) or queries.is_suspended(side.match),
        is_closed_by_us=side.organization.id in closed_by,
    )
