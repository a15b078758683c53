"""`/healthz` and `/readyz` tell the truth."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from app import clock, create_app
from app.db import db
from app.directory import live
from app.directory.live import Live
from app.jobs import services
from config import Settings


@pytest.fixture
def worker(app) -> None:
    with app.app_context():
        services.beat("host:1")
        db.session.commit()


def away_app(url: str):
    return create_app(
        Settings(environment="test", base_url="http://localhost", database_url=url, jobs_url="memory:")
    )


def test_all_is_well_when_database_migrations_and_worker_are_there(client, worker) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "ready": True,
        "database": True,
        "migrations": True,
        "worker": True,
        "worker_seen_seconds_ago": 0,
        "conditions": {"directory": True},
        "measures": {
            "jobs": {"dead": 0, "waiting": 0},
            "mail": {"oldest_unsent_seconds": 0, "late": False},
        },
    }


def test_without_a_worker_it_is_not_ready(client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert (answer.json["ready"], answer.json["database"], answer.json["worker"]) == (False, True, False)


@pytest.mark.one_database("sqlite")
def test_a_process_that_still_reads_the_directory_is_not_ready(app, client, worker, monkeypatch) -> None:
    monkeypatch.setattr(live, "_lives", {})
    asleep = threading.Event()
    monkeypatch.setattr(Live, "_warm", lambda _self: asleep.wait(10))
    with app.app_context():
        live.wake()
        assert client.get("/readyz").json["conditions"] == {"directory": False}
        asleep.set()
        live.of_database().snapshot()
        assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(25, 200), (45, 503)])
def test_a_worker_counts_for_thirty_seconds(client, worker, seconds, status) -> None:
    clock.shift(seconds)
    assert client.get("/readyz").status_code == status


def test_mail_that_waits_shows_and_does_not_stop_the_web(client, world, app) -> None:
    from app.outbox.models import Email, MailCategory

    now = clock.now()
    world.add(
        Email(
            key="k",
            category=MailCategory.MATCH,
            to_address="a@example.org",
            subject="s",
            text="t",
            html="h",
            message_id="<1@x>",
            next_attempt_at=now,
            created_at=now,
        )
    )
    clock.shift(3600)
    with app.app_context():
        services.beat("host:1")
        db.session.commit()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json["measures"]["mail"]["late"] is True
    assert answer.json["measures"]["mail"]["oldest_unsent_seconds"] in range(3600, 3610)


def test_a_schema_that_is_behind_is_not_ready(app, client, worker) -> None:
    with app.app_context():
        before = db.session.scalar(sa.text("SELECT version_num FROM alembic_version"))
        db.session.execute(sa.text("UPDATE alembic_version SET version_num = 'old'"))
        db.session.commit()
    try:
        answer = client.get("/readyz")
    finally:
        with app.app_context():
            db.session.execute(sa.text("UPDATE alembic_version SET version_num = :v"), {"v": before})
            db.session.commit()
    assert answer.status_code == 503
    assert (answer.json["database"], answer.json["migrations"]) == (True, False)


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://u:secret@127.0.0.1:1/none", "sqlite:////no/such/folder/x.sqlite"]
)
def test_a_database_that_is_away_is_told_without_its_secrets(url) -> None:
    client = away_app(url).test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["database"] is False
    assert "secret" not in answer.text
    assert client.get("/healthz").status_code == 200


def test_alive_is_told_without_looking_at_anything(client) -> None:
    assert client.get("/healthz").text == "ok\n"
    assert client.head("/healthz").status_code == 200
