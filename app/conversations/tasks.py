"""Work of conversations for the job worker."""

from __future__ import annotations

from flask import current_app

from app.conversations import taking
from app.db import db, reading
from app.inbound import queries as inbound
from app.jobs.engine import jobs


@jobs.task("conversations.take", every=5)
def take() -> None:
    """Post the answers that came by mail, one mail at a time."""
    with reading():
        is_due = inbound.has_waiting(taking.PREFIX)
        db.session.rollback()
    while is_due and not jobs.stopping.is_set() and taking.take_next(current_app.config["SECRET_KEY"]):
        db.session.commit()
    db.session.rollback()
