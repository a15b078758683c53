"""A real worker, killed in the middle of an import: another goes on, and no row is lost or doubled."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock, create_app
from app.accounts.models import Role
from app.db import db
from app.jobs.engine import jobs
from app.jobs.models import Job, JobState
from app.organizations import imports
from app.organizations.models import Organization
from app.transfers import bringing_on, services
from app.transfers.models import ImportRefusal, ImportRun, RunState
from config import Settings
from tests import warm
from tests.jobs.test_worker_process import own_database, until
from tests.warm import Warm
from tests.world import World

pytestmark = pytest.mark.processes
ROWS = 1_500
BATCH = 50
# A worker that takes its time, in small batches, so that a kill falls in between.
WORKER = f"""
import time
from app import create_app
from app.organizations import imports
from app.jobs.engine import jobs
from app.jobs.worker import Worker
from config import from_environment
imports.BATCH = {BATCH}
whole = imports.OrganizationImport._save
def slow(self, rows):
    time.sleep(0.05)
    whole(self, rows)
    time.sleep(0.05)
imports.OrganizationImport._save = slow
Worker(create_app(from_environment()), jobs).run()
"""


@pytest.fixture
def own_app(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An app on a migrated database of its own."""
    sqlite = f"sqlite:///{tmp_path}/own.sqlite"
    url = sqlite if database == "sqlite" else own_database(request.getfixturevalue("postgresql_url"))
    folder = f"sqlite:///{tmp_path}/jobs.sqlite"
    app = create_app(
        Settings(environment="test", base_url="http://localhost", database_url=url, jobs_url=folder)
    )
    assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def start(own_app: Flask, tmp_path: Path) -> Iterator[Callable[[], Warm]]:
    """Starts a real worker process; what is left of them ends with the test."""
    settings: Settings = own_app.config["SETTINGS"]
    environment = {
        **os.environ,
        "SANGAM_ENV": "test",
        "BASE_URL": settings.base_url,
        "DATABASE_URL": settings.database_url,
        "JOBS_URL": settings.jobs_url,
        "MAIL_URL": f"file://{tmp_path}/outbox",
        "MODEL_DIR": f"{tmp_path}/models",
    }
    started: list[Warm] = []

    def run() -> Warm:
        started.append(warm.start(["-c", WORKER], environment, tmp_path / "worker.log"))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()


def made_file(folder: Path) -> Path:
    """Every tenth row is refused, the last one because its id stood far above."""
    file = folder / "rows.csv"
    rows = [f"{number},sme,Firm {number},{'XX' if number % 10 == 0 else 'IN'}\n" for number in range(1, ROWS)]
    file.write_text("id,kind,name,country\n" + "".join(rows) + "1,sme,Firm again,IN\n")
    return file


def begun(app: Flask, file: Path) -> int:
    """A run that a worker may take up, past its trial."""
    user = World(app).user(Role.PROGRAM_MANAGER)
    with app.app_context(), file.open("rb") as stream:
        run = services.receive(stream, file.name, "", by=user)
        run.state = RunState.CHECKED
        db.session.flush()
        services.start(run, by=user)
        db.session.commit()
        return run.id


def look(app: Flask, run_id: int) -> ImportRun:
    with app.app_context():
        return db.session.get_one(ImportRun, run_id)


def counted(app: Flask, table: type) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_a_killed_worker_loses_no_row_and_doubles_none(own_app, start, tmp_path) -> None:
    run_id = begun(own_app, made_file(tmp_path))
    for part in (1, 2):
        worker = start()
        goal = ROWS * part // 4
        until(lambda goal=goal: look(own_app, run_id).read_rows >= goal)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        run = look(own_app, run_id)
        assert run.state is RunState.RUNNING
        assert run.read_rows % BATCH == 0
        # What is written and what is counted never differ, at whatever moment a worker dies.
        assert counted(own_app, Organization) == run.new_rows
        assert counted(own_app, ImportRefusal) == run.refused_rows
        with own_app.app_context():
            db.session.execute(sa.update(Job).values(leased_until=clock.now() - timedelta(seconds=1)))
            db.session.commit()
    start()
    until(lambda: look(own_app, run_id).state is RunState.DONE)
    run = look(own_app, run_id)
    refused = (ROWS - 1) // 10 + 1
    assert (run.read_rows, run.new_rows, run.refused_rows) == (ROWS, ROWS - refused, refused)
    assert (run.changed_rows, run.unchanged_rows) == (0, 0)
    assert counted(own_app, Organization) == ROWS - refused
    with own_app.app_context():
        last = db.session.get_one(ImportRefusal, (run_id, ROWS + 1))
        assert last.reasons == [["id", "stands on line 2 already"]]


def test_a_worker_that_lost_its_lease_writes_nothing(own_app, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(imports, "BATCH", BATCH)
    run_id = begun(own_app, made_file(tmp_path))
    whole = imports.OrganizationImport._save

    def robbed(self, rows) -> None:
        whole(self, rows)
        if self.tally.read > 5 * BATCH:
            db.session.execute(sa.update(Job).values(token="another"))

    monkeypatch.setattr(imports.OrganizationImport, "_save", robbed)
    with own_app.app_context():
        jobs.run("transfers.work")
    run = look(own_app, run_id)
    assert (run.state, run.read_rows) == (RunState.RUNNING, 5 * BATCH)
    assert counted(own_app, Organization) == run.new_rows


def test_a_large_file_is_taken_by_a_process_of_its_own(own_app, tmp_path, monkeypatch) -> None:
    settings: Settings = own_app.config["SETTINGS"]
    monkeypatch.setenv("SANGAM_ENV", "test")
    monkeypatch.setenv("BASE_URL", settings.base_url)
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("JOBS_URL", settings.jobs_url)
    monkeypatch.setattr(bringing_on, "LARGE", 0)
    # Nothing is taken in this process.
    monkeypatch.setattr(bringing_on.running, "take", None)
    run_id = begun(own_app, made_file(tmp_path))
    with own_app.app_context():
        jobs.run("transfers.work")
    run = look(own_app, run_id)
    assert (run.state, run.read_rows) == (RunState.DONE, ROWS)
    assert counted(own_app, Organization) == run.new_rows > 0
    with own_app.app_context():
        assert db.session.scalars(sa.select(Job.state)).all() == [JobState.DONE]
