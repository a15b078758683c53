"""Pages of releases: what is staged and what it would do, the release, and its undo."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug import Response

from app import clock, error_pages
from app.accounts.guards import role_required
from app.conflicts.guards import JUDGES, require_statement
from app.db import db
from app.desk import bulk, consequences, release_queries, releasing, staging, undoing
from app.desk.bulk_form import BulkForm
from app.desk.wish import LARGEST_ID
from app.errors import RuleBroken

bp = Blueprint("releases", __name__, template_folder="templates", url_prefix="/review")
bp.before_request(require_statement)
_judge = role_required(*JUDGES)
_RELEASE = f"/releases/<int(max={LARGEST_ID}):release_id>"
_DECISION = f"/decisions/<int(max={LARGEST_ID}):decision_id>"


@bp.get("/release")
@_judge
def show() -> str:
    decisions = release_queries.staged_for(current_user)
    return render_template(
        "desk/release.html",
        decisions=decisions,
        found=consequences.consequences_of(decisions),
        earlier=release_queries.releases_of(current_user),
        kept={},
        now=clock.now(),
        to_undo=releasing.time_to_undo(),
    )


@bp.post("/release")
@_judge
def release() -> Response:
    """Release what was chosen; nothing chosen means all that was shown."""
    # Compared as they were sent: what is no number is no decision's either.
    chosen = set(request.form.getlist("decision_id") or request.form.getlist("shown"))
    decisions = [one for one in release_queries.staged_for(current_user) if str(one.id) in chosen]
    made = releasing.release(current_user, decisions)
    db.session.commit()
    return redirect(url_for(".one", release_id=made.id), 303)


@bp.get(_RELEASE)
@_judge
def one(release_id: int) -> str:
    made = release_queries.release_for(current_user, release_id)
    return render_template(
        "desk/release_done.html",
        release=made,
        decisions=release_queries.decisions_in(current_user, made),
        kept=release_queries.kept_in(current_user, made),
        left=made.effective_at - clock.now(),
        can_undo=made.effective_at > clock.now(),
    )


@bp.post(f"{_RELEASE}/undo")
@_judge
def undo_release(release_id: int) -> Response:
    made = release_queries.release_for(current_user, release_id)
    undoing.undo_release(made, current_user)
    db.session.commit()
    flash(_("Undone: everything stands as it stood before the release, and no letter leaves."), "success")
    return redirect(url_for(".one", release_id=release_id), 303)


@bp.post(f"{_DECISION}/undo")
@_judge
def undo(decision_id: int) -> Response:
    decision = release_queries.decision_for(current_user, decision_id)
    undoing.undo(decision, current_user)
    db.session.commit()
    flash(_("Undone: the case waits for a decision again."), "success")
    return redirect(url_for(".one", release_id=decision.release_id), 303)


@bp.post(f"{_DECISION}/drop")
@_judge
def drop(decision_id: int) -> Response:
    decision = release_queries.decision_for(current_user, decision_id)
    staging.drop(decision, current_user)
    db.session.commit()
    flash(_("Taken back: the case waits for a decision again."), "success")
    # From its card one goes on with the case; from the list of what is staged, with the rest.
    is_on_card = "then" in request.args
    return redirect(url_for("desk.show", case_id=decision.case_id) if is_on_card else url_for(".show"), 303)


@bp.post("/bulk")
@_judge
def decide_many() -> Any:
    """One decision for all chosen cases, with what became of each."""
    form = BulkForm()
    if not form.validate():
        flash(next(iter(form.errors.values()))[0], "error")
        return redirect(url_for("desk.index"), 303)
    results = bulk.decide(current_user, form.chosen(), form.terms())
    db.session.commit()
    staged = sum(1 for one in results if one.is_staged)
    said = ngettext("One decision staged.", "%(num)s decisions staged.", staged)
    return render_template("desk/release_bulk.html", results=results, said=said)


@bp.errorhandler(RuleBroken)
def _refused(broken: RuleBroken) -> tuple[str, int]:
    """Say what stands in the way, and lead back to what is staged."""
    db.session.rollback()
    return error_pages.page(
        broken.status,
        str(broken),
        winner=getattr(broken, "winner", None),
        back=url_for(".show"),
        back_label=_("Back to what is staged"),
    )
