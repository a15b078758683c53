"""What becomes of a mail that came in: kept for its thread, settled as a bounce or complaint, or refused with a reason."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from app import clock
from app.audit.models import AuditEvent
from app.db import db
from app.inbound import queries, services
from app.inbound.addresses import NotOurs
from app.outbox import queries as outbox
from app.outbox.models import Bounce, Email, MailCategory, MailState, Suppression
from tests.inbound.conftest import HOST, answer


def report(about: str, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    """A bounce as RFC 3464 has it."""
    return f"""From: MAILER-DAEMON@mx.example.org
To: bounce@{HOST}
Subject: Undelivered
Message-ID: <dsn-{status}-{action}@mx.example.org>
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

I am sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; gone@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} No such user

--b
Content-Type: text/rfc822-headers

Message-ID: {about}
Subject: Your week

--b--
""".encode()


def complaint(about: str, kind: str = "abuse") -> bytes:
    """A complaint as RFC 5965 has it."""
    return f"""From: fbl@mailbox.example
To: abuse@{HOST}
Subject: FW: Your week
Message-ID: <arf-{kind}@mailbox.example>
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b
Content-Type: text/plain

A complaint.
--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Mailbox/1.0
Version: 1

--b
Content-Type: message/rfc822

From: no-reply@{HOST}
Message-ID: {about}
Subject: Your week

Text
--b--
""".encode()


@pytest.fixture
def stands(app):
    """What the outbox knows now: `(state of the mail, addresses suppressed)`."""

    def read(email: Email) -> tuple[str, list[str]]:
        with app.app_context():
            state = db.session.scalars(sa.select(Email.state).where(Email.id == email.id)).one()
            found = list(db.session.scalars(sa.select(Suppression.address)))
            db.session.rollback()
        return state.value, found

    return read


def actions(app) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.number)))


def test_an_address_that_does_not_exist_is_suppressed_at_once_and_told_once(
    app, bring, sent, back_to, stands
) -> None:
    email = sent()
    assert bring(report(email.message_id), sender="", to=back_to(email)) == "bounce"
    assert stands(email) == ("bounced", ["gone@example.org"])
    again = report(email.message_id).replace(b"dsn-5", b"second-5")
    assert bring(again, sender="", to=back_to(email)) == "bounce"
    assert actions(app).count("mail.bounced") == 1
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Bounce.id))) == 1


def test_a_full_mailbox_counts_and_the_third_mail_that_comes_back_suppresses_it(
    bring, sent, back_to, stands
) -> None:
    emails = [sent() for _ in range(3)]
    for number, email in enumerate(emails):
        raw = report(email.message_id, status="5.2.2").replace(b"<dsn", f"<{number}".encode())
        assert bring(raw, sender="", to=back_to(email)) == "bounce"
        assert stands(email) == ("sent", ["gone@example.org"] if number == 2 else [])


def test_a_delay_is_not_the_end(bring, sent, back_to, stands) -> None:
    email = sent()
    raw = report(email.message_id, action="delayed", status="4.4.7")
    assert bring(raw, sender="", to=back_to(email)) == "refused"
    assert stands(email) == ("sent", [])


def test_an_absent_persons_answer_to_the_envelope_is_no_bounce(bring, sent, back_to, stands, came) -> None:
    email = sent()
    assert bring(answer(Auto_Submitted="auto-replied"), sender="", to=back_to(email)) == "refused"
    assert stands(email) == ("sent", [])
    assert came()[0].refused_because


def test_an_old_servers_own_words_are_understood(bring, sent, back_to, stands) -> None:
    email = sent()
    raw = (
        "From: MAILER-DAEMON@old.example.org\nSubject: failure notice\nMessage-ID: <q@old.example.org>\n\n"
        "Hi. This is the qmail-send program at old.example.org.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        "<gone@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line\n"
    )
    assert bring(raw.encode(), sender="", to=back_to(email)) == "bounce"
    assert stands(email) == ("bounced", ["gone@example.org"])


def test_a_bounce_that_went_to_the_letters_from_is_known_by_the_letter_in_it(bring, sent, stands) -> None:
    email = sent()
    assert bring(report(email.message_id), sender="", to="no-reply") == "bounce"
    assert stands(email) == ("bounced", ["gone@example.org"])


def test_a_bounce_of_a_mail_we_never_sent_suppresses_nobody(bring, sent, stands) -> None:
    email = sent()
    assert bring(report("<made-up@sangam.example>"), sender="", to="no-reply") == "refused"
    with pytest.raises(NotOurs):
        bring(report(email.message_id), sender="", to=f"bounce+{email.id}.{'a' * 20}")
    assert stands(email) == ("sent", [])


def test_who_complains_gets_no_more_of_that_kind_but_may_still_ask_for_a_password(
    app, bring, sent, world, stands
) -> None:
    user = world.user(email="asha@example.org")
    email = sent(to_address="Asha@example.org", user_id=user.id)
    assert bring(complaint(email.message_id), to="abuse") == "complaint"
    assert stands(email) == ("sent", ["asha@example.org"])
    assert {"mail.complained", "account.unsubscribed"} <= set(actions(app))
    with app.app_context():
        assert not db.session.get(type(user), user.id).wants_digest
        assert outbox.is_suppressed("asha@example.org", MailCategory.DIGEST)
        assert not outbox.is_suppressed("asha@example.org", MailCategory.ACCOUNT)


def test_not_spam_is_no_complaint(bring, sent, stands) -> None:
    email = sent()
    assert bring(complaint(email.message_id, "not-spam"), to="abuse") == "refused"
    assert stands(email) == ("sent", [])


def test_a_mail_is_taken_in_once_for_each_address(bring, came) -> None:
    states = [bring(answer()), bring(answer()), bring(answer(), to="thread+other")]
    assert states == ["new", "refused", "new"]
    assert came()[1].refused_because == "it came before"


@pytest.mark.parametrize(
    ("letter", "sender"),
    [
        (answer(X_Sangam_Loop=HOST), "a@b.org"),
        (answer(Message_ID="<ours-1@sangam.example>"), "a@b.org"),
        (answer(Auto_Submitted="auto-replied"), "a@b.org"),
        (answer(), ""),
        (answer(From=""), "a@b.org"),
        (answer(From="a@b.org, c@d.org"), "a@b.org"),
    ],
)
def test_loops_programs_and_nobody_are_refused_with_a_reason(bring, sent, came, letter, sender) -> None:
    sent()
    assert bring(letter, sender=sender) == "refused"
    assert came()[0].refused_because


def test_what_is_taken_is_gone_from_the_door_and_what_is_refused_says_why(app, bring, came) -> None:
    bring(answer())
    bring(answer(Message_ID="<2@example.org>"))
    bring(answer(Message_ID="<3@example.org>"), to="postmaster")
    with app.app_context():
        first, second = queries.waiting("thread+", 10)
        services.mark_taken(first)
        services.mark_refused(second, "not theirs")
        db.session.commit()
        assert not queries.has_waiting("thread+")
    assert [(mail.state.value, mail.text) for mail in came()][:2] == [
        ("taken", ""),
        ("refused", "Tuesday suits us."),
    ]


def test_what_was_settled_long_ago_is_forgotten(app, bring, came) -> None:
    bring(answer())
    bring(answer())
    clock.shift(91 * 86_400)
    with app.app_context():
        assert services.forget_old() == 1
        db.session.commit()
    assert [mail.state.value for mail in came()] == ["new"]


def test_the_pipe_of_a_mail_server_takes_one_mail_and_says_what_is_wrong(app, came) -> None:
    runner = app.test_cli_runner()

    def take(to: str, raw: bytes) -> int:
        return runner.invoke(
            args=["mail", "take", "--to", to, "--from", "asha@example.org"], input=raw
        ).exit_code

    assert take(f"thread+abc@{HOST}", answer().as_bytes()) == 0
    assert take("somebody@example.org", answer().as_bytes()) == 67
    assert len(came()) == 1


def test_a_letter_of_many_forms_keeps_only_its_words(bring, came) -> None:
    letter: EmailMessage = answer()
    letter.add_attachment(b"x" * 100_000, maintype="image", subtype="png", filename="logo.png")
    bring(letter)
    assert (came()[0].text, came()[0].files) == ("Tuesday suits us.", 1)


def test_mail_states_of_the_outbox_keep_what_is_not_sent(bring, sent, back_to, stands) -> None:
    email = sent(state=MailState.WAITING)
    bring(report(email.message_id), sender="", to=back_to(email))
    assert stands(email)[0] == "waiting"
