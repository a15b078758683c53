"""What a pair has reached: stated by one side, answered by the other, and counted apart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock
from app.db import db
from app.matching.models import MatchState, Said, TrainingSignal
from app.meetings.models import Attendance, Meeting, MeetingState
from app.outbox.models import Email
from app.outcomes import queries, tasks
from app.outcomes.models import Milestone, MilestoneKind, MilestoneState, OutcomeCheck
from app.taxonomy import Country
from tests.introductions.test_races import at_once


def answer(introduced, act, who="bo", **typed):
    milestone = introduced.rows(Milestone)[-1]
    person = getattr(introduced.pair, who)
    return introduced.pair.browser(person).post(f"/milestones/{milestone.id}/{act}", data=typed)


def test_a_milestone_is_one_side_s_word_until_the_other_confirms_it(app, introduced) -> None:
    assert introduced.state(value_band="to_100", currency="USD").status_code == 303
    [asked] = introduced.rows(Email)
    assert asked.to_address == "bo.zephyr@example.org"
    assert "Pilot begun" in asked.subject
    with app.app_context():
        waits = queries.to_confirm_of([introduced.pair.asha, introduced.pair.bo])
        assert [len(found) for found in waits.values()] == [0, 1]
    assert answer(introduced, "confirm", who="asha").status_code == 403
    assert answer(introduced, "confirm").status_code == 303
    [milestone] = introduced.rows(Milestone)
    assert milestone.state is MilestoneState.CONFIRMED
    [signal] = introduced.rows(TrainingSignal)
    assert (signal.says, signal.weight) == (Said.OUTCOME, pytest.approx(0.8 * 0.8))
    with app.app_context():
        pilot = next(row for row in queries.ledger() if row.kind is MilestoneKind.PILOT)
        assert (pilot.confirmed, pilot.one_side, pilot.disputed) == (1, 0, 0)
        assert [(c, b.value, n) for c, b, n in queries.worth()] == [("USD", "to_100", 1)]


def test_what_is_said_twice_is_one(introduced) -> None:
    for _ in range(2):
        assert introduced.state().status_code == 303
    assert len(introduced.rows(Milestone)) == 1
    day = introduced.rows(Milestone)[0].reached_on.isoformat()
    typed = {"kind": "pilot", "reached_on": day, "evidence": "word", "value_band": ""}
    same = introduced.pair.browser(introduced.pair.bo).post(introduced.url, data=typed)
    assert same.status_code == 409
    assert "confirm it instead" in same.text


def test_a_disputed_milestone_counts_apart_and_teaches_nothing(app, introduced) -> None:
    introduced.state()
    silent = answer(introduced, "contest", why=" ")
    assert silent.status_code == 422
    assert "Say in a few words what is wrong." in silent.text
    assert answer(introduced, "contest", why="It was planned only").status_code == 303
    assert answer(introduced, "confirm").status_code == 409
    assert introduced.rows(TrainingSignal) == []
    with app.app_context():
        assert sum(row.disputed for row in queries.ledger()) == 1
    assert answer(introduced, "withdraw", who="asha").status_code == 303
    with app.app_context():
        assert sum(row.disputed + row.one_side for row in queries.ledger()) == 0


def test_what_both_confirmed_stands(introduced) -> None:
    introduced.state()
    answer(introduced, "confirm")
    assert answer(introduced, "confirm").status_code == 303
    assert answer(introduced, "withdraw", who="asha").status_code == 409
    assert len(introduced.rows(TrainingSignal)) == 1


def test_nobody_else_sees_or_answers(introduced, world) -> None:
    introduced.state()
    stranger = world.user()
    assert introduced.pair.browser(stranger).get(introduced.url).status_code == 404
    milestone = introduced.rows(Milestone)[0]
    assert introduced.pair.browser(stranger).post(f"/milestones/{milestone.id}/confirm").status_code == 404
    other = world.organization(Country.UNITED_STATES)
    only_approved = world.match(introduced.pair.india, other, MatchState.APPROVED)
    asha = introduced.pair.browser(introduced.pair.asha)
    assert asha.get(f"/matches/{only_approved.id}/outcomes").status_code == 404


@pytest.mark.parametrize(
    ("typed", "status", "message"),
    [
        ({"kind": ""}, 422, "Choose what was reached."),
        ({"reached_on": "31.31.2026"}, 422, "Not a valid date value."),
        ({"value_band": "to_10"}, 422, "Choose the currency of the value."),
        ({"evidence": "public"}, 422, "Give the address of the source."),
        ({"reached_on": "2019-01-01"}, 409, "Choose a day between your introduction and today."),
        ({"reached_on": "2199-01-01"}, 409, "Choose a day between your introduction and today."),
    ],
)
def test_what_cannot_be_is_said(introduced, typed, status, message) -> None:
    refused = introduced.state(**typed)
    assert refused.status_code == status
    assert message in refused.text
    assert introduced.rows(Milestone) == []


def test_both_are_asked_after_a_month_and_later_answers_close_earlier_questions(app, introduced) -> None:
    browser = introduced.pair.browser(introduced.pair.asha)
    assert "30 days after your introduction" in browser.get(introduced.url).text
    assert browser.post(f"{introduced.url}/check", data={"day": 90, "says": "ended"}).status_code == 409
    typed = {"day": 30, "says": "under_way"}
    assert browser.post(f"{introduced.url}/check", data=typed).status_code == 303
    assert "days after your introduction" not in browser.get(introduced.url).text
    clock.shift(int(timedelta(days=150).total_seconds()))
    with app.app_context():
        [(side, day)] = queries.questions_for(introduced.pair.asha)
        assert day == 180
        assert side.organization.id == introduced.pair.india.id
        many = queries.questions_of([introduced.pair.asha, introduced.pair.bo])
        assert [[day for _side, day in found] for found in many.values()] == [[180], [180]]
    assert [row.day for row in introduced.rows(OutcomeCheck)] == [30]


def test_of_a_confirmation_and_a_withdrawal_at_once_one_holds(introduced) -> None:
    asha, bo = (introduced.pair.browser(one) for one in (introduced.pair.asha, introduced.pair.bo))
    for days_ago in range(10):
        introduced.state(days_ago=days_ago)
        milestone = introduced.rows(Milestone)[-1]
        address = f"/milestones/{milestone.id}"
        answers = at_once(
            lambda to=address: bo.post(f"{to}/confirm").status_code,
            lambda to=address: asha.post(f"{to}/withdraw").status_code,
        )
        after = introduced.rows(Milestone)[-1].state
        taught = [signal.id for signal in introduced.rows(TrainingSignal)]
        assert sorted(answers) == [303, 409]
        assert after is (MilestoneState.CONFIRMED if answers[0] == 303 else MilestoneState.WITHDRAWN)
        confirmed = [m for m in introduced.rows(Milestone) if m.state is MilestoneState.CONFIRMED]
        assert len(taught) == len(confirmed)


def test_the_ledger_is_open_to_everybody(app, introduced) -> None:
    introduced.state()
    page = app.test_client().get("/outcomes").text
    assert "Pilot begun" in page
    assert "Qutubfab" not in page


def test_a_meeting_both_say_was_held_is_a_confirmed_milestone_once(app, introduced, world) -> None:
    pair = introduced.pair
    meeting = world.meeting(pair.match, pair.asha, pair.bo)
    with app.app_context():
        row = db.session.get_one(Meeting, meeting.id)
        row.state, row.starts_at = MeetingState.BOOKED, clock.now() - timedelta(days=2)
        row.guests[0].says, row.guests[0].said_at = Attendance.HELD, clock.now()
        db.session.commit()
        tasks.note_meetings()
    assert introduced.rows(Milestone) == []
    with app.app_context():
        row = db.session.get_one(Meeting, meeting.id)
        row.guests[1].says, row.guests[1].said_at = Attendance.HELD, clock.now()
        db.session.commit()
        tasks.note_meetings()
        tasks.note_meetings()
    [milestone] = introduced.rows(Milestone)
    assert (milestone.kind, milestone.state) == (MilestoneKind.MET, MilestoneState.CONFIRMED)
    [signal] = introduced.rows(TrainingSignal)
    assert signal.weight == pytest.approx(0.3 * 0.8)


def test_who_says_that_it_ended_is_asked_what_stood_in_the_way(introduced) -> None:
    browser = introduced.pair.browser(introduced.pair.asha)
    answer = browser.post(f"{introduced.url}/check", data={"day": 30, "says": "ended"})
    assert "/hurdles" in answer.headers["Location"]
