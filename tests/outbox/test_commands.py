"""`flask outbox`."""

from __future__ import annotations

import sqlalchemy as sa

from app import clock
from app.audit.models import AuditEvent
from app.db import db
from app.outbox.models import MailState


def run(app, *arguments: str):
    return app.test_cli_runner().invoke(args=["outbox", *arguments])


def test_status_counts_each_state_and_says_how_long_the_oldest_waits(app, write) -> None:
    write()
    write(state=MailState.FAILED, last_error="451 later")
    clock.shift(120)
    result = run(app, "status")
    assert result.exit_code == 0, result.output
    lines = dict(line.split()[:2] for line in result.output.splitlines()[:6])
    assert lines == {
        "waiting": "1",
        "sending": "0",
        "sent": "0",
        "failed": "1",
        "bounced": "0",
        "suppressed": "0",
    }
    assert "Oldest unsent: 12" in result.output
    assert "failed test:2: 451 later" in result.output


def test_deliver_sends_no_more_than_its_limit_and_prints_counts(app, write, sink) -> None:
    for _ in range(3):
        write()
    assert run(app, "deliver", "--limit", "2").output.startswith("Delivered: 2 sent.")
    assert run(app, "deliver").output == "Delivered: 1 sent.\n"
    assert run(app, "deliver").output == "Delivered: nothing.\n"
    assert len(sink.letters) == 3


def test_retry_lets_one_failed_mail_wait_again(app, write, row) -> None:
    failed = write(state=MailState.FAILED, attempts=10)
    other = write(state=MailState.FAILED)
    assert run(app, "retry", failed.key).output == "1 waiting again.\n"
    assert (row(failed).state, row(failed).attempts) == (MailState.WAITING, 0)
    assert row(other).state is MailState.FAILED
    with app.app_context():
        assert db.session.scalars(sa.select(AuditEvent.action)).all() == ["mail.retried"]


def test_retry_all_failed_leaves_what_bounced(app, write, row) -> None:
    failed, bounced = write(state=MailState.FAILED), write(state=MailState.BOUNCED)
    assert run(app, "retry", "--all-failed").output == "1 waiting again.\n"
    assert row(failed).state is MailState.WAITING
    assert row(bounced).state is MailState.BOUNCED


def test_retry_of_an_unknown_key_says_so(app) -> None:
    result = run(app, "retry", "nothing")
    assert result.exit_code == 1
    assert "No failed mail has the key nothing" in result.output
    assert run(app, "retry").exit_code == 2
