"""The queue wakes tasks, on each kind of server."""

from __future__ import annotations

import json
import pickle
import sqlite3
import threading

import pytest
from structlog.testing import capture_logs

from app.jobs.engine import open_queue


def consume(queue) -> None:
    """Take one entry and run it, as a thread of the consumer does."""
    entry = queue.huey.dequeue()
    assert entry is not None
    queue.huey.execute(entry)


def test_a_woken_task_runs_once(queue, registry) -> None:
    ran = []
    registry.task("letters.write")(lambda: ran.append(1))
    queue.wake("letters.write")
    consume(queue)
    assert ran == [1]
    assert queue.waiting() == []


def test_a_task_that_waits_is_not_queued_again(queue, registry) -> None:
    for name in ("letters.write", "letters.send"):
        registry.task(name)(lambda: None)
    for _ in range(100):
        queue.wake("letters.write")
        queue.wake("letters.send")
    assert queue.waiting() == ["letters.write", "letters.send"]


def test_an_entry_is_plain_json_and_a_pickle_is_never_loaded(queue, registry) -> None:
    registry.task("letters.write")(lambda: None)
    queue.wake("letters.write")
    (entry,) = queue.huey.storage.enqueued_items()
    assert json.loads(bytes(entry))["task"] == "letters.write"
    queue.huey.flush()
    queue.huey.storage.enqueue(pickle.dumps(print))
    with pytest.raises(ValueError, match=r"."):
        queue.huey.dequeue()


def test_a_consumer_in_threads_runs_what_is_woken(queue, registry) -> None:
    done = threading.Event()
    registry.task("letters.write")(done.set)
    queue.open()
    consumer = queue.huey.create_consumer(workers=2, periodic=False, initial_delay=0.05, max_delay=0.2)
    consumer._set_signal_handlers = lambda: None
    consumer.start()
    try:
        queue.wake("letters.write")
        assert done.wait(10)
    finally:
        consumer.stop(graceful=True)


def test_a_queue_that_is_away_costs_nothing_but_one_log_line(queue_of, registry) -> None:
    registry.task("letters.write")(lambda: None)
    queue = queue_of("redis://127.0.0.1:1/0")
    with capture_logs() as said:
        assert [queue.wake("letters.write") for _ in range(3)] == [False] * 3
    assert [line["event"] for line in said] == ["job queue away"]


def test_a_queue_comes_back_without_help(queue, registry, monkeypatch) -> None:
    registry.task("letters.write")(lambda: None)
    queue.open()

    def gone(*_) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(queue.huey.storage, "enqueue", gone)
        assert queue.wake("letters.write") is False
    assert queue.wake("letters.write") is True
    assert queue.waiting() == ["letters.write"]


def test_an_unknown_scheme_is_named() -> None:
    with pytest.raises(ValueError, match="JOBS_URL must start with"):
        open_queue("amqp://localhost")
