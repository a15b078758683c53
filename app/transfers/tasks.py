"""Work of transfers for the job worker."""

from __future__ import annotations

from app.db import db
from app.jobs.engine import jobs
from app.jobs.holding import Held
from app.jobs.working import kind
from app.transfers import bringing_on, queries, running, services


@kind(services.IMPORT, lease_seconds=services.LEASE_SECONDS, on_dead=running.give_up)
def work(held: Held) -> str | None:
    """Bring an import run to its end from where it stands."""
    run_id = int(held.args["run"])
    is_large = queries.size_of(run_id) > bringing_on.LARGE
    running.revive(held.args)
    db.session.commit()
    if is_large:
        bringing_on.elsewhere(run_id, held)
        return None
    return bringing_on.bring_on(run_id, held)


@jobs.task("transfers.tidy", every=600)
def tidy() -> None:
    """Ask again for runs that nobody is to work at, as older code leaves them; forget files nobody went on with."""
    services.ask_for_left_behind()
    services.forget_stale()
    db.session.commit()
