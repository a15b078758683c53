"""Pages on which profiles are handed in, and managers review them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response

from app import clock, error_pages
from app.accounts.guards import login_required, role_required
from app.accounts.models import Role
from app.db import db
from app.errors import AlreadyDecided, RuleBroken
from app.listings import forms, queries, services, wording
from app.listings.models import ListingReview
from app.organizations import publication
from app.organizations import queries as organizations
from app.organizations.views import check_page

bp = Blueprint("listings", __name__, template_folder="templates")
bp.add_app_template_global(queries.last_review_of, "listing_review_of")
_manager = role_required(Role.PROGRAM_MANAGER, Role.ADMINISTRATOR)
_ONE = f"/listings/<int(max={queries.LARGEST_ID}):review_id>"


@bp.post("/organizations/<int:organization_id>/publish")
@login_required
def submit(organization_id: int) -> Any:
    organization, form = organizations.editable_by(current_user, organization_id), forms.SubmitForm()
    if publication.gaps_of(organization) or not form.validate():
        return check_page(organization, is_refused=True), 422
    services.submit(organization, by=current_user, note=form.note.data or "")
    db.session.commit()
    flash(_("Handed in. A program manager looks at it within three working days."), "success")
    return redirect(url_for("organizations.show", organization_id=organization_id), 303)


@bp.post("/organizations/<int:organization_id>/withdraw")
@login_required
def withdraw(organization_id: int) -> Response:
    services.withdraw(organizations.editable_by(current_user, organization_id), by=current_user)
    db.session.commit()
    flash(_("Taken back: the profile is a draft again."), "success")
    return redirect(url_for("organizations.edit", organization_id=organization_id, step="check"), 303)


@bp.get("/listings")
@_manager
def index() -> str:
    reviews = queries.waiting_reviews(_place(request.args.get("after", "")))
    last = reviews[-1] if len(reviews) == queries.PAGE_SIZE else None
    waiting, late = queries.waiting_and_late()
    return render_template(
        "listings/index.html",
        reviews=reviews,
        decided=queries.decided_lately(),
        waiting=waiting,
        late=late,
        now=clock.now(),
        following=f"{last.due_at.isoformat()}_{last.id}" if last else "",
    )


@bp.get(_ONE)
@_manager
def review(review_id: int) -> str:
    found = queries.review_for(review_id)
    return _page(found, forms.CommentForm(data={"version": found.version}))


@bp.post(f"{_ONE}/approve")
@_manager
def approve(review_id: int) -> Any:
    found, form = queries.review_for(review_id), forms.CommentForm()
    if not form.validate():
        return _page(found, form), 422
    services.approve(found, current_user, version=form.version.data or 0, comment=form.comment.data or "")
    db.session.commit()
    said = _("Approved: the change stands.") if found.is_change else _("Approved: the profile is listed.")
    return _onward(found, said)


@bp.post(f"{_ONE}/return")
@_manager
def send_back(review_id: int) -> Any:
    found, form = queries.review_for(review_id), forms.CommentForm()
    if not form.validate():
        return _page(found, form), 422
    services.send_back(found, current_user, form.comment.data or "", version=form.version.data or 0)
    db.session.commit()
    return _onward(found, _("Returned: its people get your comment."))


@bp.post(f"{_ONE}/refuse")
@_manager
def refuse(review_id: int) -> Any:
    found, form = queries.review_for(review_id), forms.CommentForm()
    if not form.validate():
        return _page(found, form), 422
    services.refuse(found, current_user, form.comment.data or "", version=form.version.data or 0)
    db.session.commit()
    return _onward(found, _("Refused: its people get your reason."))


@bp.errorhandler(RuleBroken)
def _broken(broken: RuleBroken) -> tuple[str, int]:
    """Somebody was first, or a rule stands in the way: say it, and show what was typed."""
    db.session.rollback()
    given = request.view_args or {}
    if "review_id" in given and not isinstance(broken, AlreadyDecided):
        found, form = queries.review_for(given["review_id"]), forms.CommentForm()
        form.version.data = found.version
        return _page(found, form, said=str(broken)), broken.status
    back = url_for(".index") if "review_id" in given else url_for("organizations.mine")
    return error_pages.page(
        broken.status,
        str(broken),
        winner=getattr(broken, "winner", None),
        back=back,
        back_label=_("Back"),
    )


def _page(found: ListingReview, form: forms.CommentForm, said: str = "") -> str:
    return render_template(
        "listings/review.html",
        review=found,
        organization=found.organization,
        form=form,
        said=said,
        changes=wording.told(found.changes),
        gaps=publication.gaps_of(found.organization),
        now=clock.now(),
    )


def _onward(found: ListingReview, said: str) -> Response:
    """To the next one that waits, or back to the empty queue."""
    flash(said, "success")
    following = queries.next_waiting(found)
    address = url_for(".review", review_id=following.id) if following else url_for(".index")
    return redirect(address, 303)


def _place(text: str) -> tuple[datetime, int] | None:
    """Where the last page ended; None for what is no place."""
    moment, _mark, review_id = text.partition("_")
    try:
        due_at, number = datetime.fromisoformat(moment), int(review_id)
    except ValueError:
        return None
    return (due_at, number) if due_at.tzinfo and 0 < number <= queries.LARGEST_ID else None
