"""Work of matching for the job worker."""

from __future__ import annotations

from pathlib import Path

import structlog
from flask import current_app

from app.db import db, reading
from app.jobs import services as leases
from app.jobs.engine import jobs
from app.jobs.keeping import kept
from app.matching import eligibility, planning, proposing

log = structlog.get_logger(__name__)
AT_ONCE = 200


@jobs.task("matching.refresh", every=10)
def refresh() -> None:
    """Compute proposals for organizations whose profile changed since, at most `AT_ONCE` of them."""
    with reading():
        changed = eligibility.stale_organizations(AT_ONCE)
        db.session.rollback()
    if not changed or (token := _lease()) is None:
        return
    try:
        settings = current_app.config["SETTINGS"]
        with kept(proposing.LEASE, token, proposing.LEASE_SECONDS):
            plan = planning.make_plan(settings.proposals_per_organization, changed, Path(settings.model_dir))
        if not leases.renew(proposing.LEASE, token, proposing.LEASE_SECONDS):
            return
        run = proposing.ProposalRun(plan.version)
        for run in proposing.write_plan(plan):  # noqa: B007  # the last one has the sums
            db.session.commit()
        log.info("proposals refreshed", organizations=len(changed), new=run.new, stale=run.stale)
    finally:
        db.session.rollback()
        leases.release(proposing.LEASE, token)
        db.session.commit()


def _lease() -> str | None:
    token = leases.hold(proposing.LEASE, proposing.LEASE_SECONDS)
    db.session.commit()
    return token
