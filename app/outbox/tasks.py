"""Work of outbox for the job worker."""

from __future__ import annotations

import structlog

from app.db import db
from app.jobs.engine import jobs
from app.outbox import delivery, queries, services

log = structlog.get_logger(__name__)
LATE_SECONDS = 15 * 60


@jobs.task("outbox.deliver", every=1)
def deliver() -> None:
    """Send the mails that are due."""
    counts = delivery.deliver_due()
    if counts:
        log.info("mails delivered", **{outcome.replace(" ", "_"): n for outcome, n in counts.items()})


@jobs.task("outbox.forget_bodies", every=3600)
def forget_bodies() -> None:
    """Empty the bodies of old mails."""
    while not jobs.stopping.is_set() and services.forget_bodies():
        db.session.commit()
    db.session.rollback()


@jobs.measure("mail")
def mail() -> dict[str, object]:
    """Whether mail flows, for /readyz: a server that is away shows as a growing age."""
    seconds = queries.oldest_unsent_seconds()
    return {"oldest_unsent_seconds": seconds, "late": seconds > LATE_SECONDS}
