"""How the desk counts working days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from app import clock, workdays
from app.audit.models import AuditEvent
from app.db import db
from app.desk.models import Case
from app.jobs.engine import jobs


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 23), True),
        (date(2026, 11, 24), False),  # Guru Nanak's birthday in India
        (date(2026, 11, 26), False),  # Thanksgiving in the United States
        (date(2026, 7, 3), False),  # Independence Day falls on a Saturday
        (date(2026, 11, 28), False),
        (date(2040, 8, 15), True),  # no calendar knows 2040 yet
    ],
)
def test_a_day_counts_when_people_work_in_both_countries(day, works) -> None:
    assert workdays.is_working_day(day) is works


def test_a_promise_runs_over_weekends_and_holidays_of_both() -> None:
    monday = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    assert workdays.after(monday, 2) == datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
    assert workdays.after(monday, 3) == datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
    assert workdays.before(workdays.after(monday, 3), 3) >= monday


def test_a_case_late_by_the_promised_time_again_goes_to_the_lead_once(app, world) -> None:
    late = world.case(world.match(proposed_at=clock.now() - timedelta(days=40)))
    world.case(world.match())
    for _ in range(2):
        with app.app_context():
            jobs.run("desk.escalate")
    with app.app_context():
        escalated = list(db.session.scalars(sa.select(Case.id).where(Case.escalated_at.is_not(None))))
        told = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "case.escalated")).all()
        assert escalated == [late.id] == [int(one.subject_id) for one in told]
