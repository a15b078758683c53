"""The worker computes proposals for organizations that changed, and leaves the others alone."""

from __future__ import annotations

import sqlalchemy as sa

from app import clock
from app.audit.models import AuditEvent
from app.db import db
from app.jobs import services as leases
from app.jobs.engine import jobs
from app.matching import eligibility, planning, proposing
from app.matching.models import EndReason, MatchEnd, MatchState
from app.organizations import services as organizations
from app.organizations.models import Organization, ProfileState
from app.taxonomy import Country
from config import Settings
from tests.matching.runs import change, decide, loads, market, matches, move, pairs, propose, refresh, startup


def waiting(app) -> list[int]:
    with app.app_context():
        return eligibility.stale_organizations(100)


def test_new_organizations_get_proposals_without_anybody_running_a_command(app, world) -> None:
    india, us = market(world, 3)
    refresh(app)
    assert loads(app).keys() == {*india, *us}
    assert waiting(app) == []


def test_nothing_is_computed_when_nothing_changed(app, world, monkeypatch) -> None:
    market(world, 3)
    refresh(app)
    plans: list[object] = []
    monkeypatch.setattr(planning, "make_plan", lambda *asked: plans.append(asked))
    refresh(app)
    assert plans == []


def test_a_changed_profile_gets_new_proposals_and_the_others_stay(app, world) -> None:
    india, us = market(world, 8)
    propose(app, cap=2)
    space = [us[2], us[6]]
    assert not pairs(app).intersection({(india[0], one) for one in space})
    change(
        app, world, us[2], technologies=["semiconductors"], offers="Silicon wafers", needs="Sensor packaging"
    )
    assert waiting(app) == [us[2]]
    others = {match.id: match.version for match in matches(app) if match.us_id != us[2]}
    refresh(app)
    assert loads(app)[us[2]] >= 1
    versions = {match.id: match.version for match in matches(app)}
    changed = [match_id for match_id, version in others.items() if versions[match_id] != version]
    assert len(changed) <= 2
    assert waiting(app) == [] or us[2] not in waiting(app)


def test_a_change_of_name_or_website_is_no_reason_to_compute_anew(app, world) -> None:
    india, _ = market(world, 2)
    refresh(app)
    change(app, world, india[0], name="Another Name", website="https://another.example/")
    assert waiting(app) == []


def test_a_newcomer_in_a_full_world_gets_a_place_and_nobody_is_left_without_any(
    app, world, monkeypatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", Settings(proposals_per_organization=2))
    india = [startup(world, Country.INDIA).id for _ in range(4)]
    us = [startup(world, Country.UNITED_STATES).id for _ in range(4)]
    propose(app, cap=2)
    assert set(loads(app).values()) == {2}
    newcomer = startup(world, Country.INDIA).id
    refresh(app)
    found = loads(app)
    assert found[newcomer] >= 1
    assert found.keys() == {*india, *us, newcomer}
    assert max(found.values()) <= 2


def test_a_changed_profile_does_not_compete_with_its_own_old_proposals(app, world, monkeypatch) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", Settings(proposals_per_organization=2))
    india = [startup(world, Country.INDIA).id for _ in range(3)]
    us = [startup(world, Country.UNITED_STATES).id for _ in range(3)]
    refresh(app)
    change(app, world, india[0], offers="Wafer dicing, sensor packaging and test")
    refresh(app)
    found = loads(app)
    assert found[india[0]] == 2
    assert found.keys() == {*india, *us}


def test_a_refresh_proposes_no_pair_that_a_full_run_would_find_too_weak(app, world) -> None:
    market(world, 8)
    propose(app, cap=10)
    full = pairs(app)
    newcomer = startup(world, Country.INDIA, 1).id
    refresh(app)
    fresh = {pair for pair in pairs(app) if newcomer in pair}
    assert fresh
    propose(app, cap=10)
    assert {pair for pair in pairs(app) if newcomer in pair} == fresh
    assert full <= pairs(app)


def test_the_proposals_of_a_paused_organization_leave_the_queue(app, world) -> None:
    india, us = market(world, 4)
    refresh(app)
    move(app, world, india[0], organizations.pause)
    refresh(app)
    refresh(app)
    found = loads(app)
    assert india[0] not in found
    assert found.keys() == {*india[1:], *us}
    assert waiting(app) == []


def test_what_was_decided_about_a_paused_organization_stays(app, world) -> None:
    market(world, 3)
    refresh(app)
    chosen = matches(app)[0]
    decide(app, chosen.id, state=MatchState.APPROVED)
    move(app, world, chosen.india_id, organizations.pause)
    refresh(app)
    assert [match.id for match in matches(app) if match.state is MatchState.APPROVED] == [chosen.id]


def test_a_resumed_organization_gets_its_proposals_back(app, world) -> None:
    india, _ = market(world, 3)
    refresh(app)
    before = {pair for pair in pairs(app) if india[0] in pair}
    move(app, world, india[0], organizations.pause)
    refresh(app)
    move(app, world, india[0], organizations.resume)
    refresh(app)
    assert {pair for pair in pairs(app) if india[0] in pair} == before


def test_a_partner_left_alone_by_a_pause_is_looked_at_again(app, world, monkeypatch) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", Settings(proposals_per_organization=1))
    _, us = market(world, 2)
    refresh(app)
    (left,) = [one for one, partner in pairs(app) if partner == us[0]]
    # A match that has ended is no company.
    with app.app_context():
        other = db.session.get_one(Organization, us[0])
    ended = world.match(world.organization(state=ProfileState.DRAFT), other, MatchState.APPROVED)
    world.add(MatchEnd(match_id=ended.id, why=EndReason.EXPIRED, ended_at=clock.now()))
    move(app, world, left, organizations.pause)
    refresh(app)
    assert us[0] in waiting(app)
    refresh(app)
    assert waiting(app) == []


def test_a_change_committed_while_a_run_computes_is_seen_by_the_next(app, world) -> None:
    india, us = market(world, 2)
    propose(app, only=[*india, *us], meanwhile=lambda: change(app, world, india[0], needs="Something else"))
    assert waiting(app) == [india[0]]
    refresh(app)
    assert waiting(app) == []


def test_a_change_committed_late_with_a_time_before_the_run_is_seen_by_the_next(app, world) -> None:
    """Its transaction began before the run read the profile, and ended after."""
    india, us = market(world, 2)
    earlier = clock.now()
    clock.shift(5)

    def commit_late() -> None:
        with app.app_context():
            organization = db.session.get_one(Organization, india[0])
            organization.needs, organization.profile_changed_at = "Something else", earlier
            db.session.commit()

    propose(app, only=[*india, *us], meanwhile=commit_late)
    assert waiting(app) == [india[0]]


def test_a_full_run_marks_everybody_as_seen(app, world) -> None:
    market(world, 3)
    propose(app)
    assert waiting(app) == []


def test_drafts_are_not_looked_at(app, world) -> None:
    world.organization(state="draft")
    assert waiting(app) == []


def test_the_longest_waiting_come_first_and_no_more_than_asked_for(app, world) -> None:
    made = [world.organization().id for _ in range(4)]
    with app.app_context():
        assert eligibility.stale_organizations(3) == made[:3]


def test_only_one_process_proposes_at_a_time(app, world) -> None:
    market(world, 2)
    with app.app_context():
        token = leases.hold(proposing.LEASE, 60)
        db.session.commit()
    refresh(app)
    assert matches(app) == []
    with app.app_context():
        leases.release(proposing.LEASE, token)
        db.session.commit()
    refresh(app)
    assert matches(app)


def test_a_worker_that_lost_its_lease_writes_nothing(app, world, monkeypatch) -> None:
    market(world, 2)
    monkeypatch.setattr(leases, "renew", lambda *_: False)
    refresh(app)
    assert matches(app) == []


def test_a_failed_run_gives_its_lease_back(app, world, monkeypatch) -> None:
    market(world, 2)
    with monkeypatch.context() as patch:
        patch.setattr(proposing, "write_plan", lambda *_asked: 1 / 0)
        with app.app_context():
            try:
                jobs.tasks["matching.refresh"].run()
            except ZeroDivisionError:
                db.session.rollback()
    assert matches(app) == []
    refresh(app)
    assert matches(app)


def test_a_refresh_leaves_one_audit_event(app, world) -> None:
    market(world, 2)
    refresh(app)
    with app.app_context():
        events = db.session.scalars(sa.select(AuditEvent.action)).all()
        assert events.count("matches.proposed") == 1
