"""What follows from an upheld complaint is taken back with the release."""

from __future__ import annotations

from app import clock
from app.accounts.models import Role, User
from app.db import db
from app.desk import releasing, staging, undoing
from app.desk.models import Action, Case
from app.grievances.models import Grievance, GrievanceState
from app.matching.models import Match, MatchState
from app.organizations.models import Organization, ProfileState
from app.outbox.models import Email


def test_undoing_a_release_takes_an_upheld_appeal_and_a_pause_back_with_their_letters(app, world) -> None:
    manager, owner = world.user(Role.PROGRAM_MANAGER), world.user()
    ours = world.organization(owner=owner)
    match = world.match(ours, state=MatchState.REJECTED, decided_at=clock.now(), decided_by_id=manager.id)
    complaints = [
        world.grievance(ours, owner, match_id=match.id),
        world.grievance(ours, world.user()),
    ]
    ids = [world.case(one).id for one in complaints]
    with app.test_request_context():
        by = db.session.get_one(User, manager.id)
        for id_ in ids:
            case = db.session.get_one(Case, id_)
            staging.stage(case, by, staging.Terms(Action.APPROVE), version=case.version)
        made = releasing.release(by, staging.staged_by(by))
        db.session.commit()
        assert db.session.get_one(Match, match.id).state is MatchState.PROPOSED
        assert db.session.get_one(Organization, ours.id).state is ProfileState.PAUSED
        assert db.session.query(Email).count() == 3
        undoing.undo_release(made, by)
        db.session.commit()
        assert db.session.get_one(Match, match.id).state is MatchState.REJECTED
        profile = db.session.get_one(Organization, ours.id)
        assert (profile.state, profile.suspended_at) == (ProfileState.LISTED, None)
        assert {one.state for one in db.session.query(Grievance)} == {GrievanceState.WAITING}
        assert db.session.query(Email).count() == 0
