"""Work of inbound for the job worker."""

from __future__ import annotations

from app.db import db
from app.inbound import services
from app.jobs.engine import jobs


@jobs.task("inbound.forget_old", every=3600)
def forget_old() -> None:
    """Delete the mail that was settled long ago."""
    services.forget_old()
    db.session.commit()
