"""Work of meetings for the job worker."""

from __future__ import annotations

from app import clock
from app.db import db, reading
from app.jobs.engine import jobs
from app.meetings import queries, services


@jobs.task("meetings.remind", every=60)
def remind() -> None:
    """Write the reminders of the day and of the hour before."""
    with reading():
        due = [hours for hours in services.REMINDED if queries.has_due_reminders(clock.now(), hours)]
        db.session.rollback()
    for hours in due:
        while not jobs.stopping.is_set() and services.remind(hours):
            db.session.commit()
    db.session.rollback()


@jobs.task("meetings.ask", every=300)
def ask() -> None:
    """Ask both sides how their meetings went."""
    with reading():
        is_due = queries.has_to_ask(clock.now())
        db.session.rollback()
    while is_due and not jobs.stopping.is_set() and services.ask():
        db.session.commit()
    db.session.rollback()
