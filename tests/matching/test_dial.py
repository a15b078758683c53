"""A lead sees what the dial does before it is set, and the next run does what was shown."""

from __future__ import annotations

from collections import Counter

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts.models import Role
from app.audit.models import AuditEvent
from app.db import db
from app.jobs.engine import jobs
from app.matching.models import MatchState
from app.organizations.models import Organization
from app.programs import services
from app.programs.models import CohortRule, DialPreview, ParticipationState, PreviewState, Program
from tests.matching.runs import market, matches, propose

CAP = 10


@pytest.fixture
def program(world):
    """A program with a crowd on one side, so that evenness makes a difference."""
    lead = world.user(Role.PROGRAM_MANAGER)
    made = world.program(lead=lead, priority=1)
    market(world, 14, 4)
    made.lead = lead
    return made


def _price(app) -> DialPreview:
    with app.app_context():
        jobs.run("matching.price_dials")
        return db.session.scalars(sa.select(DialPreview)).one()


def test_the_next_run_proposes_what_was_foreseen_for_the_setting(app, world, program) -> None:
    browser = world.sign_in(program.lead)
    address = f"/programs/{program.key}/dial"
    assert browser.post(address, data={"setting": "1.0:0"}).status_code == 409
    browser.post(f"{address}/look")
    preview = _price(app)
    assert preview.state is PreviewState.DONE
    assert preview.done == preview.wanted
    foreseen = {(one["alpha"], one["floor"]): one for one in preview.results["settings"]}
    assert foreseen[0.0, 0]["reached"] <= foreseen[1.0, 0]["reached"]
    assert "Newly reached" in browser.get(address).text
    for alpha, floor in ((1.0, 0), (0.0, 2)):
        assert browser.post(address, data={"setting": f"{alpha}:{floor}"}).status_code == 303
        propose(app, CAP)
        own = [one for one in matches(app) if one.state is MatchState.PROPOSED]
        assert {one.program_id for one in own} == {program.id}
        assert len(own) == foreseen[alpha, floor]["pairs"]
        assert (
            len({side for one in own for side in (one.india_id, one.us_id)})
            == (foreseen[alpha, floor]["reached"])
        )
        expected = sum(one.fit_for_india * one.fit_for_us for one in own)
        assert expected == pytest.approx(foreseen[alpha, floor]["expected"], abs=0.001)
    with app.app_context():
        set_ = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "program.dial_set")).all()
        assert [one.actor_id for one in set_] == [program.lead.id] * 2


def test_only_settings_that_were_looked_at_may_be_set(app, world, program) -> None:
    browser = world.sign_in(program.lead)
    browser.post(f"/programs/{program.key}/dial/look")
    _price(app)
    assert browser.post(f"/programs/{program.key}/dial", data={"setting": "0.33:1"}).status_code == 409
    assert browser.post(f"/programs/{program.key}/dial", data={"setting": "2:1"}).status_code == 422
    with app.app_context():
        assert db.session.get_one(Program, program.id).alpha == 0


def test_a_manager_who_does_not_lead_finds_no_dial(app, world) -> None:
    manager = world.user(Role.PROGRAM_MANAGER)
    made = world.program(manager)
    assert world.sign_in(manager).get(f"/programs/{made.key}/dial").status_code == 404


def test_quotas_and_cohorts_hold_after_proposing(app, world) -> None:
    india, us = market(world, 8)
    rules = {"cohort_rule": CohortRule.COHORT_WITH_ALL, "quota": 4, "priority": 1}
    mission, rest = world.program(**rules), world.program(priority=2)
    with app.app_context():
        cohort = [db.session.get_one(Organization, id_) for id_ in india[:2]]
    for organization in cohort:
        world.participation(mission, organization, ParticipationState.ACCEPTED)
    # The cohort has more in its mission than the cap of the site, and never more than its quota.
    propose(app, 2)
    own = [one for one in matches(app) if one.program_id == mission.id]
    held = Counter(side for one in own for side in (one.india_id, one.us_id))
    assert {one.india_id for one in own} <= set(india[:2])
    assert max(held[id_] for id_ in india[:2]) == 4
    everything = Counter(side for one in matches(app) for side in (one.india_id, one.us_id))
    assert max(everything[id_] for id_ in us) <= 2
    assert {one.program_id for one in matches(app)} == {mission.id, rest.id}


def test_a_cohort_that_changed_is_shared_out_anew_by_the_worker(app, world) -> None:
    market(world, 2)
    made = world.program(priority=1)
    propose(app)
    with app.app_context():
        program = db.session.get_one(Program, made.id)
        services.note_change(program)
        program.kinds = ["sme"]
        db.session.commit()
        assert program.shared_out_at is not None
        before = clock.now()
    clock.shift(3600)
    with app.app_context():
        program = db.session.get_one(Program, made.id)
        jobs.run("matching.share_out")
        jobs.run("matching.propose")
        db.session.refresh(program)
        assert program.shared_out_at > before
    assert {one.program_id for one in matches(app)} == {None}
