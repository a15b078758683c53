"""Work of outcomes for the job worker."""

from __future__ import annotations

from app.db import db, reading
from app.jobs.engine import jobs
from app.outcomes import queries, services


@jobs.task("outcomes.note_meetings", every=900)
def note_meetings() -> None:
    """Note the first meeting of a pair that both sides say was held: they need not say it again."""
    with reading():
        found = queries.first_meetings_held()
        db.session.rollback()
    for match_id, meeting_id in found:
        services.note_meeting(match_id, meeting_id)
        db.session.commit()
