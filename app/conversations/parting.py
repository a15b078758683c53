"""What a closed door means for teams."""

from __future__ import annotations

from app.accounts.models import User
from app.audit import services as audit
from app.conversations import team_queries
from app.conversations.models import Seating
from app.db import db


def part(own_id: int, other_id: int, by: User) -> None:
    """Who closed the door leaves every team in which both have a place."""
    for thread in team_queries.shared_by(own_id, other_id):
        place = team_queries.place_in(thread, own_id)
        if place is not None:
            place.state = Seating.LEFT if place.state is Seating.JOINED else Seating.REFUSED
            db.session.flush()
            audit.record("team.parted", ("thread", thread.id), by=by.id, detail={"organization": own_id})
