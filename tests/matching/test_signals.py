"""What managers and sides say is kept for the recommender, in the transaction of the act."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock
from app.db import db
from app.introductions import services as introductions
from app.introductions.models import Answer, NoReason
from app.introductions.queries import side_to_answer
from app.matching import frames, services, signals
from app.matching.models import Match, MatchState, RejectReason, ReviewAction, Said, TrainingSignal
from tests.desk.desk import pair
from tests.matching.said import rows


def decide(app, case, act, **values) -> None:
    with app.app_context():
        match = db.session.get_one(Match, case.match.id)
        act(match, case.manager, version=match.version, **values)
        db.session.commit()


def side(case, place: int):
    organization = (case.india, case.us)[place]
    return side_to_answer(case.owners[place], case.match.id, organization.id)


def said(app) -> list[tuple[int | None, Said, float]]:
    with app.app_context():
        return [(one.organization_id, one.says, one.weight) for one in signals.statements()]


def test_an_approval_is_kept_with_who_decided(app, world) -> None:
    case = pair(world)
    decide(app, case, services.approve)
    (kept,) = rows(app, TrainingSignal)
    assert (kept.says, kept.organization_id, kept.by_id, kept.weight) == (
        Said.APPROVE,
        None,
        case.manager.id,
        1.0,
    )


def test_a_rejection_for_the_moment_says_less_than_one_for_the_fit(app, world) -> None:
    weights = {}
    for reason in RejectReason:
        case = pair(world)
        decide(app, case, services.reject, reason=reason)
        weights[reason] = rows(app, TrainingSignal)[-1].weight
    assert max(weights.values()) == weights[RejectReason.NOT_COMPLEMENTARY] == 1.0
    assert weights[RejectReason.OVERLOADED] == weights[RejectReason.SENSITIVE] == 0.0
    assert 0 < weights[RejectReason.NEED_NOT_CURRENT] < weights[RejectReason.COMPETITORS]


def test_a_question_teaches_nothing(app, world) -> None:
    case = pair(world)
    decide(app, case, services.ask_more, note="How many?")
    assert rows(app, TrainingSignal) == []


def test_a_repeated_press_of_the_same_button_is_kept_once(app, world) -> None:
    case = pair(world)
    decide(app, case, services.approve)
    with app.app_context():
        match = db.session.get_one(Match, case.match.id)
        services.approve(match, case.manager, version=case.match.version)
        db.session.commit()
    assert len(rows(app, TrainingSignal)) == 1


def test_the_answers_of_both_sides_and_the_introduction_are_kept(app, world) -> None:
    case = pair(world, state=MatchState.APPROVED)
    for place in (0, 1):
        with app.app_context():
            introductions.accept(side(case, place), by=case.owners[place])
            db.session.commit()
    assert [(who, says) for who, says, _ in said(app)] == [
        (case.india.id, Said.YES),
        (case.us.id, Said.YES),
        (None, Said.INTRODUCED),
    ]


def test_of_a_side_only_its_last_word_counts(app, world) -> None:
    case = pair(world, state=MatchState.APPROVED)
    with app.app_context():
        until = clock.now().date() + timedelta(days=9)
        introductions.say_not_now(side(case, 0), by=case.owners[0], until=until)
        db.session.commit()
    with app.app_context():
        introductions.decline(side(case, 0), by=case.owners[0], reason=NoReason.TIMING)
        db.session.commit()
    assert len(rows(app, TrainingSignal)) == 2
    assert said(app) == [(case.india.id, Said.NO, 0.2)]


def test_an_answer_that_is_rolled_back_leaves_no_signal(app, world) -> None:
    case = pair(world, state=MatchState.APPROVED)
    with app.app_context():
        introductions.accept(side(case, 0), by=case.owners[0])
        db.session.rollback()
    assert rows(app, Answer) == rows(app, TrainingSignal) == []


def test_the_frame_has_a_row_a_direction(app, world) -> None:
    case = pair(world)
    decide(app, case, services.approve)
    with app.app_context():
        introductions.accept(side(case, 1), by=case.owners[1])
        db.session.commit()
        frame = frames.decision_frame(signals.statements())
    ends = (case.india.id, case.us.id)
    assert list(zip(frame["id"], frame["candidate"], frame["decision"], strict=True)) == [
        (*ends, "approve"),
        (*ends[::-1], "approve"),
        (*ends[::-1], "yes"),
    ]
    assert frame["said_by"].tolist() == ["manager", "manager", "side"]
    assert frame["by"].tolist() == [case.manager.id, case.manager.id, case.owners[1].id]


def test_a_frame_of_nothing_has_its_columns(app) -> None:
    frame = frames.decision_frame([])
    assert {"id", "candidate", "decision", "decided_at", "weight"} <= set(frame.columns)
    assert len(frame) == 0


@pytest.mark.parametrize("action", list(ReviewAction))
def test_every_action_of_the_desk_is_known_or_says_nothing(app, world, action) -> None:
    case = pair(world)
    with app.app_context():
        match = db.session.get_one(Match, case.match.id)
        signals.record_review(match, action, None, case.manager.id)
        db.session.commit()
    assert len(rows(app, TrainingSignal)) == (action is not ReviewAction.ASK_MORE)
