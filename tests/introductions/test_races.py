"""Answers given at the same moment: one history each, whatever the order."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEvent
from app.db import db
from app.introductions.models import Answer, AnswerChoice, Introduction
from app.matching.models import Match, MatchState
from app.outbox.models import Email
from app.taxonomy import Country
from tests.introductions.pair import Pair
from tests.world import World

ROUNDS = 30


def at_once(*acts: Callable[[], int]) -> list[int]:
    """Start all acts at the same moment; gives their answers in order."""
    barrier = threading.Barrier(len(acts))
    answers: dict[int, int] = {}

    def start(number: int, act: Callable[[], int]) -> None:
        barrier.wait()
        answers[number] = act()

    threads = [threading.Thread(target=start, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[number] for number in range(len(acts))]


def new_match(world: World, pair: Pair) -> Match:
    us = world.organization(Country.UNITED_STATES, owner=pair.bo)
    return world.match(pair.india, us, MatchState.APPROVED)


def history(app: Flask, match: Match) -> tuple[Counter[str], int, int]:
    """(what was recorded, introductions, mails) of a match."""
    with app.app_context():
        actions = sa.select(AuditEvent.action).where(
            AuditEvent.subject_type == "match", AuditEvent.subject_id == str(match.id)
        )
        introductions = sa.select(Introduction).where(Introduction.match_id == match.id)
        mails = sa.select(Email).where(Email.key.startswith(f"introduction:{match.id}:"))
        return (
            Counter(db.session.scalars(actions)),
            len(db.session.scalars(introductions).all()),
            len(db.session.scalars(mails).all()),
        )


def test_two_yeses_at_once_make_one_introduction_and_one_mail_a_person(app, world, pair):
    asha, bo = pair.browser(pair.asha), pair.browser(pair.bo)
    for _round in range(ROUNDS):
        match = new_match(world, pair)
        address = f"/matches/{match.id}/accept"
        assert at_once(
            lambda to=address: asha.post(to).status_code, lambda to=address: bo.post(to).status_code
        ) == [302, 302]
        assert history(app, match) == ({"match.accepted": 2, "match.introduced": 1}, 1, 2)


def test_a_yes_sent_four_times_at_once_counts_once(app, world, pair):
    browsers = [pair.browser(pair.asha) for _time in range(4)]
    match = new_match(world, pair)
    acts = [lambda b=browser: b.post(f"/matches/{match.id}/accept").status_code for browser in browsers]
    assert at_once(*acts) == [302] * 4
    assert history(app, match) == ({"match.accepted": 1}, 0, 0)


@pytest.mark.parametrize("typed", [{"reason": "timing"}])
def test_a_yes_and_a_no_at_once_never_introduce(app, world, pair, typed):
    asha, bo = pair.browser(pair.asha), pair.browser(pair.bo)
    for _round in range(10):
        match = new_match(world, pair)
        yes, no = at_once(
            lambda m=match: asha.post(f"/matches/{m.id}/accept").status_code,
            lambda m=match: bo.post(f"/matches/{m.id}/decline", data=typed).status_code,
        )
        assert no == 302
        assert yes in {302, 409}
        with app.app_context():
            said = set(db.session.scalars(sa.select(Answer.says).where(Answer.match_id == match.id)))
        assert said == ({AnswerChoice.YES, AnswerChoice.NO} if yes == 302 else {AnswerChoice.NO})
        assert history(app, match)[1:] == (0, 0)


def test_one_organization_saying_yes_and_no_at_once_keeps_one_of_them(app, world, pair):
    editor = world.user()
    world.member(pair.india, editor)
    asha, edith = pair.browser(pair.asha), pair.browser(editor)
    for _round in range(10):
        match = new_match(world, pair)
        codes = at_once(
            lambda m=match: asha.post(f"/matches/{m.id}/accept").status_code,
            lambda m=match: edith.post(f"/matches/{m.id}/decline", data={"reason": "timing"}).status_code,
        )
        assert sorted(codes) == [302, 409]
        assert history(app, match)[0].total() == 1
