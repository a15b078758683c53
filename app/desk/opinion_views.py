"""Where opinions on a case are sent, and profiles that were paused are let back in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.guards import role_required
from app.conflicts.guards import JUDGES, require_statement
from app.db import db
from app.desk import queries, rubric
from app.desk.models import CaseKind
from app.desk.wish import LARGEST_ID, Wish
from app.errors import NotFound
from app.opinions import services
from app.opinions.models import Recommendation
from app.organizations import services as organizations

bp = Blueprint("opinions", __name__)
bp.before_request(require_statement)
_judge = role_required(*JUDGES)
_ONE = f"/review/<int(max={LARGEST_ID}):case_id>"


@bp.get(f"{_ONE}/opinion")
@_judge
def show(case_id: int) -> str:
    case = queries.case_for(current_user, case_id)
    shown = rubric.shown_to(current_user, case)
    return render_template("desk/opinion.html", case=case, rubric=shown, wish=Wish.of(request.args))


@bp.post(f"{_ONE}/opinion")
@_judge
def give(case_id: int) -> Any:
    case, wish = queries.case_for(current_user, case_id), Wish.of(request.args)
    form, criteria = rubric.form_for(case), rubric.criteria_of(case)
    if not form.validate():
        shown = rubric.shown_to(current_user, case, form)
        return render_template("desk/opinion.html", case=case, rubric=shown, wish=wish), 422
    recommends, note = Recommendation(form.recommends.data), str(form.note.data or "")
    services.give(case.id, current_user, form.scores(criteria), recommends, note, criteria=criteria)
    db.session.commit()
    flash(_("Your opinion is kept. You see now what colleagues think."), "success")
    return redirect(url_for("desk.show", case_id=case.id, **wish.address), 303)


@bp.post(f"{_ONE}/reinstate")
@_judge
def reinstate(case_id: int) -> Any:
    """Lift the pause that followed from a report of abuse."""
    case = queries.case_for(current_user, case_id)
    if case.kind is not CaseKind.ABUSE or case.one.suspended_at is None:
        raise NotFound
    organizations.reinstate(case.one, current_user)
    db.session.commit()
    flash(_("The profile takes part in matching again."), "success")
    return redirect(url_for("desk.show", case_id=case.id), 303)
