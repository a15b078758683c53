"""Mail handed over in a real SMTP conversation."""

from __future__ import annotations

import sqlalchemy as sa

from app import clock
from app.audit.models import AuditEvent
from app.db import db
from app.jobs.engine import jobs
from app.outbox.models import MailCategory, MailState, Suppression
from tests.outbox.sink import always

FAR_URL = "https://sangam.example/unsubscribe/digest/" + "k" * 60


def test_a_mail_arrives_with_the_headers_that_bulk_mail_needs(write, sink, deliver, row) -> None:
    email = write(
        category=MailCategory.DIGEST,
        to_name="Asha, of Mysuru",
        subject="नमस्ते: two answers wait",
        text="Hello ₹\n",
        html="<p>" + "long " * 1000 + "</p>",
        unsubscribe_url=FAR_URL,
    )
    deliver()
    (letter,) = sink.letters
    assert letter["Message-ID"] == email.message_id
    assert letter["To"].addresses[0].display_name == "Asha, of Mysuru"
    assert letter["From"].addresses[0].addr_spec == "no-reply@sangam.example"
    assert letter["Subject"] == "नमस्ते: two answers wait"
    assert letter["Date"].datetime == email.created_at.replace(microsecond=0)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["List-Id"] == "<digest.sangam.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_body(("plain",)).get_content().strip() == "Hello ₹"
    assert "long long" in letter.get_body(("html",)).get_content()
    assert row(email).state is MailState.SENT


def test_an_unsubscribe_address_is_never_cut_or_encoded(write, sink, deliver) -> None:
    write(unsubscribe_url=FAR_URL)
    deliver()
    (raw,) = sink.raw
    assert f"List-Unsubscribe: <{FAR_URL}>\r\n".encode() in raw
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert raw.isascii()


def test_a_mail_without_unsubscribing_says_nothing_of_it(write, sink, deliver) -> None:
    write(category=MailCategory.ACCOUNT)
    deliver()
    assert "List-Unsubscribe" not in sink.letters[0]


def test_what_is_urgent_goes_first_and_then_what_is_old(write, sink, deliver) -> None:
    for category in ("digest", "match", "introduction", "account", "digest"):
        write(category=MailCategory(category))
    deliver()
    assert sink.subjects == [f"Subject {n}" for n in (4, 3, 2, 1, 5)]


def test_a_sent_mail_is_not_sent_again(write, sink, deliver) -> None:
    write()
    deliver()
    clock.shift(86_400)
    deliver()
    assert len(sink.letters) == 1


def test_a_mail_with_a_sign_in_link_loses_its_body_once_sent(write, sink, deliver, row) -> None:
    email = write(is_secret=True)
    deliver()
    assert "Text 1" in sink.letters[0].get_body(("plain",)).get_content()
    assert (row(email).text, row(email).html) == ("", "")


def test_a_greylisted_mail_waits_and_then_arrives(write, sink, deliver, row) -> None:
    email = write()
    sink.on_rcpt = always("451 4.7.1 Greylisted, come back later")
    deliver()
    waiting = row(email)
    assert (waiting.state, waiting.attempts) == (MailState.WAITING, 1)
    assert "Greylisted" in waiting.last_error
    sink.on_rcpt = always(None)
    deliver()
    assert not sink.letters, "it came back before its time"
    clock.shift(300)
    deliver()
    assert row(email).state is MailState.SENT
    assert row(email).last_error is None


def test_after_ten_refusals_a_mail_has_failed_and_the_trail_says_so(app, write, sink, deliver, row) -> None:
    email = write(attempts=9)
    sink.on_rcpt = always("451 later")
    deliver()
    assert (row(email).state, row(email).attempts) == (MailState.FAILED, 10)
    with app.app_context():
        assert db.session.scalars(sa.select(AuditEvent.action)).all() == ["mail.failed"]


def test_an_unknown_recipient_bounces_and_the_others_go_on(app, write, sink, deliver, row) -> None:
    gone, other = write(to_address="Gone@example.org"), write()
    sink.on_rcpt = lambda address: "550 5.1.1 No such user" if address.startswith("Gone") else None
    deliver()
    assert row(gone).state is MailState.BOUNCED
    assert row(other).state is MailState.SENT
    with app.app_context():
        assert db.session.scalars(sa.select(Suppression.address)).all() == ["gone@example.org"]
    again = write(to_address="gone@example.org")
    deliver()
    assert row(again).state is MailState.SUPPRESSED
    assert sink.subjects == [other.subject]


def test_a_server_that_denies_us_relaying_condemns_no_address(app, write, sink, deliver, row) -> None:
    email = write()
    sink.on_rcpt = always("554 5.7.1 Relay access denied")
    deliver()
    assert row(email).state is MailState.WAITING
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Suppression.id))) == 0


def test_a_message_refused_for_good_has_failed(write, sink, deliver, row) -> None:
    refused, other = write(), write()
    sink.on_data = lambda letter: "554 5.6.0 Not this" if letter["Subject"] == "Subject 1" else None
    deliver()
    assert (row(refused).state, row(refused).last_error) == (MailState.FAILED, "554 5.6.0 Not this")
    assert row(other).state is MailState.SENT


def test_a_connection_lost_after_the_body_costs_one_copy_under_the_same_id(write, sink, deliver, row) -> None:
    first, second = write(), write()
    sink.drops_after_data = 1
    deliver()
    assert row(first).state is MailState.WAITING
    assert row(second).state is MailState.SENT, "the next mail goes over a new connection"
    clock.shift(300)
    deliver()
    assert row(first).state is MailState.SENT
    assert sink.copies == {first.message_id: 2, second.message_id: 1}


def test_a_mail_no_message_can_be_made_of_fails_alone(write, sink, deliver, row) -> None:
    broken = write(to_address="a@example.org\r\nBcc: all@example.org")
    surrogate = write(subject="bad \r\nBcc: x@example.org")
    other = write()
    deliver()
    assert row(broken).state is MailState.FAILED
    assert row(surrogate).state is MailState.SENT
    assert row(other).state is MailState.SENT
    assert all("Bcc" not in letter for letter in sink.letters)


def test_a_line_break_in_a_name_adds_no_header(write, sink, deliver) -> None:
    write(to_name="Eve\r\nBcc: all@example.org")
    deliver()
    (letter,) = sink.letters
    assert "Bcc" not in letter
    assert letter["To"].addresses[0].display_name == "Eve Bcc: all@example.org"


def test_a_worker_that_is_told_to_stop_gives_back_what_it_has_not_begun(write, sink, deliver, row) -> None:
    mails = [write() for _ in range(3)]

    def stop(letter) -> None:
        jobs.stopping.set()

    sink.on_data = stop
    try:
        deliver()
    finally:
        jobs.stopping.clear()
    assert [row(email).state for email in mails] == [MailState.SENT, MailState.WAITING, MailState.WAITING]
    assert [row(email).attempts for email in mails] == [1, 0, 0]
    sink.on_data = always(None)
    deliver()
    assert len(sink.letters) == 3
