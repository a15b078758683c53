"""Stepping aside from a case, and the register of conflicts for leads."""

from __future__ import annotations

from typing import Any, cast

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask_babel import gettext as _
from flask_login import current_user

from app import clock
from app.accounts.guards import role_required
from app.conflicts.forms import RecuseForm
from app.conflicts.guards import JUDGES, require_statement
from app.db import db
from app.desk import queries, register, stepping_aside
from app.desk.models import Case
from app.extensions import limiter

bp = Blueprint("recusals", __name__, url_prefix="/review", template_folder="templates")
bp.before_request(require_statement)
_judge = role_required(*JUDGES)
# It stands beside the forms of decisions, which ask for reasons too.
_OWN = "aside"


@bp.app_template_global("recusing_from")
def recusing_from(case: Case) -> RecuseForm:
    """The form with which whoever looks at a case steps aside."""
    return RecuseForm(formdata=None, prefix=_OWN).about(stepping_aside.sides_of(case))


@bp.app_template_global("reads_register")
def reads_register() -> bool:
    """Whether the register is open to who looks at a page."""
    return register.may_read(current_user)


@bp.post("/<int:case_id>/recuse")
@_judge
def recuse(case_id: int) -> Any:
    case = queries.case_for(current_user, case_id)
    form = RecuseForm(prefix=_OWN).about(stepping_aside.sides_of(case))
    if not form.validate():
        return render_template("desk/step_aside.html", case=case, recusing=form), 422
    stepping_aside.step_aside(case, current_user, form.organizations.data or [], form.reason.data or "")
    db.session.commit()
    flash(_("You stepped aside. Somebody else judges its cases."), "success")
    return redirect(url_for("desk.index"), 303)


@bp.get("/conflicts")
@_judge
def show_register() -> str:
    register.require_reader(current_user)
    before = request.args.get("before", type=int)
    found = register.entries(current_user, before if before and 0 < before <= queries.LARGEST_ID else None)
    return render_template(
        "desk/register.html",
        found=found,
        words=register.words_given(current_user),
        following=found[-1].id if len(found) == register.PAGE else None,
        now=clock.now(),
    )


@bp.get("/conflicts.csv")
@_judge
@limiter.limit("30 per hour")
def export_register() -> Any:
    register.require_reader(current_user)
    return current_app.response_class(
        cast("Any", stream_with_context(register.as_csv(current_user))),
        mimetype="text/csv",
        headers={"Content-Disposition": f"attachment; filename=conflicts-{clock.now():%Y-%m-%d}.csv"},
    )
