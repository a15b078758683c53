"""The worker process: Huey's consumer in threads, and a pulse that wakes periodic tasks and shows that we live."""

from __future__ import annotations

import logging
import os
import random
import signal
import socket
import threading
import time
from typing import Any, cast

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app.db import db
from app.jobs import holding, services
from app.jobs.engine import Jobs, Queue

log = structlog.get_logger(__name__)
# A mail server that stalls, a long matching run, an import, and still one for the rest.
THREADS = 4
TICK_SECONDS = 0.2
BEAT_SECONDS = 5.0
HEALTH_SECONDS = 10.0
STOP_SECONDS = 7
_random = random.SystemRandom()


class Pulse(threading.Thread):
    """Wakes each periodic task when it is due, unless it waits or runs already; beats every five seconds."""

    def __init__(self, app: Flask, registry: Jobs) -> None:
        super().__init__(name="pulse", daemon=True)
        self.app, self.registry = app, registry
        self.queue = cast(Queue, app.extensions["jobs"])
        self.worker_name = f"{socket.gethostname()}:{os.getpid()}"
        started = time.monotonic()
        # Workers started together shall not all wake the same task in the same instant.
        self.due = {
            task.name: started + _random.uniform(0, min(2.0, task.every or 0)) for task in registry.periodic()
        }
        self.next_beat = started

    def run(self) -> None:
        while not self.registry.stopping.wait(TICK_SECONDS):
            try:
                self.tick(time.monotonic())
            except Exception:
                log.exception("pulse stumbled")

    def tick(self, now: float) -> None:
        """Do what is due at `now`; a period that was missed is not made up for."""
        if now >= self.next_beat:
            self.next_beat = now + BEAT_SECONDS
            self._beat()
        for task in self.registry.periodic():
            if now >= self.due[task.name] and not self.registry.is_running(task.name):
                self.due[task.name] = now + (task.every or 0)
                self.queue.wake(task.name)

    def _beat(self) -> None:
        try:
            with self.app.app_context():
                services.beat(self.worker_name)
                db.session.commit()
        except SQLAlchemyError as error:
            log.warning("no heartbeat, database away", error=str(error.__cause__ or error)[:300])


class Worker:
    """Runs until SIGTERM or SIGINT; then lets running tasks finish, gives leases back, and ends within ten seconds."""

    def __init__(self, app: Flask, registry: Jobs) -> None:
        self.app, self.registry = app, registry
        self.queue = cast(Queue, app.extensions["jobs"])
        self.pulse = Pulse(app, registry)
        self._is_asked_to_stop = False

    def run(self) -> None:
        # Huey logs each failed look into an absent queue; the pulse says it once.
        logging.getLogger("huey").setLevel(logging.CRITICAL)
        self.queue.open()
        consumer = self.queue.huey.create_consumer(
            workers=THREADS,
            periodic=False,
            initial_delay=0.05,
            max_delay=0.5,
            scheduler_interval=60,
            shutdown_timeout=STOP_SECONDS,
        )
        consumer.start()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        self.pulse.start()
        log.info("worker started", worker=self.pulse.worker_name)
        self._wait(consumer)
        self.registry.stopping.set()
        consumer.stop(graceful=True)
        self.pulse.join(1)
        self._sign_off()

    def _stop(self, _number: int, _frame: Any) -> None:
        # No lock may be taken in a signal's handler, so no Event is set here.
        self._is_asked_to_stop = True

    def _wait(self, consumer: Any) -> None:
        checked = time.monotonic()
        while not self._is_asked_to_stop:
            time.sleep(TICK_SECONDS)
            if time.monotonic() > checked + HEALTH_SECONDS:
                checked = time.monotonic()
                consumer.check_worker_health()

    def _sign_off(self) -> None:
        try:
            with self.app.app_context():
                if db.engine.dialect.name == "sqlite":
                    # A task that did not stop in time may hold the write lock; leases then run out by themselves.
                    db.session.connection().exec_driver_sql("PRAGMA busy_timeout = 1000")
                services.release_all()
                holding.give_back_all()
                services.sign_off(self.pulse.worker_name)
                db.session.commit()
        except SQLAlchemyError as error:
            log.warning("leases not given back, database away", error=str(error.__cause__ or error)[:300])
        log.info("worker stopped", worker=self.pulse.worker_name)


def run_once(app: Flask, registry: Jobs) -> list[str]:
    """Run every periodic task once, in order, here; the names of those that raised."""
    return [task.name for task in registry.periodic() if not registry.perform(app, task.name)]
