"""Work of the API for the job worker."""

from __future__ import annotations

from app.api import replaying
from app.db import db
from app.jobs.engine import jobs


@jobs.task("api.forget_answers", every=3600)
def forget_answers() -> None:
    """Drop kept answers that are a day old."""
    replaying.forget()
    db.session.commit()
