"""Pages of matching: how an organization reaches more partners. Pairs are judged on the desk."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_login import current_user

from app.accounts.guards import login_required
from app.matching import coach, services
from app.organizations import queries as organizations

bp = Blueprint("matching", __name__, template_folder="templates")
bp.add_app_template_filter(services.action_words, "action_words")
bp.add_app_template_global(coach.costs_of, "costs_of")


@bp.get("/organizations/<int:organization_id>/reach")
@login_required
def reach(organization_id: int) -> str:
    """What would open more partners, for the people of the organization."""
    organization, membership = organizations.organization_for(current_user, organization_id)
    return render_template(
        "matching/reach.html",
        organization=organization,
        membership=membership,
        coach=coach.coach_of(organization),
    )
