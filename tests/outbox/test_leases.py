"""Two workers never share a mail, and one that was overtaken changes nothing."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest

from app import clock
from app.db import db
from app.outbox import services
from app.outbox.models import MailState

MINUTE = timedelta(minutes=1)


@pytest.fixture
def claim(app):
    """Claims as one worker would."""

    def run(limit: int = 10) -> tuple[str, list[int]]:
        with app.app_context():
            claimed = services.claim_due(limit, MINUTE)
            db.session.commit()
            return claimed

    return run


@pytest.fixture
def report(app):
    """Calls a `mark_…` service and commits; gives its answer."""

    def run(service, *arguments):
        with app.app_context():
            answer = service(*arguments)
            db.session.commit()
            return answer

    return run


def test_workers_at_the_same_time_never_share_a_mail(app, write) -> None:
    expected = {write().id for _ in range(30)}
    claimed: list[int] = []
    begin = threading.Barrier(4)

    def worker() -> None:
        begin.wait()
        while True:
            with app.app_context():
                _, ids = services.claim_due(3, MINUTE)
                db.session.commit()
            if not ids:
                return
            claimed.extend(ids)

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(claimed) == Counter(expected)


def test_a_leased_mail_is_taken_over_only_when_its_lease_has_run_out(write, claim) -> None:
    email = write()
    token, ids = claim()
    assert ids == [email.id]
    assert claim()[1] == []
    clock.shift(61)
    later, again = claim()
    assert again == [email.id]
    assert later != token


@pytest.mark.parametrize(
    "late", ["mark_sent", "mark_retry", "mark_failed", "mark_bounced", "mark_suppressed"]
)
def test_a_worker_that_was_overtaken_changes_nothing(write, claim, report, row, late) -> None:
    email = write()
    hung, _ = claim()
    clock.shift(61)
    token, _ = claim()
    words = ("late",) if late in {"mark_retry", "mark_failed", "mark_bounced"} else ()
    assert report(getattr(services, late), email.id, hung, *words) is False
    found = row(email)
    assert (found.state, found.lease_token, found.last_error) == (MailState.SENDING, token, None)
    assert report(services.mark_sent, email.id, token) is True


def test_a_worker_that_was_overtaken_does_not_begin(write, claim, report) -> None:
    email = write()
    hung, _ = claim()
    clock.shift(61)
    claim()
    assert report(services.begin, email.id, hung, MINUTE) is None


def test_a_late_mark_counts_while_nobody_else_took_the_mail(write, claim, report, row) -> None:
    email = write()
    token, _ = claim()
    clock.shift(3600)
    assert report(services.mark_sent, email.id, token) is True
    assert row(email).state is MailState.SENT


def test_a_mail_that_kills_its_worker_each_time_ends_as_failed(write, claim, report, row) -> None:
    email = write()
    for number in range(services.MAX_ATTEMPTS + 1):
        clock.shift(61 * number)
        token, _ = claim()
        report(services.begin, email.id, token, MINUTE)
    assert (row(email).state, row(email).attempts) == (MailState.FAILED, services.MAX_ATTEMPTS)
    clock.shift(90_000)
    assert claim()[1] == []


def test_waiting_grows_from_a_minute_to_four_hours_and_no_further() -> None:
    for attempts in range(1, 12):
        delays = [services.delay_after(attempts) for _ in range(50)]
        assert min(delays) >= MINUTE
        assert max(delays) <= timedelta(hours=4)
        assert len(set(delays)) > 1, "without jitter all would come back at once"
    assert services.delay_after(1) <= 2 * MINUTE
    assert services.delay_after(11) >= timedelta(hours=2)
