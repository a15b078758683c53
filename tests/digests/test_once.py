"""Once a week, whatever the scheduler and the clock do."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest

from app import clock
from app.db import db, reading
from app.digests import services, tasks
from app.jobs import services as leases
from app.matching.models import MatchState

MONDAY_NINE_IN_INDIA = "2026-11-16T03:30"


def reader(world, zone: str = "Asia/Kolkata"):
    person = world.user(time_zone=zone)
    world.match(world.organization(owner=person), state=MatchState.APPROVED)
    return person


def test_a_second_round_writes_nothing_again(world, at, run, letters):
    at(MONDAY_NINE_IN_INDIA)
    reader(world)
    for _time in range(3):
        run()
    assert len(letters()) == 1


def test_a_scheduler_that_comes_26_hours_late_writes_once(world, at, run, letters):
    reader(world)
    at("2026-11-17T05:30")
    for _time in range(2):
        run()
    assert len(letters()) == 1


def test_from_wednesday_at_nine_the_week_is_let_go(world, at, run, letters):
    reader(world)
    at("2026-11-18T03:30")
    run()
    assert letters() == []


@pytest.mark.parametrize("jump", ["2026-11-16T02:30", "2026-11-15T03:30", "2026-11-17T03:30"])
def test_a_clock_that_jumps_sends_no_second_letter(world, at, run, letters, jump):
    reader(world)
    at(MONDAY_NINE_IN_INDIA)
    run()
    at(jump)
    run()
    at(MONDAY_NINE_IN_INDIA)
    run()
    assert len(letters()) == 1


def test_moving_to_another_zone_brings_no_second_letter(app, world, at, run, letters):
    person = reader(world)
    at(MONDAY_NINE_IN_INDIA)
    run()
    with app.app_context():
        db.session.merge(person).time_zone = "America/New_York"
        db.session.commit()
    at("2026-11-16T14:00")
    run()
    assert len(letters()) == 1


@pytest.mark.parametrize(
    ("zone", "start", "weeks_long"),
    [
        ("America/New_York", "2026-10-25T00:00", 2),
        ("America/New_York", "2027-03-07T00:00", 2),
        ("Asia/Kolkata", "2026-12-20T00:00", 3),
        ("America/Los_Angeles", "2026-12-20T00:00", 3),
    ],
)
def test_an_hourly_scheduler_writes_one_letter_a_week_over_clock_changes_and_year_ends(
    world, at, run, letters, zone, start, weeks_long
):
    reader(world, zone)
    first = at(start)
    for hour in range(weeks_long * 7 * 24):
        moment = first + timedelta(hours=hour)
        # Only the hours around Monday morning can matter; the rest is covered without a database.
        if moment.weekday() in {0, 2} or hour % 12 == 0:
            at(moment.strftime("%Y-%m-%dT%H:%M"))
            run()
    keys = Counter(mail.key.rsplit(":", 1)[1] for mail in letters())
    assert len(keys) == weeks_long
    assert set(keys.values()) == {1}


def test_two_schedulers_at_once_write_one_letter(app, world, at, letters):
    at(MONDAY_NINE_IN_INDIA)
    for _time in range(5):
        reader(world)
    barrier = threading.Barrier(2)
    written: list[int] = []

    def schedule() -> None:
        with app.app_context():
            with reading():
                due = services.letters_due(clock.now())
                db.session.rollback()
            barrier.wait()
            written.append(services.enqueue(due))
            db.session.commit()

    threads = [threading.Thread(target=schedule) for _time in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(written) == [0, 5]
    assert len(letters()) == 5


def test_a_scheduler_that_does_not_get_the_lease_does_nothing(app, world, at, run, letters):
    at(MONDAY_NINE_IN_INDIA)
    reader(world)
    with app.app_context():
        token = leases.hold(tasks.LEASE, 60)
        db.session.commit()
    run()
    assert letters() == []
    with app.app_context():
        leases.release(tasks.LEASE, token)
        db.session.commit()
    run()
    assert len(letters()) == 1
