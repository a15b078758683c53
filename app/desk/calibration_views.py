"""The page on which leads compare how their managers judge, and managers read their own line."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_login import current_user

from app.accounts.guards import role_required
from app.conflicts.guards import JUDGES, require_statement
from app.desk import calibration

bp = Blueprint("calibration", __name__)
bp.before_request(require_statement)


@bp.get("/review/calibration")
@role_required(*JUDGES)
def show() -> str:
    found = calibration.calibration_for(current_user)
    return render_template("desk/calibration.html", found=found, days=calibration.LOOKS_BACK.days)
