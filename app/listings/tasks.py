"""Work of listings for the job worker."""

from __future__ import annotations

import structlog

from app.db import db, reading
from app.jobs.engine import jobs
from app.listings import queries, services

log = structlog.get_logger(__name__)
AT_ONCE = 200


@jobs.task("listings.notice_changes", every=20)
def notice_changes() -> None:
    """Bring listed profiles back to review whose people changed something that matters."""
    with reading():
        seen, ids = queries.saved_since_cursor(AT_ONCE)
        behind = queries.is_behind(seen)
        db.session.rollback()
    if not behind:
        return
    found = services.notice_changes(seen, ids)
    db.session.commit()
    log.info("changes of listed profiles noticed", saved=len(ids), reviews=found)
