"""Two managers and a lead decide at once on the same cases. `ROUNDS=50` plays the full number of rounds."""

from __future__ import annotations

import os
import random
import threading
from collections import Counter

import sqlalchemy as sa

from app.accounts.models import Role, User
from app.audit import queries as audit
from app.db import db
from app.desk import releasing, staging, undoing
from app.desk.models import Action, Case, CaseState, Decision, DecisionState, Release
from app.desk.staging import Terms
from app.errors import AlreadyDecided, RuleBroken
from app.matching.models import Match, MatchState
from app.outbox.models import Email
from app.taxonomy import Country

ROUNDS = int(os.environ.get("ROUNDS", "1"))
CASES = 50 if ROUNDS > 1 else 12
_CHOICES = (
    Terms(Action.APPROVE),
    Terms(Action.REJECT, reason_code="competitors"),
    Terms(Action.ASK, note="How many a month?", sides=("india",)),
)


def test_of_three_who_decide_at_once_one_wins_each_case_and_the_others_are_told(app, world) -> None:
    program_people = [world.user(Role.PROGRAM_MANAGER, name=f"Manager {n}") for n in range(2)]
    lead = world.user(Role.PROGRAM_MANAGER, name="Lead")
    program = world.program(*program_people, lead=lead)
    people = [*program_people, lead]
    us = [world.organization(Country.UNITED_STATES, owner=world.user()) for _ in range(5)]
    for number in range(ROUNDS):
        ids = _cases(world, program, us)
        told = _all_at_once(app, people, ids, seed=number)
        _check(app, ids, told, len(people))
    with app.app_context():
        assert audit.chain_check().broken_number is None


def _cases(world, program, us) -> list[int]:
    india = [world.organization() for _ in range(CASES // len(us))]
    pairs = [(one, other) for one in india for other in us][:CASES]
    return [world.case(world.match(one, other, program_id=program.id)).id for one, other in pairs]


def _all_at_once(app, people, ids, seed) -> Counter[str]:
    told: Counter[str] = Counter()
    failures: list[BaseException] = []
    start = threading.Barrier(len(people))

    def play(person: User, number: int) -> None:
        chance = random.Random(seed * 10 + number)
        try:
            start.wait()
            for case_id in chance.sample(ids, len(ids)):
                told[_decide(app, person.id, case_id, chance.choice(_CHOICES))] += 1
            _release_and_undo_some(app, person.id, chance)
        except BaseException as error:  # noqa: BLE001 (a thread's failure is the test's)
            failures.append(error)

    threads = [threading.Thread(target=play, args=(one, at)) for at, one in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
    return told


def _decide(app, user_id, case_id, terms) -> str:
    """What the person is told."""
    with app.test_request_context():
        user = db.session.get_one(User, user_id)
        case = db.session.get_one(Case, case_id)
        try:
            decision = staging.stage(case, user, terms, version=1)
        except AlreadyDecided as decided:
            db.session.rollback()
            return "lost" if decided.winner else "lost to nobody"
        except RuleBroken:
            # The winner has undone it meanwhile.
            db.session.rollback()
            return "lost"
        assert decision.by_id == user_id
        db.session.commit()
        return "won"


def _release_and_undo_some(app, user_id, chance) -> None:
    with app.test_request_context():
        user = db.session.get_one(User, user_id)
        staged = staging.staged_by(user)
        if not staged:
            return
        made = releasing.release(user, staged)
        assert not made.foreseen["kept"]
        db.session.commit()
        ids = [one.id for one in staged]
        for id_ in chance.sample(ids, len(ids) // 4):
            undoing.undo(db.session.get_one(Decision, id_), user)
            db.session.commit()


def _check(app, ids, told, people) -> None:
    assert told["won"] == len(ids)
    assert told["lost"] == len(ids) * (people - 1)
    with app.app_context():
        for case_id in ids:
            case = db.session.get_one(Case, case_id)
            (decision,) = db.session.scalars(sa.select(Decision).where(Decision.case_id == case_id))
            match = db.session.get_one(Match, case.match_id)
            _check_one(case, decision, match)
        keys = set(db.session.scalars(sa.select(Email.key).where(Email.key.startswith("proposal:"))))
        approved = set(db.session.scalars(sa.select(Match.id).where(Match.state == MatchState.APPROVED)))
        assert {int(key.split(":")[1]) for key in keys} == approved
        releases = {one.effective_at for one in db.session.scalars(sa.select(Release))}
        waiting = db.session.scalars(sa.select(Email.next_attempt_at)).all()
        assert set(waiting) <= releases


def _check_one(case: Case, decision: Decision, match: Match) -> None:
    """What was decided is true; what was undone is as it was."""
    if decision.state is DecisionState.UNDONE:
        assert (case.state, match.state, match.version) == (CaseState.OPEN, MatchState.PROPOSED, 1)
        return
    assert decision.state is DecisionState.RELEASED
    after = {
        Action.APPROVE: (CaseState.CLOSED, MatchState.APPROVED),
        Action.REJECT: (CaseState.CLOSED, MatchState.REJECTED),
        Action.ASK: (CaseState.WAITING, MatchState.INFO_REQUESTED),
    }
    assert (case.state, match.state) == after[decision.action]
