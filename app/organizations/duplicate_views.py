"""Pages on which managers decide whether two profiles are one organization."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import error_pages
from app.accounts.guards import role_required
from app.accounts.models import Role, User
from app.db import db
from app.errors import RuleBroken
from app.organizations import comparing, duplicates, merging, unmerging
from app.organizations.models import Duplicate

bp = Blueprint("duplicates", __name__, template_folder="templates", url_prefix="/duplicates")
_manager = role_required(Role.PROGRAM_MANAGER, Role.ADMINISTRATOR)
_ONE = "/<int:duplicate_id>"


@bp.get("")
@_manager
def index() -> str:
    pairs = duplicates.queue(_place(request.args.get("after", "")))
    decided = duplicates.decided_lately()
    ids = {id_ for pair in (*pairs, *decided) for id_ in (pair.one_id, pair.other_id)}
    last = pairs[-1] if len(pairs) == duplicates.PAGE_SIZE else None
    return render_template(
        "duplicates/index.html",
        pairs=pairs,
        decided=decided,
        profiles=duplicates.organizations_by_id(ids),
        following=f"{last.score!r}:{last.id}" if last else "",
    )


@bp.get(_ONE)
@_manager
def show(duplicate_id: int) -> str:
    pair = duplicates.duplicate_for(duplicate_id)
    found = duplicates.organizations_by_id([pair.one_id, pair.other_id])
    left, right = found[pair.one_id], found[pair.other_id]
    decider = db.session.get(User, pair.decided_by_id) if pair.decided_by_id else None
    return render_template(
        "duplicates/show.html",
        pair=pair,
        profiles=[left, right],
        rows=comparing.rows_of(left, right),
        decided_by=decider.display_name if decider else "",
    )


@bp.post(f"{_ONE}/merge")
@_manager
def merge(duplicate_id: int) -> Any:
    pair = duplicates.duplicate_for(duplicate_id)
    merging.merge(pair, _number("keep"), current_user, version=_number("version"))
    db.session.commit()
    return _back(pair, _("Merged. The profile you kept goes on in place of both."))


@bp.post(f"{_ONE}/keep-apart")
@_manager
def keep_apart(duplicate_id: int) -> Any:
    pair = duplicates.duplicate_for(duplicate_id)
    merging.keep_apart(pair, current_user, version=_number("version"))
    db.session.commit()
    return _back(pair, _("Noted: these are two organizations. They will not be suggested again."))


@bp.post(f"{_ONE}/reopen")
@_manager
def reopen(duplicate_id: int) -> Any:
    pair = duplicates.duplicate_for(duplicate_id)
    merging.reopen(pair, current_user, version=_number("version"))
    db.session.commit()
    return _back(pair, _("The pair waits for a decision again."))


@bp.post(f"{_ONE}/undo")
@_manager
def undo(duplicate_id: int) -> Any:
    pair = duplicates.duplicate_for(duplicate_id)
    unmerging.undo(pair, current_user, version=_number("version"))
    db.session.commit()
    return _back(pair, _("The merge is taken back: both profiles are as they were."))


@bp.errorhandler(RuleBroken)
def _overtaken(broken: RuleBroken) -> tuple[str, int]:
    """Somebody was first, or a rule stands in the way: say it, and lead back to the pair."""
    db.session.rollback()
    given = request.view_args or {}
    back = url_for(".show", **given) if given else url_for(".index")
    winner = getattr(broken, "winner", None)
    return error_pages.page(
        broken.status, str(broken), winner=winner, back=back, back_label=_("Back to the pair")
    )


def _number(name: str) -> int:
    """A whole number of the form; 0 for what is none, which fits no version and no profile."""
    return request.form.get(name, 0, type=int)


def _place(text: str) -> tuple[float, int] | None:
    """Where the last page ended, as (score, id); None for what is no place."""
    score, _colon, id_ = text.partition(":")
    try:
        place = float(score), int(id_)
    except ValueError:
        return None
    return place if 0 <= place[0] <= 1 and 0 < place[1] <= 2**31 - 1 else None


def _back(pair: Duplicate, said: str) -> Any:
    flash(said, "success")
    return redirect(url_for(".show", duplicate_id=pair.id), 303)
