"""Administrators see what runs, waits and was given up, and try it again; the terminal says the same."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts.models import Role
from app.audit.models import AuditEvent
from app.db import db
from app.jobs import holding, services
from app.jobs.models import Job, JobState


@pytest.fixture
def administrator(world):
    return world.sign_in(world.user(Role.ADMINISTRATOR))


@pytest.fixture
def busy(app) -> dict[str, int]:
    """One job that runs, half done, one that waits, and two that were given up."""
    with app.app_context():
        for key in ("half", "first", "second"):
            services.enqueue("transfers.work", key)
        services.enqueue("matching.train", "matching.train")
        half = holding.claim("transfers.work", 60, 5)
        half.note(1250, 2500)
        for _ in range(2):
            holding.fail(holding.claim("transfers.work", 60, 5), "OSError: disk full", 1)
        db.session.commit()
        return {job.key: job.id for job in db.session.scalars(sa.select(Job))}


def states(app) -> dict[str, JobState]:
    with app.app_context():
        return {job.key: job.state for job in db.session.scalars(sa.select(Job))}


def test_all_is_seen_and_the_dead_are_tried_again(app, administrator, busy) -> None:
    page = administrator.get("/jobs").text
    for words in ("1,250 of 2,500", "Waits for a worker since", "OSError: disk full", "No worker is at work"):
        assert words in page
    assert page.count("Import a file") == 3
    assert administrator.post(f"/jobs/{busy['first']}/replay").status_code == 303
    assert administrator.post(f"/jobs/{busy['first']}/replay").status_code == 409
    assert states(app)["first"] is JobState.WAITING
    assert "One job is tried again." in administrator.post("/jobs/replay-all", follow_redirects=True).text
    assert JobState.DEAD not in states(app).values()
    with app.app_context():
        actions = db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.number)).all()
    assert [action for action in actions if action.startswith("job.")] == ["job.died"] * 2 + [
        "job.replayed"
    ] * 2


def test_what_can_be_asked_for_is_asked_for_once(app, administrator) -> None:
    for _ in range(2):
        assert administrator.post("/jobs/ask/matching.propose").status_code == 303
    assert administrator.post("/jobs/ask/transfers.work").status_code == 404
    assert states(app) == {"matching.propose": JobState.WAITING}


def test_without_jobs_the_page_says_so(administrator) -> None:
    page = administrator.get("/jobs").text
    assert "Nothing to do" in page
    assert "hx-trigger" not in page


def test_the_terminal_shows_progress_and_tries_again(app, busy) -> None:
    run = app.test_cli_runner().invoke
    shown = run(args=["jobs", "status"]).output
    assert "running, 1250 of 2500" in shown
    assert "Jobs: 1 waiting, 1 running, 0 done, 2 dead" in shown
    listed = run(args=["jobs", "dead"])
    assert (listed.exit_code, listed.output.count("disk full")) == (1, 2)
    assert run(args=["jobs", "replay", str(busy["first"])]).exit_code == 0
    assert run(args=["jobs", "replay", str(busy["first"])]).exit_code == 1
    assert run(args=["jobs", "replay", "999999"]).exit_code == 1
    assert run(args=["jobs", "replay"]).exit_code == 2
    assert run(args=["jobs", "replay", "--all"]).output == "One job is tried again.\n"
    assert run(args=["jobs", "dead"]).exit_code == 0


def test_a_job_whose_time_has_not_come_shows_when_it_is_tried(app, administrator) -> None:
    with app.app_context():
        services.enqueue("matching.train", "matching.train")
        holding.fail(holding.claim("matching.train", 60, 5), "ValueError in gate.py:12 (judge)", 5)
        db.session.commit()
        assert db.session.scalar(sa.select(Job.next_attempt_at)) > clock.now()
    page = administrator.get("/jobs").text
    assert "Failed once" in page
    assert "ValueError in gate.py:12 (judge)" in page
