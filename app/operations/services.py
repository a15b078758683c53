"""What administrators ask of the job engine."""

from __future__ import annotations

from app.accounts.models import User
from app.audit import services as audit
from app.errors import NotFound
from app.jobs import services as engine

# What may be asked for by hand: nothing is lost when it is done once too often.
ASKABLE = ("matching.train", "matching.propose")


def ask(name: str, *, by: User) -> None:
    """Let a worker do this now, unless it is about to. Raises `NotFound` for what cannot be asked for."""
    if name not in ASKABLE:
        raise NotFound
    job = engine.enqueue(name, name, by=by.id)
    audit.record("job.asked", ("job", job.id), by=by.id, detail={"name": name})
