"""Pages of digests."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, current_app, g, render_template
from flask_login import current_user

from app import clock
from app.accounts.guards import login_required
from app.accounts.models import Role
from app.digests import emails, previews, queries, weeks

bp = Blueprint("digests", __name__, template_folder="templates")


@bp.get("/digest/preview")
@login_required
def preview() -> str:
    now = clock.now()
    folder = Path(current_app.config["SETTINGS"].model_dir)
    week, managers = weeks.week_of(now, current_user.zone), previews.manager_part(current_user)
    content = queries.content_of(current_user, week, now, folder, managers)
    if not current_user.has_role(Role.PROGRAM_MANAGER, Role.ADMINISTRATOR):
        # The navigation counts the same conversations.
        g.unread_conversations = len(content.member.unread)
    return render_template("digests/preview.html", needs=emails.needs_line(content), **emails.told(content))
