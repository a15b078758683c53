"""A run of the recommender over everybody."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

import ml
from app import clock
from app.audit.models import AuditEvent
from app.db import db
from app.matching import eligibility, frames, planning, proposing, scoring
from app.matching.models import Match, MatchState
from app.organizations import services as organizations
from app.taxonomy import Country, Kind
from tests.matching.runs import (
    change,
    decide,
    loads,
    market,
    matches,
    move,
    pairs,
    propose,
    startup,
    state_of,
)


def kept(match):
    """What a rerun leaves alone."""
    return (
        match.id,
        match.india_id,
        match.us_id,
        match.state,
        match.due_at,
        match.proposed_at,
        match.version,
    )


def test_nobody_gets_more_proposals_than_the_cap_and_everybody_gets_one(app, world) -> None:
    india, us = market(world, 12, 6)
    propose(app, cap=3)
    found = loads(app)
    assert max(found.values()) <= 3
    assert found.keys() == {*india, *us}


def test_approved_and_waiting_matches_leave_less_room_for_proposals(app, world) -> None:
    india, us = market(world, 4)
    propose(app, cap=2)
    for match in matches(app)[:3]:
        decide(app, match.id, state=MatchState.HELD, hold_until=date(2030, 1, 1))
    propose(app, cap=2)
    found = loads(app, MatchState.PROPOSED, MatchState.HELD)
    assert max(found.values()) <= 2
    assert found.keys() == {*india, *us}


def test_only_pairs_that_may_meet_are_proposed(app, world) -> None:
    for country in Country:
        for kind in Kind:
            world.organization(country, kind)
    propose(app, cap=10)
    with app.app_context():
        traits = eligibility.traits_of_all()
    for india, us in pairs(app):
        assert traits[india][0] is Country.INDIA
        assert traits[us][0] is Country.UNITED_STATES
        assert eligibility.may_meet(traits[india], traits[us])


def test_a_second_run_changes_nothing_that_anybody_sees(app, world) -> None:
    market(world, 8)
    first = propose(app)
    before = [kept(match) for match in matches(app)]
    again = propose(app)
    assert first.new == len(before) > 0
    assert (again.new, again.stale, again.refreshed) == (0, 0, len(before))
    assert [kept(match) for match in matches(app)] == before


def test_two_processes_compute_the_same(app, world, monkeypatch) -> None:
    market(world, 8)
    rows = []
    for _ in range(2):
        monkeypatch.setattr(scoring, "model", scoring.Model())
        with app.app_context():
            plan = planning.make_plan(3)
        rows.append([(row["india_id"], row["us_id"], row["score"], row["reasons"]) for row in plan.rows])
    assert rows[0] == rows[1]


def test_writing_in_small_batches_writes_the_same(app, world) -> None:
    market(world, 6)
    run = propose(app, batch=2)
    assert run.new == len(matches(app)) > 2


@pytest.mark.parametrize(
    "state", [MatchState.APPROVED, MatchState.REJECTED, MatchState.HELD, MatchState.INFO_REQUESTED]
)
def test_a_decided_pair_is_never_touched_by_a_rerun(app, world, state) -> None:
    market(world, 5)
    propose(app)
    chosen = matches(app)[0]
    decide(app, chosen.id, state=state)
    before = next(kept(match) for match in matches(app) if match.id == chosen.id)
    propose(app)
    assert next(kept(match) for match in matches(app) if match.id == chosen.id) == before


@pytest.mark.parametrize("cap", [3, 0])
def test_a_decision_made_while_a_run_computes_stays(app, world, cap) -> None:
    market(world, 4)
    propose(app)
    chosen = matches(app)[0]
    run = propose(app, cap, meanwhile=lambda: decide(app, chosen.id, state=MatchState.APPROVED))
    assert state_of(app, chosen.id) is MatchState.APPROVED
    assert run.refreshed + run.stale == len(matches(app)) - 1


@pytest.mark.parametrize("is_proposed_again", [True, False])
def test_a_decision_made_between_two_batches_stays(app, world, is_proposed_again) -> None:
    india, _ = market(world, 6)
    propose(app)
    if not is_proposed_again:
        move(app, world, india[-1], organizations.pause)
    with app.app_context():
        plan = planning.make_plan(3)
        last = (plan.rows[-1]["india_id"], plan.rows[-1]["us_id"])
    chosen = next(
        match
        for match in matches(app)
        if ((match.india_id, match.us_id) == last if is_proposed_again else match.india_id == india[-1])
    )
    with app.app_context():
        for number, run in enumerate(proposing.write_plan(plan, batch=1)):  # noqa: B007  # the last one has the sums
            if number == 0:
                db.session.get_one(Match, chosen.id).state = MatchState.REJECTED
            db.session.commit()
    decided = next(match for match in matches(app) if match.id == chosen.id)
    assert decided.state is MatchState.REJECTED
    assert decided.version == chosen.version + 1
    assert run.new + run.refreshed == len(plan.rows) - is_proposed_again


def test_pairs_no_longer_proposed_go_stale_and_may_come_back(app, world) -> None:
    market(world, 3)
    propose(app)
    before = {match.id: match for match in matches(app)}
    assert propose(app, cap=0).stale == len(before)
    assert {match.state for match in matches(app)} == {MatchState.STALE}
    clock.shift(timedelta(days=10).total_seconds())
    back = propose(app)
    assert (back.new, back.refreshed) == (0, len(before))
    for match in matches(app):
        assert match.state is MatchState.PROPOSED
        assert match.due_at > before[match.id].due_at
        assert match.version > before[match.id].version


def test_a_manager_who_saw_a_proposal_before_it_went_stale_decides_on_an_old_version(app, world) -> None:
    market(world, 2)
    propose(app)
    seen = matches(app)[0].version
    propose(app, cap=0)
    propose(app)
    assert matches(app)[0].version != seen


def test_a_paused_organization_loses_its_proposals_in_a_full_run(app, world) -> None:
    india, _ = market(world, 4)
    propose(app)
    move(app, world, india[0], organizations.pause)
    propose(app)
    assert india[0] not in loads(app)


def test_a_run_leaves_one_audit_event(app, world) -> None:
    market(world, 4)
    propose(app, batch=2)
    with app.app_context():
        events = db.session.scalars(
            sa.select(AuditEvent).where(AuditEvent.action == "matches.proposed")
        ).all()
        assert len(events) == 1


def test_due_dates_are_two_working_days_away() -> None:
    def due(day: int) -> datetime:
        return proposing.due_after(datetime(2026, 11, day, 9, tzinfo=UTC))

    assert due(16) == datetime(2026, 11, 18, 9, tzinfo=UTC)  # Monday to Wednesday
    assert due(19) == datetime(2026, 11, 23, 9, tzinfo=UTC)  # Thursday to Monday
    # Over Guru Nanak's birthday on Tuesday.
    assert due(20) == due(21) == due(22) == datetime(2026, 11, 25, 9, tzinfo=UTC)


def program_ids(app) -> set[int | None]:
    return {match.program_id for match in matches(app)}


def test_a_pair_goes_to_the_first_program_that_takes_it(app, world) -> None:
    world.program(priority=1, technologies=["space"])
    world.program(priority=2, kinds=["investor", "sme"])
    world.program(priority=3, is_open=False)
    world.program(priority=4, ends_on=clock.now().date() - timedelta(days=1))
    wanted = world.program(priority=5, technologies=["semiconductors"], kinds=["startup"])
    world.program(priority=6)
    startup(world, Country.INDIA)
    startup(world, Country.UNITED_STATES)
    propose(app)
    assert program_ids(app) == {wanted.id}


def test_a_program_for_one_kind_takes_no_pair_with_another_kind(app, world) -> None:
    world.program(kinds=["startup"])
    world.organization(Country.INDIA, Kind.STARTUP)
    world.organization(Country.UNITED_STATES, Kind.SME)
    propose(app)
    assert program_ids(app) == {None}


def test_a_rerun_gives_undecided_pairs_to_a_program_opened_since(app, world) -> None:
    market(world, 2)
    propose(app)
    assert program_ids(app) == {None}
    program = world.program()
    propose(app)
    assert program_ids(app) == {program.id}


def test_scores_and_reasons_are_stored_with_the_model(app, world) -> None:
    market(world, 3)
    run = propose(app)
    for match in matches(app):
        assert match.model_version == run.model_version
        assert min(match.score, match.fit_for_india, match.fit_for_us) >= 0
        assert max(match.score, match.fit_for_india, match.fit_for_us) <= 1
        assert set(match.reasons) == {"india", "us"}


def test_the_fit_for_india_says_how_well_the_us_side_serves_it(app, world) -> None:
    startup(world, Country.INDIA, needs="Launch slots for satellites")
    startup(world, Country.UNITED_STATES)
    propose(app)
    found = matches(app)
    assert found[0].fit_for_india < found[0].fit_for_us
    with app.app_context():
        recommender = ml.Recommender(random_state=0).fit(frames.organization_frame())
    fits = recommender.score_pairs([match.india_id for match in found], [match.us_id for match in found])
    assert [match.fit_for_india for match in found] == pytest.approx(fits["forward"].tolist())
    assert [match.fit_for_us for match in found] == pytest.approx(fits["backward"].tolist())


def test_the_recommender_reads_no_draft_and_not_whether_a_startup_raises(app, world) -> None:
    listed = world.organization(is_raising=True)
    world.organization(state="draft")
    with app.app_context():
        frame = frames.organization_frame()
    assert frame["id"].tolist() == [listed.id]
    assert "is_raising" not in frame.columns


def test_each_side_keeps_its_own_reasons(app, world) -> None:
    investor = {"stages": ["seed"], "invests_in": ["IN"], "thesis": "Chips", "needs": "", "offers": ""}
    startup(world, Country.INDIA, stage="seed")
    world.organization(Country.UNITED_STATES, Kind.INVESTOR, **investor)
    propose(app)
    reasons = matches(app)[0].reasons
    assert any(reason["text_key"].endswith(".funds") for reason in reasons["india"])
    assert not any(reason["text_key"].endswith(".funds") for reason in reasons["us"])
    assert any(reason["text_key"].endswith(".fundable") for reason in reasons["us"])


def test_a_changed_need_changes_the_reasons_of_the_next_run(app, world) -> None:
    india = startup(world, Country.INDIA)
    startup(world, Country.UNITED_STATES)
    propose(app)
    (before,) = matches(app)
    change(app, world, india.id, needs="Dicing of wafers in small series")
    propose(app)
    (match,) = matches(app)
    assert "Silicon wafers" in str(before.reasons["india"])
    assert "Silicon wafers" not in str(match.reasons["india"])
    assert "Dicing of wafers" in str(match.reasons["india"])


def statements_of_planning(app, only=None) -> int:
    asked = []

    def note(*_args) -> None:
        asked.append(1)

    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", note)
        try:
            planning.make_plan(3, only)
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", note)
    return len(asked)


@pytest.mark.parametrize("is_full", [True, False])
def test_planning_asks_no_more_often_when_there_are_more_organizations(app, world, is_full) -> None:
    few, _ = market(world, 2)
    before = statements_of_planning(app, None if is_full else few)
    many, _ = market(world, 12)
    assert statements_of_planning(app, None if is_full else many) <= before
