"""`flask audit verify` finds every way to tamper with the trail."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from app.audit import queries
from app.audit import services as audit
from app.audit.models import AuditEvent, AuditHead
from app.db import db


def record(app, count: int = 5) -> None:
    with app.app_context():
        for number in range(count):
            audit.record("thing.changed", ("thing", number), by=7, detail={"größe": [number, 0.1, None]})
        db.session.commit()


def tamper(app, *statements: str) -> None:
    """Change the trail as somebody could who may switch triggers off."""
    with app.app_context(), db.engine.begin() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        triggers = []
        if is_sqlite:
            found = connection.execute(
                sa.text(
                    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_event'"
                )
            ).all()
            for name, sql in found:
                connection.execute(sa.text(f"DROP TRIGGER {name}"))
                triggers.append(sql)
        else:
            connection.execute(sa.text("ALTER TABLE audit_event DISABLE TRIGGER USER"))
        for statement in statements:
            connection.execute(sa.text(statement))
        for sql in triggers:
            connection.execute(sa.text(sql))
        if not is_sqlite:
            connection.execute(sa.text("ALTER TABLE audit_event ENABLE TRIGGER USER"))


def verify(app):
    return app.test_cli_runner().invoke(args=["audit", "verify"])


def test_an_untouched_chain_is_intact(app) -> None:
    record(app)
    outcome = verify(app)
    assert (outcome.exit_code, outcome.output) == (0, "5 events, chain intact\n")


def test_an_empty_chain_is_intact(app) -> None:
    assert verify(app).output == "0 events, chain intact\n"


def test_a_chain_longer_than_one_batch_is_walked_to_its_end(app, monkeypatch) -> None:
    monkeypatch.setattr(queries, "_BATCH", 3)
    record(app, 10)
    assert verify(app).output == "10 events, chain intact\n"
    tamper(app, "UPDATE audit_event SET actor_id = 8 WHERE number = 10")
    assert "broken at event 10" in verify(app).output


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("UPDATE audit_event SET action = 'thing.kept' WHERE number = 3", 3),
        ("UPDATE audit_event SET actor_id = NULL WHERE number = 2", 2),
        ("UPDATE audit_event SET detail = '{}' WHERE number = 4", 4),
        ("UPDATE audit_event SET at = '2020-01-01 00:00:00' WHERE number = 1", 1),
        ("DELETE FROM audit_event WHERE number = 1", 1),
        ("DELETE FROM audit_event WHERE number = 3", 3),
        ("DELETE FROM audit_event WHERE number = 5", 5),
        ("DELETE FROM audit_event", 1),
        ("UPDATE audit_event SET number = 6 WHERE number = 5", 5),
        ("UPDATE audit_head SET number = 4", 5),
        ("UPDATE audit_head SET hash = 'x'", 5),
        ("DELETE FROM audit_head", 0),
        (
            "INSERT INTO audit_event (number, at, action, subject_type, subject_id, detail, previous_hash, hash) "
            "VALUES (6, '2026-11-22 00:00:00', 'a', 'b', 'c', '{}', 'd', 'e')",
            6,
        ),
        (
            "INSERT INTO audit_event (number, at, action, subject_type, subject_id, detail, previous_hash, hash) "
            "VALUES (0, '2026-11-22 00:00:00', 'a', 'b', 'c', '{}', 'd', 'e')",
            1,
        ),
    ],
)
def test_tampering_is_found_at_the_first_broken_event(app, statement, number) -> None:
    record(app)
    tamper(app, statement)
    outcome = verify(app)
    assert outcome.exit_code == 1
    assert f"broken at event {number}:" in outcome.output


def test_an_event_resealed_with_its_new_content_still_breaks_the_next(app) -> None:
    record(app)
    with app.app_context():
        event = db.session.get_one(AuditEvent, 3)
        db.session.expunge(event)
        event.action = "thing.kept"
        seal = event.seal()
    tamper(app, f"UPDATE audit_event SET action = 'thing.kept', hash = '{seal}' WHERE number = 3")
    assert "broken at event 4: it does not continue" in verify(app).output


def test_pages_of_events_are_newest_first_and_continue(app) -> None:
    record(app)
    with app.app_context():
        first = [event.number for event in queries.events_page(limit=2)]
        second = [event.number for event in queries.events_page(before=first[-1], limit=2)]
    assert (first, second) == ([5, 4], [3, 2])


def test_writers_at_the_same_time_neither_fork_the_chain_nor_leave_a_gap(app) -> None:
    start = threading.Barrier(2)

    def write(actor: int) -> None:
        start.wait(10)
        for number in range(20):
            with app.app_context():
                audit.record("thing.changed", ("thing", number), by=actor)
                db.session.rollback() if number % 5 == 4 else db.session.commit()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(write, (1, 2)))
    assert verify(app).output == "32 events, chain intact\n"
    with app.app_context():
        assert db.session.get_one(AuditHead, 1).number == 32
        actors = db.session.execute(
            sa.select(AuditEvent.actor_id, sa.func.count()).group_by(AuditEvent.actor_id)
        )
        assert dict(actors.all()) == {1: 16, 2: 16}
