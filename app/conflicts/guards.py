"""The desk opens with a statement: a blueprint of the desk puts this before its requests."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_login import current_user

from app.accounts.models import Role
from app.conflicts import queries
from app.organizations import queries as organizations

JUDGES = (Role.PROGRAM_MANAGER, Role.ADMINISTRATOR)


# Pages for judges of features below this one, which cannot ask by themselves.
_BELOW = {"organizations.identifiers.index", "organizations.identifiers.confirm"}


def keep_out() -> None:
    """Before every request: on those pages a hidden organization is not there for a judge; its own people may read."""
    given = (request.view_args or {}).get("organization_id", 0)
    if request.endpoint not in _BELOW or not current_user.is_authenticated:
        return
    if current_user.has_role(*JUDGES) and organizations.membership_of(current_user, given) is None:
        queries.organization_to_judge(current_user, given)


def require_statement() -> Any:
    """Lead a manager without a valid statement to where it is given; everybody else meets the page's own guard."""
    if not current_user.is_authenticated or not current_user.has_role(*JUDGES):
        return None
    if queries.statement_of(current_user.id) is not None:
        return None
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("conflicts.index", then=wanted), 303)
