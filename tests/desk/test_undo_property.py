"""Whatever was released together, undoing it leaves the database as it was."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import clock
from app.accounts.models import Role, User
from app.db import db
from app.desk import consequences, staging, undoing
from app.desk.models import CaseKind, Decision, Release
from tests.conftest import empty
from tests.desk import batch
from tests.world import World


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(choices=st.lists(st.integers(0, 100), min_size=6, max_size=6), one_by_one=st.booleans())
def test_an_undo_restores_every_row(app, choices, one_by_one) -> None:
    with app.app_context():
        empty(db.engine)
    world = World(app)
    manager = world.user(Role.PROGRAM_MANAGER)
    cases, (other, us) = batch.fill(world, manager)
    before = batch.picture(app)
    staged = []
    for case, number in zip(cases, choices, strict=True):
        known = sorted(staging.KNOWN[case.kind])
        action = known[number % len(known)]
        newcomer = us[1] if case.other_id == us[0].id else us[0]
        staged.append(batch.stage(app, manager, case, batch.terms_for(case, action, other, newcomer.id)))
    seen = _foreseen(app, manager)
    release_id = batch.release(app, manager)
    assert batch.picture(app) != before
    _undo(app, manager, release_id, staged if one_by_one else None)
    if one_by_one:
        _undo(app, manager, release_id, None)
    assert batch.picture(app) == before
    for case, number in zip(cases, choices, strict=True):
        known = sorted(staging.KNOWN[case.kind])
        newcomer = us[1] if case.other_id == us[0].id else us[0]
        terms = batch.terms_for(case, known[number % len(known)], other, newcomer.id)
        batch.stage(app, manager, case, terms)
    assert _foreseen(app, manager) == seen


def _undo(app, manager, release_id, decision_ids) -> None:
    with app.test_request_context():
        user = db.session.get_one(User, manager.id)
        if decision_ids is None:
            undoing.undo_release(db.session.get_one(Release, release_id), user)
        for id_ in reversed(decision_ids or []):
            try:
                undoing.undo(db.session.get_one(Decision, id_), user)
            except undoing.NotUndoable:
                assert db.session.get_one(Decision, id_).case.kind is not CaseKind.MERGE
        db.session.commit()


def _foreseen(app, manager) -> dict[str, object]:
    with app.test_request_context():
        user = db.session.get_one(User, manager.id)
        return consequences.summary_of(consequences.consequences_of(staging.staged_by(user)))


def test_the_release_can_be_undone_no_longer_once_letters_left(app, world) -> None:
    manager = world.user(Role.PROGRAM_MANAGER)
    case = world.case(world.match())
    batch.stage(app, manager, case, staging.Terms(batch.Action.APPROVE))
    release_id = batch.release(app, manager)
    clock.shift(3601)
    with app.test_request_context():
        user = db.session.get_one(User, manager.id)
        made = db.session.get_one(Release, release_id)
        with pytest.raises(undoing.NotUndoable, match="letters have left"):
            undoing.undo_release(made, user)
