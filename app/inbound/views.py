"""Addresses that nothing is sent to any more, for those who can ask the people behind them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts import addresses
from app.accounts.guards import role_required
from app.accounts.models import Role
from app.db import db
from app.outbox import queries as outbox
from app.outbox import services as outbox_services

bp = Blueprint("inbound", __name__, template_folder="templates", url_prefix="/mail")
_manager = role_required(Role.PROGRAM_MANAGER, Role.ADMINISTRATOR)


@bp.get("/suppressed")
@_manager
def suppressed() -> str:
    """Newest first; managers see enough of an address to know whose it is."""
    found = outbox.suppressions(request.args.get("before", type=int))
    is_whole = current_user.has_role(Role.ADMINISTRATOR)
    next_url = url_for(".suppressed", before=found[-1].id) if len(found) == outbox.PAGE else ""
    shown = [(one, one.address if is_whole else addresses.masked(one.address)) for one in found]
    return render_template("inbound/suppressed.html", shown=shown, next_url=next_url)


@bp.post("/suppressed/<int:suppression_id>/lift")
@_manager
def lift(suppression_id: int) -> Any:
    outbox_services.lift(outbox.suppression_or_404(suppression_id), by=current_user.id)
    db.session.commit()
    flash(_("Letters go to that address again."), "success")
    return redirect(url_for(".suppressed"))
