"""Matches that nobody answers end after fourteen days, and a yes may be taken back until both said it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.audit.models import AuditEvent
from app.db import db
from app.introductions import queries, tasks
from app.introductions.models import Answer, AnswerChoice
from app.introductions.sides import Standing
from app.matching import queries as matching
from app.matching.models import EndReason, Match, MatchEnd, MatchState, TrainingSignal
from app.organizations.models import MemberRole
from app.outbox.models import Email
from app.taxonomy import Country
from tests.introductions.pair import SECRETS, Pair, make_pair

DAY = 86_400


@pytest.fixture(autouse=True)
def _clock_put_right():
    yield
    clock.shift(0)


@pytest.fixture
def pair(world) -> Pair:
    return make_pair(world, decided_at=clock.now(), opens_at=clock.now())


def after(pair: Pair, days: float) -> None:
    """Let it be so many days after both were told, and let the worker do what is due."""
    clock.shift(round(days * DAY))
    with pair.world.app.app_context():
        tasks.expire()


def let_it_end(pair: Pair) -> None:
    """Let everybody be reminded, and time to answer run out."""
    after(pair, 7.1)
    after(pair, 14.1)


def mails(pair: Pair, kind: str) -> list[str]:
    with pair.world.app.app_context():
        query = sa.select(Email.to_address).where(Email.key.startswith(f"{kind}:{pair.match.id}:"))
        return sorted(db.session.scalars(query))


def ends(pair: Pair) -> list[tuple[EndReason, int | None, int | None]]:
    with pair.world.app.app_context():
        found = db.session.scalars(sa.select(MatchEnd))
        return [(end.why, end.organization_id, end.by_id) for end in found]


def standings(pair: Pair) -> tuple[Standing, Standing]:
    with pair.world.app.app_context():
        asha, bo = (queries.side_of(user, pair.match.id) for user in (pair.asha, pair.bo))
        return asha.standing, bo.standing


def actions(pair: Pair) -> list[str]:
    with pair.world.app.app_context():
        query = sa.select(AuditEvent.action).where(AuditEvent.subject_type == "match")
        return list(db.session.scalars(query.order_by(AuditEvent.number)))


def say_yes(pair: Pair, user) -> int:
    return pair.browser(user).post(pair.url("accept")).status_code


def not_now(pair: Pair, user, days: int) -> int:
    until = (clock.now().astimezone(user.zone) + timedelta(days=days)).date()
    page = pair.browser(user).post(pair.url("not-now"), data={"until": until.isoformat()})
    return page.status_code


def test_after_seven_days_each_who_has_not_answered_is_reminded_exactly_once(pair):
    editor, viewer = pair.world.user(email="edith@example.org"), pair.world.user()
    pair.world.member(pair.us, editor)
    pair.world.member(pair.us, viewer, MemberRole.VIEWER)
    say_yes(pair, pair.asha)
    after(pair, 6.9)
    assert mails(pair, "reminder") == []
    after(pair, 7.1)
    after(pair, 9)
    assert mails(pair, "reminder") == ["bo.zephyr@example.org", "edith@example.org"]


def test_after_fourteen_days_it_ends_once_and_only_the_side_that_said_yes_is_written_to(pair):
    say_yes(pair, pair.asha)
    after(pair, 7)
    after(pair, 13.9)
    assert standings(pair) == (Standing.SAID_YES, Standing.TO_ANSWER)
    after(pair, 14.1)
    after(pair, 15)
    assert standings(pair) == (Standing.EXPIRED, Standing.EXPIRED)
    assert actions(pair) == ["match.accepted", "match.expired"]
    assert mails(pair, "expired") == ["asha.qutub@example.org"]


def test_after_an_end_neither_side_can_answer_and_both_are_told_kindly(pair):
    let_it_end(pair)
    for user in (pair.asha, pair.bo):
        page = pair.browser(user).post(pair.url("accept"))
        assert page.status_code == 409
        assert "The time to answer this match is over." in page.text
        page = pair.browser(user).get(pair.url()).text
        assert "The time to answer it is over." in page
        assert f"/matches/{pair.match.id}/hurdles" in page
        assert pair.url("accept") not in page
        assert "the time to answer was over" in pair.browser(user).get("/matches").text


def test_an_ended_match_takes_nobodys_attention_and_is_still_no_pair_to_propose(pair):
    ids = [pair.india.id, pair.us.id]
    with pair.world.app.app_context():
        assert [load.approved for load in matching.loads_of(ids).values()] == [1, 1]
    let_it_end(pair)
    with pair.world.app.app_context():
        assert [load.approved for load in matching.loads_of(ids).values()] == [0, 0]
        assert db.session.get_one(Match, pair.match.id).state is MatchState.APPROVED


def test_not_now_stops_the_clock_until_its_day_and_fourteen_more(pair):
    assert not_now(pair, pair.bo, 20) == 302
    after(pair, 18)
    assert standings(pair) == (Standing.TO_ANSWER, Standing.NOT_NOW)
    assert mails(pair, "reminder") == []
    after(pair, 28.5)
    assert mails(pair, "reminder") == ["asha.qutub@example.org", "bo.zephyr@example.org"]
    after(pair, 32.5)
    assert standings(pair) == (Standing.TO_ANSWER, Standing.TO_ANSWER)
    after(pair, 35.4)
    assert standings(pair) == (Standing.TO_ANSWER, Standing.TO_ANSWER)
    after(pair, 35.6)
    assert standings(pair) == (Standing.EXPIRED, Standing.EXPIRED)


def test_a_yes_after_not_now_leaves_the_other_side_its_fourteen_days(pair):
    not_now(pair, pair.bo, 60)
    after(pair, 20)
    say_yes(pair, pair.bo)
    after(pair, 27)
    after(pair, 33.9)
    assert standings(pair) == (Standing.TO_ANSWER, Standing.SAID_YES)
    after(pair, 34.1)
    assert standings(pair) == (Standing.EXPIRED, Standing.EXPIRED)


@pytest.mark.parametrize("state", ["introduced", "not told"])
def test_what_both_answered_or_nobody_was_told_of_never_ends(world, state):
    opens_at = clock.now() + timedelta(days=60 if state == "not told" else 0)
    pair = make_pair(world, decided_at=clock.now(), opens_at=opens_at)
    if state == "introduced":
        assert [say_yes(pair, user) for user in (pair.asha, pair.bo)] == [302, 302]
    after(pair, 29)
    after(pair, 50)
    assert ends(pair) == []
    assert mails(pair, "reminder") == []


@pytest.mark.parametrize("other_has_said_yes", [True, False])
def test_a_no_ends_the_match_and_gives_both_their_places_back(pair, other_has_said_yes):
    if other_has_said_yes:
        say_yes(pair, pair.asha)
    codes = [
        pair.browser(pair.bo).post(pair.url("decline"), data={"reason": "timing"}).status_code
        for _time in range(2)
    ]
    assert codes == [302, 302]
    with pair.world.app.app_context():
        loads = matching.loads_of([pair.india.id, pair.us.id]).values()
        assert [load.approved for load in loads] == [0, 0]
    after(pair, 40)
    assert ends(pair) == [(EndReason.DECLINED, pair.us.id, pair.bo.id)]
    assert actions(pair) == ["match.accepted"] * other_has_said_yes + ["match.declined"]
    assert standings(pair) == (Standing.CLOSED, Standing.DECLINED)
    assert mails(pair, "reminder") == mails(pair, "expired") == []


def test_a_no_that_the_release_before_took_is_ended_by_the_worker(pair):
    no = {"says": AnswerChoice.NO, "by_id": pair.bo.id, "at": clock.now()}
    pair.world.add(Answer(match_id=pair.match.id, organization_id=pair.us.id, **no))
    after(pair, 1)
    after(pair, 2)
    assert ends(pair) == [(EndReason.DECLINED, pair.us.id, pair.bo.id)]
    assert actions(pair) == ["match.closed"]


def test_who_was_told_long_ago_is_reminded_first_and_has_a_week_from_then(pair):
    say_yes(pair, pair.asha)
    after(pair, 30)
    assert mails(pair, "reminder") == ["bo.zephyr@example.org"]
    last = (pair.match.opens_at + timedelta(days=36)).astimezone(pair.bo.zone)
    assert f"Please answer by {last.day} {last:%b %Y}." in pair.browser(pair.bo).get(pair.url()).text
    after(pair, 36.9)
    assert standings(pair) == (Standing.SAID_YES, Standing.TO_ANSWER)
    after(pair, 37.1)
    assert standings(pair) == (Standing.EXPIRED, Standing.EXPIRED)


def test_where_nobody_can_be_reminded_time_runs_out_all_the_same(world):
    quiet = {"wants_match_mail": False}
    india = world.organization(owner=world.user(**quiet))
    us = world.organization(Country.UNITED_STATES, owner=world.user(**quiet))
    told = {"decided_at": clock.now(), "opens_at": clock.now()}
    match = world.match(india, us, MatchState.APPROVED, **told)
    clock.shift(round(14.1 * DAY))
    with world.app.app_context():
        tasks.expire()
        assert db.session.get_one(Match, match.id).end.why is EndReason.EXPIRED


def test_a_yes_can_be_taken_back_and_its_history_is_kept(pair):
    say_yes(pair, pair.asha)
    asha, bo = pair.browser(pair.asha), pair.browser(pair.bo)
    assert pair.url("withdraw") in asha.get(pair.url()).text
    assert [asha.post(pair.url("withdraw")).status_code for _time in range(2)] == [302, 302]
    assert actions(pair) == ["match.accepted", "match.withdrawn"]
    with pair.world.app.app_context():
        end = db.session.scalars(sa.select(MatchEnd)).one()
        assert (end.why, end.by_id) == (EndReason.WITHDRAWN, pair.asha.id)
        assert db.session.scalars(sa.select(Answer.says)).all() == [AnswerChoice.YES]
        assert db.session.scalars(sa.select(TrainingSignal.weight).order_by(TrainingSignal.id)).all() == [
            1,
            0,
        ]
    assert "You took your yes back" in asha.get(pair.url()).text
    assert "The other side will not go ahead this time" in bo.get(pair.url()).text
    refused = bo.post(pair.url("accept"))
    assert (refused.status_code, "will not go ahead this time" in refused.text) == (409, True)
    assert asha.post(pair.url("accept")).status_code == 409
    after(pair, 15)
    assert (mails(pair, "reminder"), mails(pair, "expired")) == ([], [])


def test_only_a_yes_the_other_side_has_not_answered_can_be_taken_back(pair):
    asha = pair.browser(pair.asha)
    assert asha.post(pair.url("withdraw")).status_code == 409
    say_yes(pair, pair.asha)
    say_yes(pair, pair.bo)
    page = asha.post(pair.url("withdraw"))
    assert (page.status_code, "know each other now" in page.text) == (409, True)
    assert standings(pair) == (Standing.INTRODUCED, Standing.INTRODUCED)


def test_the_last_day_to_answer_is_shown_and_asked_for_by_the_weekly_letter(pair):
    say_yes(pair, pair.asha)
    for user in (pair.asha, pair.bo):
        last = (pair.match.opens_at + timedelta(days=13)).astimezone(user.zone)
        word = "by " if user is pair.bo else "until "
        for address in (pair.url(), "/matches"):
            page = pair.browser(user).get(address).text
            assert f"{word}{last.day} {last:%b %Y}." in page
    with pair.world.app.app_context():
        soon = queries.expiring_for([pair.asha, pair.bo], clock.now() + timedelta(days=15))
        assert {id_: len(found) for id_, found in soon.items()} == {pair.asha.id: 0, pair.bo.id: 1}
        assert soon[pair.bo.id][0].expires_at == pair.match.opens_at + timedelta(days=14)
        assert queries.expiring_for([pair.bo], clock.now() + timedelta(days=13)) == {pair.bo.id: []}


def test_on_the_last_day_the_page_asks_for_today_and_never_for_a_day_that_is_over(pair):
    clock.shift(round(13.99 * DAY))
    page = pair.browser(pair.bo)
    assert "Please answer today." in page.get(pair.url()).text
    assert "Please answer today." in page.get("/matches").text


def test_before_both_said_yes_no_page_letter_program_or_calendar_names_the_other(pair):
    say_yes(pair, pair.asha)
    after(pair, 7.1)
    _assert_silent(pair)
    after(pair, 14.1)
    _assert_silent(pair)


def _assert_silent(pair: Pair) -> None:
    for user, own, theirs in ((pair.asha, pair.india, "us"), (pair.bo, pair.us, "india")):
        browser, program = pair.browser(user), pair.world.program_of(user)
        texts = [browser.get(address).text for address in (pair.url(), "/matches", "/calendar")]
        texts.append(browser.get("/digest/preview").text)
        texts.append(program.get(f"/api/v1/organizations/{own.id}/matches").text)
        with pair.world.app.app_context():
            written = db.session.scalars(sa.select(Email).where(Email.to_address == user.email))
            texts += [f"{mail.subject}{mail.text}{mail.html}{mail.calendar}" for mail in written]
        assert not [word for word in SECRETS[theirs] for text in texts if word in text]


@pytest.mark.parametrize("how", ["expired", "withdrawn"])
def test_what_stood_in_the_way_of_an_ended_match_can_be_said(pair, how):
    say_yes(pair, pair.asha)
    if how == "withdrawn":
        pair.browser(pair.asha).post(pair.url("withdraw"))
    else:
        let_it_end(pair)
    typed = {"kind": "visa", "stage": "before_meeting"}
    page = pair.browser(pair.asha)
    assert page.get(pair.url("hurdles")).status_code == 200
    assert page.post(pair.url("hurdles"), data=typed).status_code in {302, 303}


def test_a_program_is_refused_an_answer_to_an_ended_match(pair):
    let_it_end(pair)
    address = f"/api/v1/organizations/{pair.us.id}/matches/{pair.match.id}"
    program = pair.world.program_of(pair.bo)
    assert program.get(address).json["standing"] == "expired"
    assert program.post(f"{address}/answer", json={"says": "yes"}).status_code == 409
    assert program.post(f"{address}/withdraw").status_code == 409


def test_a_program_takes_a_yes_back(pair):
    address = f"/api/v1/organizations/{pair.us.id}/matches/{pair.match.id}"
    program = pair.world.program_of(pair.bo)
    assert program.post(f"{address}/withdraw").status_code == 409
    assert program.post(f"{address}/answer", json={"says": "yes"}).json["standing"] == "said_yes"
    taken = program.post(f"{address}/withdraw")
    assert (taken.status_code, taken.json["standing"]) == (200, "withdrawn")
    assert actions(pair) == ["match.accepted", "match.withdrawn"]
