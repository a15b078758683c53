"""The page on which managers declare conflicts of interest."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import clock
from app.accounts.guards import role_required
from app.accounts.views.session import landing, safe_next
from app.conflicts import forms, guards, queries, services, words
from app.conflicts.guards import JUDGES
from app.conflicts.models import STATEMENT_LASTS, Basis
from app.db import db

bp = Blueprint("conflicts", __name__, url_prefix="/account/conflicts", template_folder="templates")
bp.add_app_template_filter(words.basis_of, "conflict_basis")
bp.add_app_template_filter(words.tie_of, "conflict_tie")
bp.before_app_request(guards.keep_out)
_judge = role_required(*JUDGES)


@bp.get("")
@_judge
def index() -> str:
    return _page()


@bp.post("")
@_judge
def declare() -> Any:
    offered = queries.listed_by_id(_sent_ids())
    form = forms.DeclareForm().offering([(one.id, one.name) for one in offered])
    if not form.validate():
        return _page(declaring=form), 422
    services.declare(
        current_user, form.organizations.data or [], Basis(form.basis.data), form.reason.data or ""
    )
    db.session.commit()
    flash(_("Declared. You see no case of it from now on."), "success")
    return redirect(url_for(".index"), 303)


@bp.post("/<int:conflict_id>/end")
@_judge
def end(conflict_id: int) -> Any:
    services.withdraw(current_user, conflict_id)
    db.session.commit()
    flash(_("Ended. Its cases stay hidden from you for a year."), "success")
    return redirect(url_for(".index"), 303)


@bp.post("/statement")
@_judge
def give_statement() -> Any:
    form = forms.StatementForm()
    if not form.validate():
        return _page(stating=form), 422
    services.give_statement(current_user)
    db.session.commit()
    flash(_("Thank you. The review desk is open to you."), "success")
    return redirect(safe_next(form.then.data, landing(current_user)), 303)


def _page(*, declaring: forms.DeclareForm | None = None, stating: forms.StatementForm | None = None) -> str:
    """The whole page; what was found by name stands ready to be declared."""
    search = forms.SearchForm(request.args)
    named = queries.listed_named(search.q.data) if search.validate() and search.q.data else []
    if declaring is None and named:
        declaring = forms.DeclareForm(formdata=None).offering([(one.id, one.name) for one in named])
    given_at = queries.statement_of(current_user.id)
    return render_template(
        "conflicts/index.html",
        search=search,
        declaring=declaring,
        stating=stating or forms.StatementForm(formdata=None, then=request.args.get("then", "")),
        given_at=given_at,
        renew_by=given_at + STATEMENT_LASTS if given_at else None,
        declarations=queries.declarations_of(current_user.id),
        found=queries.found_for(current_user.id),
        now=clock.now(),
    )


def _sent_ids() -> list[int]:
    """Ids that were sent, as far as they can be ids."""
    sent = request.form.getlist("organizations", type=int)[: queries.MOST_SEARCHED]
    return [id_ for id_ in sent if 0 < id_ <= queries.LARGEST_ID]
