"""Addresses the desk had before, and merges that are taken back long after their release."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import error_pages
from app.accounts.guards import role_required
from app.conflicts.guards import JUDGES, require_statement
from app.db import db
from app.desk import queries, syncing
from app.desk.models import CaseKind, CaseState
from app.desk.wish import LARGEST_ID
from app.errors import NotFound, RuleBroken
from app.organizations import merging, unmerging
from app.organizations.models import DuplicateState

bp = Blueprint("older", __name__)
bp.before_request(require_statement)
_judge = role_required(*JUDGES)


@bp.get("/listings")
@_judge
def listings() -> Any:
    return redirect(url_for("desk.index", kind=CaseKind.LISTING.value), 302)


@bp.get("/duplicates")
@_judge
def duplicates() -> Any:
    return redirect(url_for("desk.index", kind=CaseKind.MERGE.value), 302)


@bp.post(f"/review/<int(max={LARGEST_ID}):case_id>/take-back")
@_judge
def take_back(case_id: int) -> Any:
    """Undo a merge, or look again at two that were kept apart."""
    case = queries.case_for(current_user, case_id)
    pair = case.duplicate
    if pair is None or case.state is not CaseState.CLOSED:
        raise NotFound
    version = request.form.get("version", 0, type=int)
    undo = unmerging.undo if pair.state is DuplicateState.MERGED else merging.reopen
    undo(pair, current_user, version=version)
    syncing.sync()
    db.session.commit()
    flash(_("Taken back: the pair waits for a decision again."), "success")
    return redirect(url_for("desk.index", kind=CaseKind.MERGE.value), 303)


@bp.errorhandler(RuleBroken)
def _overtaken(broken: RuleBroken) -> tuple[str, int]:
    db.session.rollback()
    back = url_for("desk.show", **(request.view_args or {}))
    winner = getattr(broken, "winner", None)
    return error_pages.page(
        broken.status, str(broken), winner=winner, back=back, back_label=_("Back to the review desk")
    )
