"""Mail is written in the caller's transaction, once for each occasion."""

from __future__ import annotations

import threading

import sqlalchemy as sa

from app import clock
from app.db import db
from app.outbox import services
from app.outbox.models import Email, MailCategory, MailState
from app.outbox.rendering import Mail, new_message_id


def proposal(app) -> Mail:
    with app.app_context():
        return Mail(
            key="proposal:1:1",
            category=MailCategory.MATCH,
            user_id=1,
            to_address="asha@example.org",
            to_name="Asha",
            subject="A match for you",
            text="Text\n",
            html="<p>Html</p>",
            message_id=new_message_id(),
        )


def count(app) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count(Email.id)))


def test_a_mail_waits_only_when_its_transaction_is_committed(app) -> None:
    with app.app_context():
        services.enqueue(proposal(app))
        db.session.rollback()
    assert count(app) == 0


def test_a_second_mail_for_the_same_occasion_is_not_added(app) -> None:
    with app.app_context():
        first = services.enqueue(proposal(app))
        assert services.enqueue(proposal(app)) is first
        db.session.commit()
    assert count(app) == 1


def test_of_two_who_write_at_the_same_time_both_go_on_and_one_mail_is_added(app) -> None:
    begin, went_on = threading.Barrier(4), []

    def write() -> None:
        mail = proposal(app)
        begin.wait()
        with app.app_context():
            services.enqueue(mail)
            db.session.commit()
            went_on.append(1)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(went_on), count(app)) == (4, 1)


def test_a_letter_of_long_ago_keeps_its_row_and_loses_its_words_and_is_not_written_again(app) -> None:
    with app.app_context():
        mail = services.enqueue(proposal(app))
        db.session.commit()
        assert services.forget_bodies() == 0
        clock.shift(services.BODIES_KEPT.total_seconds() + 60)
        assert services.forget_bodies() == 0
        mail.state = MailState.SENT
        db.session.flush()
        assert services.forget_bodies() == 1
        db.session.commit()
        assert services.forget_bodies() == 0
        kept = db.session.scalars(sa.select(Email)).one()
        assert (kept.text, kept.html, kept.subject) == ("", "", "A match for you")
        assert services.enqueue(proposal(app)) is kept
