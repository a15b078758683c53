"""An introduced pair writes to each other: once a form, read by each person, closed by either side, reported."""

from __future__ import annotations

import psycopg
import pytest
import sqlalchemy as sa

from app.accounts.models import User
from app.conversations import queries, services
from app.db import db
from app.grievances.models import Grievance
from app.introductions.models import Introduction
from app.organizations.models import MemberRole
from tests.conversations.conftest import form_key


def unread(talk, who):
    with talk.app.app_context():
        return [one.count for one in queries.unread_for([db.session.get_one(User, who.id)])[who.id]]


def test_what_one_side_writes_the_other_reads_on_the_page_and_by_mail(talk) -> None:
    text = "Could you test 300 wafers?\nSee https://example.org/spec <b>now</b>"
    assert talk.write(talk.pair.asha, text).status_code == 303
    page = talk.page(talk.pair.bo)
    assert "Asha Qutubwala" in page
    assert "Could you test 300 wafers?" in page
    assert 'href="https://example.org/spec"' in page
    assert "nofollow" in page
    assert "&lt;b&gt;now" in page
    [letter] = talk.letters()
    assert letter.to_address == talk.pair.bo.email
    assert "Could you test 300 wafers?" in letter.text
    assert letter.reply_to.startswith("thread+")
    assert unread(talk, talk.pair.bo) == [1]
    assert unread(talk, talk.pair.asha) == []


def test_before_both_said_yes_there_is_no_conversation(talk) -> None:
    with talk.app.app_context():
        db.session.execute(sa.delete(Introduction))
        db.session.commit()
    browser = talk.pair.browser(talk.pair.asha)
    assert browser.get(talk.url).status_code == 404
    assert talk.write(talk.pair.asha, "Hello").status_code == 404
    assert talk.messages() == []


def test_a_form_that_is_sent_twice_posts_once(talk) -> None:
    key = form_key(talk.page(talk.pair.asha))
    for _ in range(2):
        assert talk.write(talk.pair.asha, "Hello", form_key=key).status_code == 303
    assert len(talk.messages()) == len(talk.letters()) == 1


def test_read_state_is_each_persons_own_and_never_goes_back(talk) -> None:
    for text in ("One", "Two"):
        talk.write(talk.pair.asha, text)
    first, second = talk.messages()
    assert "1 new" not in talk.pair.browser(talk.pair.bo).get("/conversations").text
    assert "2 new" in talk.pair.browser(talk.pair.bo).get("/conversations").text
    for until in (second.id, first.id):
        talk.pair.browser(talk.pair.bo).post(f"{talk.url}/read", data={"until": until})
    assert unread(talk, talk.pair.bo) == []
    talk.write(talk.pair.asha, "Three")
    page = talk.page(talk.pair.bo)
    assert page.index("Two") < page.index("New since you were here") < page.index("Three")


def test_reading_a_page_moves_nothing(talk) -> None:
    talk.write(talk.pair.asha, "Hello")
    talk.page(talk.pair.bo)
    assert unread(talk, talk.pair.bo) == [1]


def test_who_only_reads_reads_and_does_not_write(talk) -> None:
    viewer = talk.pair.world.user()
    talk.pair.world.member(talk.pair.us, viewer, MemberRole.VIEWER)
    talk.write(talk.pair.asha, "Hello")
    assert "Hello" in talk.page(viewer)
    assert talk.write(viewer, "Me too").status_code == 403
    assert len(talk.messages()) == 1


def test_what_is_too_long_or_empty_is_refused_and_kept(talk) -> None:
    long = "wafer " * 2000
    answer = talk.write(talk.pair.asha, long)
    assert answer.status_code == 422
    assert long.strip() in answer.text
    assert talk.write(talk.pair.asha, "   ").status_code == 422
    assert talk.messages() == []


def test_either_side_closes_the_door_both_ways_and_opens_it_again(talk) -> None:
    talk.write(talk.pair.asha, "Hello")
    talk.pair.browser(talk.pair.bo).post(f"{talk.url}/close")
    refused = talk.write(talk.pair.asha, "Are you there?")
    assert refused.status_code == 409
    assert "Are you there?" in refused.text
    assert "You closed it" in talk.page(talk.pair.bo)
    assert "You closed it" not in talk.page(talk.pair.asha)
    talk.pair.browser(talk.pair.asha).post(f"{talk.url}/open")
    assert talk.write(talk.pair.asha, "Still?").status_code == 409
    talk.pair.browser(talk.pair.bo).post(f"{talk.url}/open")
    assert talk.write(talk.pair.asha, "Again").status_code == 303


def test_no_meeting_is_offered_behind_a_closed_door(talk) -> None:
    talk.pair.browser(talk.pair.bo).post(f"{talk.url}/close")
    people = [talk.pair.asha.id, talk.pair.bo.id]
    sent = {"title": "Call", "minutes": "30", "people": people, "own_day": "2099-01-13", "own_time": "19:30"}
    answer = talk.pair.browser(talk.pair.asha).post(f"/matches/{talk.pair.match.id}/meetings", data=sent)
    assert answer.status_code in {409, 422}
    assert talk.letters("meeting") == []


def test_a_reported_message_reaches_the_managers_with_its_words(talk) -> None:
    talk.write(talk.pair.asha, "Pay me first")
    [message] = talk.messages()
    report = f"{talk.url}/messages/{message.id}/report"
    assert talk.pair.browser(talk.pair.asha).get(report).status_code == 404
    page = talk.pair.browser(talk.pair.bo)
    assert "Pay me first" in page.get(report).text
    assert page.post(report, data={"reason": "spam", "text": "They ask for money"}).status_code == 303
    with talk.app.app_context():
        [grievance] = db.session.scalars(sa.select(Grievance))
        assert grievance.organization_id == talk.pair.india.id
        assert "Pay me first" in grievance.text
        assert "They ask for money" in grievance.text


@pytest.mark.one_database("sqlite")
@pytest.mark.parametrize(("deadlocks", "status", "kept"), [(1, 303, 1), (2, 503, 0)])
def test_who_is_stopped_by_a_deadlock_is_heard_at_the_second_try(
    talk, monkeypatch, deadlocks, status, kept
) -> None:
    write, left = services.write, iter(range(deadlocks))

    def stopped(*args, **kwargs):
        for _ in left:
            raise sa.exc.OperationalError("UPDATE", {}, psycopg.errors.DeadlockDetected())
        return write(*args, **kwargs)

    monkeypatch.setattr(services, "write", stopped)
    answer = talk.write(talk.pair.asha, "Could you test 300 wafers?")
    assert answer.status_code == status
    assert len(talk.messages()) == kept
    assert kept or "Could you test 300 wafers?" in answer.text
