"""A real SMTP conversation with our own door."""

from __future__ import annotations

import smtplib
import socket

import pytest

from app.inbound import door as doors
from app.inbound import services
from tests.inbound.conftest import HOST, answer


def talk(port: int, *lines: str) -> list[str]:
    """The answers to lines said one after the other."""
    answers = []
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line, line.makefile("rb") as heard:
        heard.readline()
        for said in lines:
            line.sendall(f"{said}\r\n".encode())
            while (reply := heard.readline())[3:4] == b"-":
                pass
            answers.append(reply.decode().strip())
    return answers


def test_an_answer_to_a_thread_waits_for_it(came, door) -> None:
    with smtplib.SMTP("127.0.0.1", door()) as client:
        client.send_message(
            answer(In_Reply_To="<ours@sangam.example>"), "asha@example.org", f"thread+abc@{HOST}"
        )
    (mail,) = came()
    assert (mail.state.value, mail.to_address, mail.from_address) == ("new", "thread+abc", "asha@example.org")
    assert (mail.text, mail.in_reply_to) == ("Tuesday suits us.", "<ours@sangam.example>")


def test_lmtp_takes_it_too(came, door) -> None:
    with smtplib.LMTP("127.0.0.1", door(lmtp=True)) as client:
        client.send_message(answer(), "asha@example.org", f"thread+abc@{HOST}")
    assert len(came()) == 1


def test_nothing_is_taken_for_others_or_for_names_nobody_reads(came, door) -> None:
    port = door()
    for address, code in (
        ("victim@example.org", "550 5.7.1"),
        (f"victim%example.org@{HOST}", "550 5.1.1"),
        (f"@evil.example:victim@{HOST}", "550"),
        (f"no-reply@{HOST}", "550 5.1.1"),
        (f"bounce+1.{'0' * 20}@{HOST}", "550 5.1.1"),
        (f"thread+{'x' * 58}@{HOST}", "550 5.1.1"),
        (f"postmaster@{HOST}", "250"),
    ):
        said = talk(port, "EHLO x", "MAIL FROM:<a@example.org>", f"RCPT TO:<{address}>")[-1]
        assert said.startswith(code), said
    assert not came()


def test_one_recipient_at_a_time(door) -> None:
    rcpt = f"RCPT TO:<thread+abc@{HOST}>"
    said = talk(door(), "EHLO x", "MAIL FROM:<a@example.org>", rcpt, rcpt)
    assert [one[:3] for one in said[-2:]] == ["250", "452"]


def test_ten_megabytes_and_lines_without_end_are_refused_and_the_door_stays_open(
    came, door, monkeypatch
) -> None:
    monkeypatch.setattr(doors.parsing, "LONGEST_MAIL", 100_000)
    port = door()
    start = ("EHLO x", "MAIL FROM:<a@example.org>", f"RCPT TO:<thread+abc@{HOST}>", "DATA")
    too_much = "\r\n".join(["x" * 900] * 150)
    assert talk(port, *start, f"{too_much}\r\n.")[-1].startswith("552")
    assert talk(port, *start, "y" * 250_000)[-1].startswith("552")
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.send_message(answer(), "asha@example.org", f"thread+abc@{HOST}")
    assert len(came()) == 1


def test_who_stalls_is_left_alone(door, monkeypatch) -> None:
    monkeypatch.setattr(doors, "SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", door()), timeout=5) as line:
        assert line.recv(100).startswith(b"220")
        assert line.recv(100) == b""


def test_more_clients_than_there_may_be_are_asked_to_come_later(door, monkeypatch) -> None:
    monkeypatch.setattr(doors, "MOST_CLIENTS", 1)
    port = door()
    with socket.create_connection(("127.0.0.1", port), timeout=5) as first:
        first.recv(100)
        with socket.create_connection(("127.0.0.1", port), timeout=5) as second:
            assert second.recv(100).startswith(b"421")


@pytest.mark.parametrize("fault", [OSError("database away"), RuntimeError("a mistake")])
def test_what_cannot_be_kept_now_stays_with_the_sender(came, door, monkeypatch, fault) -> None:
    def break_down(*_: object) -> None:
        raise fault

    monkeypatch.setattr(services, "take_in", break_down)
    with smtplib.SMTP("127.0.0.1", door()) as client, pytest.raises(smtplib.SMTPDataError, match="451"):
        client.send_message(answer(), "asha@example.org", f"thread+abc@{HOST}")


def test_too_much_for_one_address_stays_with_the_sender(came, door, monkeypatch) -> None:
    monkeypatch.setattr(services, "MOST_AN_HOUR", 1)
    with smtplib.SMTP("127.0.0.1", door()) as client:
        client.send_message(answer(), "asha@example.org", f"thread+abc@{HOST}")
        with pytest.raises(smtplib.SMTPDataError, match="451"):
            client.send_message(answer(Message_ID="<2@x.org>"), "asha@example.org", f"thread+abc@{HOST}")
    assert len(came()) == 1
