"""Pages of meetings: offer times, choose, move, call off, say how it went; and a person's hours and calendar."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import clock, error_pages
from app.accounts.guards import login_required
from app.db import db
from app.errors import RuleBroken
from app.introductions.sides import Side
from app.links import absolute
from app.meetings import emails, forms, invitations, planning, queries, seating, services
from app.meetings.models import Attendance, Meeting
from app.organizations.queries import LARGEST_ID

bp = Blueprint("meetings", __name__, template_folder="templates")
_ONE = f"/meetings/<int(max={LARGEST_ID}):meeting_id>"


@bp.get("/matches/<int:match_id>/meetings")
@login_required
def arrange(match_id: int) -> str:
    side = queries.side_of(current_user, match_id)
    return _arrange_page(side, planning.offer_form(side, current_user, request.args.get("minutes")))


@bp.post("/matches/<int:match_id>/meetings")
@login_required
def offer(match_id: int) -> Any:
    side = queries.side_of(current_user, match_id)
    form = planning.offer_form(side, current_user)
    if not form.validate():
        return _arrange_page(side, form), 422
    meeting = services.offer(side, current_user, form.wanted(side.match), form.chosen())
    db.session.commit()
    flash(_("Offered. You are told as soon as the other side has chosen."), "success")
    return _to(meeting)


@bp.get(_ONE)
@login_required
def show(meeting_id: int) -> str:
    return _page(*queries.meeting_for(current_user, meeting_id))


@bp.post(f"{_ONE}/choose")
@login_required
def choose(meeting_id: int) -> Any:
    (meeting, side), form = queries.meeting_for(current_user, meeting_id), forms.ChooseForm()
    if not form.validate():
        return _page(meeting, side, choosing=form), 422
    services.choose(meeting, side, current_user, form.moment())
    db.session.commit()
    flash(_("Booked. Everybody gets the entry for their calendar."), "success")
    return _to(meeting)


@bp.post(f"{_ONE}/move")
@login_required
def move(meeting_id: int) -> Any:
    meeting, side = queries.meeting_for(current_user, meeting_id)
    form = planning.move_form(meeting, current_user, clock.now())
    moment = form.moment() if form.validate() else None
    if moment is None:
        return _page(meeting, side, moving=form), 422
    services.move(meeting, side, current_user, moment, version=form.version.data or 0)
    db.session.commit()
    flash(_("Moved. Everybody's calendar gets the new time."), "success")
    return _to(meeting)


@bp.post(f"{_ONE}/guests")
@login_required
def seat(meeting_id: int) -> Any:
    meeting, side = queries.meeting_for(current_user, meeting_id)
    form = planning.guest_form(meeting, side)
    if not form.validate():
        return _page(meeting, side, seating=form), 422
    comes, leaves = planning.seats_of(meeting, side, form)
    seating.change(meeting, side, current_user, comes=comes, leaves=leaves)
    db.session.commit()
    flash(_("Saved. Who is new has the entry for the calendar."), "success")
    return _to(meeting)


@bp.post(f"{_ONE}/cancel")
@login_required
def cancel(meeting_id: int) -> Any:
    (meeting, side), form = queries.meeting_for(current_user, meeting_id), forms.CancelForm()
    if not form.validate():
        return _page(meeting, side, cancelling=form), 422
    services.cancel(meeting, side, current_user, form.reason.data or "")
    db.session.commit()
    flash(_("Called off. The others are told, and it leaves their calendars."), "success")
    return _to(meeting)


@bp.post(f"{_ONE}/report")
@login_required
def report(meeting_id: int) -> Any:
    (meeting, side), form = queries.meeting_for(current_user, meeting_id), forms.ReportForm()
    if not form.validate():
        return _page(meeting, side, reporting=form), 422
    says, next_on = Attendance(form.says.data), form.next_on.data
    services.report(meeting, side, current_user, says, form.next_step.data or "", next_on)
    db.session.commit()
    flash(_("Thank you. That helps your next matches."), "success")
    return _to(meeting)


@bp.get(f"{_ONE}.ics")
@login_required
def file(meeting_id: int) -> Response:
    meeting, _side = queries.meeting_for(current_user, meeting_id)
    if meeting.starts_at is None:
        raise RuleBroken(_("This meeting has no time yet, so there is nothing for a calendar."))
    return _calendar(invitations.invitation(emails.entry_of(meeting)))


@bp.get("/account/calendar")
@login_required
def calendar() -> str:
    return _calendar_page(_hours_form())


@bp.post("/account/calendar")
@login_required
def save_hours() -> Any:
    form: Any = _hours_form()
    if not form.validate():
        return _calendar_page(form), 422
    services.save_hours(current_user, form.windows())
    db.session.commit()
    flash(_("Saved. Times are offered within these hours."), "success")
    return redirect(url_for(".calendar"), 303)


@bp.post("/account/calendar/feed")
@login_required
def open_feed() -> str:
    key = services.open_feed(current_user)
    db.session.commit()
    return _calendar_page(_hours_form(fresh=True), address=absolute("meetings.feed", key=key))


@bp.post("/account/calendar/feed/close")
@login_required
def close_feed() -> Any:
    services.close_feed(current_user)
    db.session.commit()
    flash(_("Closed. The old address shows nothing from now on."), "success")
    return redirect(url_for(".calendar"), 303)


@bp.get("/calendar/<key>.ics")
def feed(key: str) -> Response:
    owner = queries.owner_of_feed(key)
    entries = [emails.entry_of(meeting) for meeting in queries.in_feed_of(owner)]
    return _calendar(invitations.feed(entries, "Sangam"))


@bp.errorhandler(RuleBroken)
def _refused(broken: RuleBroken) -> tuple[str, int]:
    """Say what stands in the way, and lead back to where times are chosen."""
    db.session.rollback()
    given = request.view_args or {}
    endpoint = ".show" if "meeting_id" in given else ".arrange"
    return error_pages.page(
        broken.status, str(broken), back=url_for(endpoint, **given), back_label=_("Choose another time")
    )


def _arrange_page(side: Side, form: forms.OfferForm) -> str:
    return render_template(
        "meetings/arrange.html",
        side=side,
        form=form,
        meetings=queries.meetings_of(side.match.id),
        balance=planning.balance_for(side),
        warnings=planning.warnings_for(side, clock.now()),
    )


def _page(meeting: Meeting, side: Side, **sent: Any) -> str:
    return render_template(
        "meetings/show.html",
        meeting=meeting,
        side=side,
        mine=meeting.guest(current_user.id),
        is_over=meeting.is_over(clock.now()),
        clocks=planning.clocks_of(meeting, current_user),
        balance=planning.balance_for(side),
        forms=planning.forms_of(meeting, side, current_user, sent),
        warnings=planning.warnings_of(meeting, clock.now()),
    )


def _hours_form(*, fresh: bool = False) -> Any:
    windows = queries.windows_of([current_user.id])[current_user.id]
    form = forms.hours_form(windows)
    return form(formdata=None) if fresh else form()


def _calendar_page(form: Any, address: str = "") -> str:
    return render_template(
        "meetings/calendar.html",
        form=form,
        address=address,
        has_feed=queries.has_feed(current_user),
        coming=queries.coming_for(current_user, clock.now() + planning.AHEAD),
        clocks_of=planning.clocks_of,
    )


def _calendar(text: str) -> Response:
    answer = Response(text, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = "attachment; filename=meeting.ics"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _to(meeting: Meeting) -> Any:
    return redirect(url_for(".show", meeting_id=meeting.id), 303)
