"""Only one may do a leased task at a time."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from app import clock
from app.db import db
from app.jobs import services
from app.jobs.models import Worker


@pytest.fixture
def call(app):
    """Calls a service in a transaction of its own."""

    def run(service, *arguments):
        with app.app_context():
            answer = service(*arguments)
            db.session.commit()
            return answer

    return run


def test_of_many_at_the_same_time_one_gets_the_lease(app, call) -> None:
    begin, tokens = threading.Barrier(5), []

    def take() -> None:
        begin.wait()
        tokens.append(call(services.hold, "propose", 60))

    threads = [threading.Thread(target=take) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tokens) == 5
    assert len([token for token in tokens if token]) == 1


def test_of_many_at_the_same_time_one_gets_an_expired_lease(app, call) -> None:
    call(services.hold, "propose", 60)
    clock.shift(61)
    begin, tokens = threading.Barrier(5), []

    def take() -> None:
        begin.wait()
        tokens.append(call(services.hold, "propose", 60))

    threads = [threading.Thread(target=take) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([token for token in tokens if token]) == 1


def test_a_released_lease_can_be_taken_at_once(call) -> None:
    token = call(services.hold, "propose", 60)
    assert call(services.hold, "propose", 60) is None
    assert call(services.release, "propose", token) is True
    assert call(services.hold, "propose", 60)


def test_leases_of_other_names_do_not_matter(call) -> None:
    assert call(services.hold, "propose", 60)
    assert call(services.hold, "digests", 60)


def test_who_was_overtaken_can_neither_renew_nor_release(call) -> None:
    late = call(services.hold, "propose", 60)
    clock.shift(61)
    token = call(services.hold, "propose", 60)
    assert call(services.renew, "propose", late, 60) is False
    assert call(services.release, "propose", late) is False
    assert call(services.renew, "propose", token, 60) is True


def test_a_renewed_lease_holds_longer(call) -> None:
    token = call(services.hold, "propose", 60)
    clock.shift(50)
    call(services.renew, "propose", token, 60)
    clock.shift(100)
    assert call(services.hold, "propose", 60) is None


def test_a_process_that_ends_gives_back_its_own_leases_only(call, monkeypatch) -> None:
    call(services.hold, "theirs", 60)
    monkeypatch.setattr(services, "PROCESS", "another")
    call(services.hold, "ours", 60)
    call(services.release_all)
    assert call(services.hold, "ours", 60)
    assert call(services.hold, "theirs", 60) is None


def test_a_worker_is_seen_anew_at_each_beat_and_forgotten_after_a_day(app, call) -> None:
    call(services.beat, "old:1")
    clock.shift(90_000)
    call(services.beat, "host:1")
    call(services.beat, "host:1")
    with app.app_context():
        (worker,) = db.session.scalars(sa.select(Worker)).all()
        assert worker.name == "host:1"
    call(services.sign_off, "host:1")
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Worker.id))) == 0
