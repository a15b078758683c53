"""An import that was given up goes on when it is tried again, and its sender sees both."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts.models import Role
from app.db import db
from app.jobs import services as engine
from app.jobs.engine import jobs
from app.jobs.models import Job, JobState
from app.transfers import running, services
from app.transfers.models import ImportRun, RunState

FILE = b"id,kind,name,country\n1,sme,Firm,IN\n"


def work(app) -> tuple[RunState, JobState]:
    with app.app_context():
        jobs.run("transfers.work")
        return db.session.scalar(sa.select(ImportRun.state)), db.session.scalar(sa.select(Job.state))


def test_a_dead_import_is_tried_again_with_its_file(app, world, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = world.user(Role.PROGRAM_MANAGER)
    with app.app_context():
        run = services.receive(io.BytesIO(FILE), "firms.csv", "", by=manager)
        run.state = RunState.CHECKED
        db.session.flush()
        services.start(run, by=manager)
        db.session.commit()
    with monkeypatch.context() as broken:
        broken.setattr(running, "take", None)
        for turn in range(5):
            clock.shift(3600 * turn)
            ended = work(app)
    assert ended == (RunState.FAILED, JobState.DEAD)
    with app.app_context():
        assert engine.replay_all() == 1
        db.session.commit()
    assert work(app) == (RunState.DONE, JobState.DONE)
