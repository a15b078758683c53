"""Answers, a withdrawal and the worker at the same moment: one history each, whatever the order.

ROUNDS=100 makes it long; the suite takes a few.
"""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.audit import queries as audit
from app.audit.models import AuditEvent
from app.db import db
from app.introductions import tasks
from app.introductions.models import Answer, AnswerChoice, AnswerReminder, Introduction
from app.matching.models import Match, MatchEnd, MatchState
from app.outbox.models import Email
from app.taxonomy import Country
from tests.introductions.pair import Pair
from tests.introductions.test_races import at_once
from tests.world import World

ROUNDS = int(os.environ.get("ROUNDS", "3"))
FINAL = {"match.introduced", "match.declined", "match.withdrawn", "match.expired"}


def told(world: World, pair: Pair, days: int) -> Match:
    us = world.organization(Country.UNITED_STATES, owner=pair.bo)
    then = clock.now() - timedelta(days=days)
    match = world.match(pair.india, us, MatchState.APPROVED, decided_at=then, opens_at=then)
    if days >= 14:
        for user in (pair.asha, pair.bo):
            world.add(AnswerReminder(match_id=match.id, user_id=user.id, at=then + timedelta(days=7)))
    return match


def work(app: Flask) -> int:
    with app.app_context():
        tasks.expire()
    return 0


def actions(app: Flask, match: Match) -> list[str]:
    with app.app_context():
        query = sa.select(AuditEvent.action).where(
            AuditEvent.subject_type == "match", AuditEvent.subject_id == str(match.id)
        )
        return list(db.session.scalars(query.order_by(AuditEvent.number)))


@pytest.mark.parametrize(("act", "typed"), [("accept", {}), ("decline", {"reason": "timing"})])
@pytest.mark.parametrize("asha_has_said_yes", [True, False])
def test_an_answer_a_withdrawal_and_two_workers_at_once_leave_one_history(
    app, world, pair, act, typed, asha_has_said_yes
):
    asha, again, bo = (pair.browser(user) for user in (pair.asha, pair.asha, pair.bo))
    for _round in range(ROUNDS):
        match = told(world, pair, 15)
        to = f"/matches/{match.id}"
        if asha_has_said_yes:
            assert again.post(f"{to}/accept").status_code == 302
        codes = at_once(
            lambda to=to: asha.post(f"{to}/withdraw").status_code,
            lambda to=to: bo.post(f"{to}/{act}", data=typed).status_code,
            lambda to=to: again.post(f"{to}/accept").status_code,
            lambda: work(app),
            lambda: work(app),
        )
        assert set(codes) <= {302, 409, 0}
        # A worker leaves alone what somebody is answering just then, and comes again.
        work(app)
        _assert_one_history(app, match)
    with app.app_context():
        assert audit.chain_check().broken_number is None


def _assert_one_history(app: Flask, match: Match) -> None:
    happened = actions(app, match)
    assert [action for action in happened if action in FINAL] == happened[-1:], happened
    with app.app_context():
        says = list(db.session.scalars(sa.select(Answer.says).where(Answer.match_id == match.id)))
        ends = db.session.scalars(sa.select(MatchEnd.why).where(MatchEnd.match_id == match.id)).all()
        met = db.session.scalars(sa.select(Introduction.id).where(Introduction.match_id == match.id)).all()
        mails = list(
            db.session.scalars(
                sa.select(Email.key).where(Email.key.contains(f":{match.id}:")).order_by(Email.id)
            )
        )
    yeses = says.count(AnswerChoice.YES)
    last = happened[-1]
    assert happened.count("match.accepted") == yeses
    assert [f"match.{why}" for why in ends] == [last] * (last != "match.introduced")
    assert len(met) == (last == "match.introduced")
    assert len([key for key in mails if key.startswith("introduction")]) == 2 * len(met)
    assert len([key for key in mails if key.startswith("expired")]) == yeses * (last == "match.expired")


def test_four_workers_at_once_remind_each_person_once_and_end_each_match_once(app, world, pair):
    for _round in range(ROUNDS):
        waiting, over = told(world, pair, 8), told(world, pair, 15)
        at_once(*[lambda: work(app)] * 4)
        # What one worker had locked the others left alone; nothing is done twice.
        work(app)
        with app.app_context():
            reminded = sa.select(AnswerReminder.user_id).where(AnswerReminder.match_id == waiting.id)
            assert sorted(db.session.scalars(reminded)) == [pair.asha.id, pair.bo.id]
            mails = sa.select(Email.id).where(Email.key.startswith(f"reminder:{waiting.id}:"))
            assert len(db.session.scalars(mails).all()) == 2
        assert actions(app, over) == ["match.expired"]
        assert actions(app, waiting) == []
