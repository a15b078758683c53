"""What becomes of proposals when a decision on an organization is taken back. A service like `services`."""

from __future__ import annotations

import sqlalchemy as sa

from app import clock
from app.db import db
from app.matching.models import Match, MatchState, Refresh
from app.organizations.models import Organization, ProfileState


def follow_undo(organization_id: int) -> None:
    """Let proposals go that were made meanwhile for one that is no longer listed, and let it be looked at anew."""
    organization = db.session.get_one(Organization, organization_id)
    refresh = db.session.get(Refresh, organization_id)
    if refresh is None or refresh.refreshed_at <= organization.profile_changed_at:
        return
    # The recommender has read the state that was taken back.
    organization.profile_changed_at = clock.now()
    if organization.state is not ProfileState.LISTED:
        sides = sa.or_(Match.india_id == organization_id, Match.us_id == organization_id)
        values = {"state": MatchState.STALE, "version": Match.version + 1}
        those = sa.update(Match).where(sides, Match.state == MatchState.PROPOSED)
        db.session.execute(those.values(values).execution_options(synchronize_session=False))
        db.session.delete(refresh)
    db.session.flush()
