"""Each side says yes, not now or no; two yeses make an introduction."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.audit.models import AuditEvent
from app.db import db
from app.introductions import queries
from app.introductions.models import Answer, AnswerChoice, Introduction, NoReason
from app.matching.models import MatchState
from app.organizations.models import MemberRole
from app.outbox.models import Email
from app.taxonomy import Country
from tests.introductions.pair import make_pair


def rows(app: Flask, model: type) -> list:
    with app.app_context():
        found = db.session.scalars(sa.select(model)).all()
        db.session.expunge_all()
        return list(found)


def actions(app: Flask) -> list[str]:
    events = sorted(rows(app, AuditEvent), key=lambda event: event.number)
    return [event.action for event in events if event.subject_type == "match"]


def in_days(days: int) -> str:
    return (clock.now() + timedelta(days=days)).date().isoformat()


def test_one_yes_waits_for_the_other_side(app, pair):
    page = pair.browser(pair.asha).post(pair.url("accept"), follow_redirects=True)
    assert "The other side has not answered yet" in page.text
    assert [a.says for a in rows(app, Answer)] == [AnswerChoice.YES]
    assert rows(app, Introduction) == []
    assert rows(app, Email) == []
    assert actions(app) == ["match.accepted"]


def test_two_yeses_introduce_both_with_one_mail_to_each_person(app, pair):
    pair.browser(pair.asha).post(pair.url("accept"))
    page = pair.browser(pair.bo).post(pair.url("accept"), follow_redirects=True)
    assert "You are introduced" in page.text
    assert "Qutubfab Devices" in page.text
    assert "asha.qutub@example.org" in page.text
    assert len(rows(app, Introduction)) == 1
    mails = {mail.to_address: mail for mail in rows(app, Email)}
    assert set(mails) == {"asha.qutub@example.org", "bo.zephyr@example.org"}
    assert mails["bo.zephyr@example.org"].key == f"introduction:{pair.match.id}:{pair.bo.id}"
    assert mails["bo.zephyr@example.org"].unsubscribe_url.count("/unsubscribe/contact/") == 1
    for mail in mails.values():
        for words in (
            "Qutubfab Devices",
            "Zephyrine Wafers",
            "asha.qutub@example.org",
            "bo.zephyr@example.org",
        ):
            assert words in mail.text
            assert words in mail.html
    assert actions(app) == ["match.accepted", "match.accepted", "match.introduced"]


def test_the_introduction_goes_to_owners_and_editors_and_not_to_viewers_or_left_accounts(app, world, pair):
    editor, viewer = world.user(), world.user()
    left = world.user(deactivated_at=clock.now())
    quiet = world.user(wants_match_mail=False)
    for user, role in ((editor, "editor"), (viewer, "viewer"), (left, "editor"), (quiet, "editor")):
        world.member(pair.us, user, MemberRole(role))
    pair.browser(pair.asha).post(pair.url("accept"))
    pair.browser(pair.bo).post(pair.url("accept"))
    assert {mail.user_id for mail in rows(app, Email)} == {pair.asha.id, pair.bo.id, editor.id, quiet.id}


def test_saying_the_same_again_changes_nothing(app, pair):
    browser = pair.browser(pair.asha)
    for _time in range(3):
        assert browser.post(pair.url("accept")).status_code == 302
    other = pair.browser(pair.bo)
    for _time in range(3):
        assert other.post(pair.url("accept")).status_code == 302
    assert len(rows(app, Answer)) == 2
    assert len(rows(app, Email)) == 2
    assert actions(app) == ["match.accepted", "match.accepted", "match.introduced"]


def test_not_now_may_become_a_yes(app, pair):
    browser = pair.browser(pair.asha)
    browser.post(pair.url("not-now"), data={"until": in_days(30)})
    (answer,) = rows(app, Answer)
    assert (answer.says, answer.until.isoformat()) == (AnswerChoice.NOT_NOW, in_days(30))
    browser.post(pair.url("accept"))
    (answer,) = rows(app, Answer)
    assert (answer.says, answer.until) == (AnswerChoice.YES, None)
    assert actions(app) == ["match.postponed", "match.accepted"]


def test_not_now_may_become_a_no_and_its_day_may_be_changed(app, pair):
    browser = pair.browser(pair.asha)
    browser.post(pair.url("not-now"), data={"until": in_days(30)})
    browser.post(pair.url("not-now"), data={"until": in_days(60)})
    browser.post(pair.url("decline"), data={"reason": "timing"})
    (answer,) = rows(app, Answer)
    assert (answer.says, answer.reason_code) == (AnswerChoice.NO, NoReason.TIMING)
    assert actions(app) == ["match.postponed", "match.postponed", "match.declined"]


def test_a_match_waits_again_when_the_day_of_not_now_has_come(app, pair):
    browser = pair.browser(pair.asha)
    browser.post(pair.url("not-now"), data={"until": in_days(10)})
    assert "Yes, introduce us" not in browser.get("/matches").text
    clock.shift(11 * 86400)
    browser = pair.browser(pair.asha)
    assert "One answer waits for you" in browser.get("/matches").text


@pytest.mark.parametrize("until", ["", "soon", "2020-01-01", in_days(0), in_days(190)])
def test_a_day_that_cannot_be_is_said_beside_its_field(app, pair, until):
    page = pair.browser(pair.asha).post(pair.url("not-now"), data={"until": until})
    assert page.status_code == 422
    assert "usa-error-message" in page.text
    assert rows(app, Answer) == []


def test_a_no_needs_a_reason_and_loses_no_note(app, pair):
    page = pair.browser(pair.asha).post(pair.url("decline"), data={"note": "we sold that line"})
    assert page.status_code == 422
    assert "Choose the reason that comes closest." in page.text
    assert "we sold that line" in page.text
    assert rows(app, Answer) == []


def test_a_no_closes_the_match_for_the_other_side_without_a_reason_and_without_a_mail(app, pair):
    pair.browser(pair.asha).post(pair.url("decline"), data={"reason": "competitor", "note": "they copy us"})
    other = pair.browser(pair.bo)
    for page in (other.get(pair.url()).text, other.get("/matches").text):
        assert "The other side will not go ahead this time." in page
        assert "competitor" not in page
        assert "copy" not in page
    assert rows(app, Email) == []
    refused = other.post(pair.url("accept"))
    assert refused.status_code == 409
    assert len(rows(app, Answer)) == 1


@pytest.mark.parametrize(
    ("first", "second"), [("accept", "decline"), ("decline", "accept"), ("accept", "not-now")]
)
def test_a_yes_and_a_no_are_final_and_the_page_names_who_said_it(app, world, pair, first, second):
    editor = world.user(name="Edith Editor")
    world.member(pair.india, editor, MemberRole.EDITOR)
    typed = {"reason": "timing", "until": in_days(5)}
    pair.browser(pair.asha).post(pair.url(first), data=typed)
    refused = pair.browser(editor).post(pair.url(second), data=typed)
    assert refused.status_code == 409
    assert "Asha Qutubwala" in refused.text
    assert len(actions(app)) == 1


@pytest.mark.parametrize("state", [MatchState.PROPOSED, MatchState.HELD, MatchState.INFO_REQUESTED])
@pytest.mark.parametrize("act", ["accept", "not-now", "decline"])
def test_only_an_approved_match_can_be_answered(app, world, state, act):
    pair = make_pair(world, state)
    page = pair.browser(pair.asha).post(pair.url(act), data={"reason": "timing", "until": in_days(5)})
    assert page.status_code == 409
    assert rows(app, Answer) == []


@pytest.mark.parametrize("state", [MatchState.REJECTED, MatchState.STALE])
def test_a_match_that_was_not_approved_is_not_there(world, state):
    pair = make_pair(world, state)
    assert pair.browser(pair.asha).get(pair.url()).status_code == 404


def test_who_sits_on_both_sides_answers_for_each_and_gets_one_mail(app, world):
    both = world.user()
    india = world.organization(Country.INDIA, owner=both)
    us = world.organization(Country.UNITED_STATES, owner=both)
    match = world.match(india, us, MatchState.APPROVED)
    browser = world.sign_in(both)
    browser.post(f"/matches/{match.id}/accept", data={"organization_id": us.id})
    assert [a.organization_id for a in rows(app, Answer)] == [us.id]
    browser.post(f"/matches/{match.id}/accept")
    assert {a.organization_id for a in rows(app, Answer)} == {india.id, us.id}
    assert len(rows(app, Introduction)) == 1
    assert len(rows(app, Email)) == 1


def test_nobody_answers_for_an_organization_they_are_not_in(app, pair):
    page = pair.browser(pair.asha).post(pair.url("accept"), data={"organization_id": pair.us.id})
    assert page.status_code == 404
    assert rows(app, Answer) == []


def test_open_answers_are_those_a_person_may_give(app, world, pair):
    viewer = world.user()
    world.member(pair.india, viewer, MemberRole.VIEWER)
    with app.app_context():
        assert [s.match.id for s in queries.open_answers_for(db.session.merge(pair.asha))] == [pair.match.id]
        assert queries.open_answers_for(db.session.merge(viewer)) == []
