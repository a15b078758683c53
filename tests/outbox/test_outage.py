"""A mail server that is away, slow or not to be trusted: mails wait, and nothing else does."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from app import clock
from app.outbox import delivery, transport
from app.outbox.models import MailState
from tests.outbox import sink as sinks


@pytest.fixture
def check_it_waits(write, deliver, row):
    """Delivers one mail and says that it check_it_waits, without an attempt counted."""

    def check() -> None:
        email = write()
        deliver()
        found = row(email)
        assert (found.state, found.attempts, found.lease_token) == (MailState.WAITING, 0, None)

    return check


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "COMMAND_SECONDS", 0.3)


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "LONGEST_PAUSE", 0.0)


def test_a_server_that_refuses_connections_costs_a_delay_and_one_line(
    app, write, mail_to, deliver, row, eager
) -> None:
    server = sinks.Sink()
    mail_to(f"smtp://127.0.0.1:{server.port}")
    emails = [write() for _ in range(3)]
    with capture_logs() as said:
        for _ in range(4):
            deliver()
    assert [(row(email).state, row(email).attempts) for email in emails] == [(MailState.WAITING, 0)] * 3
    assert [line["event"] for line in said] == ["mail server away, mails wait"]
    with server.listening():
        deliver()
    assert [row(email).state for email in emails] == [MailState.SENT] * 3


def test_a_server_that_is_away_is_not_asked_at_every_tick(write, mail_to, deliver, row) -> None:
    server = sinks.Sink()
    mail_to(f"smtp://127.0.0.1:{server.port}")
    email = write()
    deliver()
    with server.listening():
        deliver()
        assert row(email).state is MailState.WAITING


def test_a_server_that_falls_silent_is_left(check_it_waits, mail_to, impatient) -> None:
    with sinks.raw_server(sinks.stall) as port:
        mail_to(f"smtp://127.0.0.1:{port}")
        check_it_waits()


def test_a_server_that_drips_single_bytes_is_left(check_it_waits, mail_to, impatient) -> None:
    with sinks.raw_server(sinks.drip) as port:
        mail_to(f"smtp://127.0.0.1:{port}")
        check_it_waits()


def test_a_server_that_dies_between_two_mails_costs_one_attempt(
    write, sink, deliver, row, monkeypatch
) -> None:
    first, second, third = write(), write(), write()
    sink.drops_after_data = 1
    send = transport.SmtpServer.send

    def then_gone(self, parcel):
        answer = send(self, parcel)
        monkeypatch.setattr(transport, "_Smtp", _nobody)
        return answer

    monkeypatch.setattr(transport.SmtpServer, "send", then_gone)
    deliver()
    assert [row(email).attempts for email in (first, second, third)] == [1, 0, 0]
    assert [row(email).state for email in (first, second, third)] == [MailState.WAITING] * 3


def _nobody(*_args, **_options):
    raise ConnectionRefusedError("nobody there")


def test_a_certificate_nobody_vouches_for_is_refused(check_it_waits, mail_to) -> None:
    server = sinks.Sink()
    with server.listening(server_hostname="127.0.0.1", tls_context=sinks.untrusted_context()):
        mail_to(f"smtp://127.0.0.1:{server.port}?starttls=required")
        check_it_waits()
    assert not server.letters


def test_a_certificate_nobody_vouches_for_is_refused_on_a_tls_port(check_it_waits, mail_to) -> None:
    def greet(connection, ended) -> None:
        with sinks.untrusted_context().wrap_socket(connection, server_side=True) as secure:
            secure.sendall(b"220 hello\r\n")
            ended.wait(5)

    with sinks.raw_server(greet) as port:
        mail_to(f"smtps://127.0.0.1:{port}")
        check_it_waits()


def test_a_stripped_starttls_is_refused_when_it_is_required(check_it_waits, mail_to) -> None:
    server = sinks.Sink()
    with server.listening():
        mail_to(f"smtp://127.0.0.1:{server.port}?starttls=required")
        check_it_waits()
    assert not server.letters


def test_a_password_is_not_sent_in_the_clear(check_it_waits, mail_to) -> None:
    server = sinks.Sink()
    seen: list[object] = []

    def authenticate(*arguments) -> None:
        seen.append(arguments)

    with server.listening(auth_require_tls=False, authenticator=authenticate):
        mail_to(f"smtp://sangam:secret@127.0.0.1:{server.port}")
        check_it_waits()
    assert not seen


def test_a_clock_that_jumps_sends_nothing_twice(write, sink, deliver) -> None:
    write()
    deliver()
    for jump in (-3600, 86_400):
        clock.shift(jump)
        deliver()
    assert len(sink.letters) == 1


def test_an_unknown_scheme_is_named() -> None:
    with pytest.raises(ValueError, match="MAIL_URL must start with"):
        transport.open_transport("carrier-pigeon://loft")
