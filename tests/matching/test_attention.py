"""What organizations ask of their attention, and what silence takes off: in plain rules, in plans, and on the desk."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
import sqlalchemy as sa

from app import clock
from app.db import db
from app.errors import RuleBroken
from app.jobs.engine import jobs
from app.matching import attending, attention, services
from app.matching.allocating import Market
from app.matching.attending import Wanted
from app.matching.attention import Limit, Taken
from app.matching.models import Attention, EndReason, Match, MatchEnd, MatchState, Said, TrainingSignal
from app.matching.program_rules import ProgramRule, ProgramRules, Sorter
from app.matching.sharing import Places, Quotas
from app.organizations.models import MemberRole, Membership, Organization
from app.programs.models import CohortRule
from app.taxonomy import Country, Kind
from tests.matching.runs import loads, market, propose, refresh

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CAP = 10


def ago(*days: int) -> tuple[datetime, ...]:
    return tuple(NOW - timedelta(days=day) for day in days)


@pytest.mark.parametrize(
    ("silent", "most"),
    [
        ((), 10),
        (ago(0), 5),
        (ago(90), 7),
        (ago(0, 0), 4),
        (ago(180, 270), 8),
        (ago(365), 10),
        (ago(*[0] * 40), 1),
    ],
)
def test_silence_lowers_load_less_and_less_and_never_below_one(silent, most) -> None:
    assert attention.load_after(CAP, silent, NOW) == most


@pytest.mark.parametrize(
    ("limit", "taken", "room"),
    [
        (Limit(most_in=3), Taken(going=8, unanswered=1), 2),
        (Limit(most_out=3), Taken(going=2, unanswered=0), 1),
        (Limit(most_in=5, most_out=3), Taken(going=3, unanswered=0), 0),
        (Limit(most_in=2), Taken(going=4, unanswered=4), 0),
        (Limit(most_in=2, silent=ago(0)), Taken(), 2),
        (Limit(most_in=8, silent=ago(0)), Taken(), 5),
        (Limit(silent=ago(0)), Taken(going=9, unanswered=0), 5),
        (Limit(paused_until=date(2026, 11, 24)), Taken(), 0),
        (Limit(paused_until=date(2026, 11, 23)), Taken(), 10),
        (Limit(most_out=50), Taken(), 10),
    ],
)
def test_room_is_what_the_narrowest_limit_leaves(limit, taken, room) -> None:
    assert limit.room(CAP, taken, NOW) == room


def test_a_quota_of_a_program_gives_nobody_more_than_it_asked_for() -> None:
    rule = ProgramRule(id=1, cohort_rule=CohortRule.COHORT_WITH_ALL, cohort=frozenset({1, 2}), quota=5)
    quotas = Quotas(ProgramRules([rule], {}, {1: 1, 2: 0}), lambda *_: rule)
    places = Places({1: 3, 2: 3, 3: 3, 4: 3}, [], quotas)
    assert not places.take(3, 2, 0.9, at_any_score=True), "a paused one gets nothing"
    assert places.take(3, 1, 0.9)
    assert not places.take(4, 1, 0.8)


def test_a_full_run_keeps_own_limits_beside_quotas_and_everything_else() -> None:
    rule = ProgramRule(
        id=1,
        cohort_rule=CohortRule.COHORT_WITH_ALL,
        cohort=frozenset({1, 2}),
        quota=5,
        technologies=frozenset({"a"}),
    )
    kinds = {id_: (Country.INDIA if id_ < 4 else Country.UNITED_STATES, Kind.STARTUP) for id_ in range(1, 9)}
    rules = ProgramRules([rule], {}, {1: 3, 2: 0})
    pairs = [(one, other, 0.9, 0.9, 0.9) for one in (1, 2, 3) for other in range(4, 9)]
    candidates = pd.DataFrame(pairs, columns=["id", "candidate", "score", "forward", "backward"])
    sorter = Sorter([rule], kinds, {4: {"a"}, 5: {"a"}})
    capacity = pd.Series({**dict.fromkeys(range(1, 9), 4), 1: 3, 2: 0})
    chosen = Market(candidates, sorter, capacity, rules).shared_out([rule])
    assert chosen["id"].value_counts().to_dict() == {1: 3, 3: 4}
    assert sorted(chosen.loc[chosen["id"] == 1, "program"])[-2:] == [0, 0], (
        "two of the three are in the program"
    )


def save(app, world, organization_id: int, **wanted: object) -> None:
    by = world.user()
    with app.app_context():
        row = attention.attention_of(organization_id)
        organization = db.session.get_one(Organization, organization_id)
        asked = Wanted(**wanted)  # type: ignore[arg-type]
        attending.save(organization, asked, by, cap=CAP, version=row.version if row else 0)
        db.session.commit()


def in_days(number: int) -> date:
    return clock.now().date() + timedelta(days=number)


def test_a_paused_one_gets_no_proposals_until_its_day_and_its_old_ones_go_to_others(app, world) -> None:
    india, us = market(world, 4)
    propose(app)
    assert loads(app)[us[0]] > 0
    save(app, world, us[0], paused_until=in_days(14))
    refresh(app)
    assert loads(app)[us[0]] == 0
    propose(app)
    assert loads(app)[us[0]] == 0
    assert all(loads(app)[one] for one in india)
    with app.app_context():
        db.session.execute(sa.update(Attention).values(paused_until=in_days(0)))
        db.session.commit()
        jobs.run("matching.end_pauses")
    refresh(app)
    assert loads(app)[us[0]] > 0


def test_who_wants_one_at_a_time_gets_one(app, world) -> None:
    _, us = market(world, 4)
    save(app, world, us[0], most_in=1)
    propose(app)
    assert loads(app)[us[0]] == 1
    assert max(loads(app).values()) > 1


def test_silence_lowers_what_is_proposed_and_a_not_now_does_not(app, world) -> None:
    _, us = market(world, 4)
    propose(app, cap=4)
    assert loads(app)[us[0]] > 2
    silent, told = world.user(), clock.now() - timedelta(days=20)
    strangers = [world.organization(Country.INDIA) for _ in range(2)]
    world.add(Membership(organization_id=us[0], user_id=silent.id, role=MemberRole.OWNER, created_at=told))
    with app.app_context():
        own = db.session.get_one(Organization, us[0])
        db.session.expunge_all()
    for stranger in strangers:
        world.add(
            Membership(organization_id=stranger.id, user_id=silent.id, role=MemberRole.OWNER, created_at=told)
        )
        match = world.match(stranger, own, state=MatchState.APPROVED, decided_at=told)
        world.add(MatchEnd(match_id=match.id, why=EndReason.EXPIRED, ended_at=clock.now()))
        said = {"organization_id": stranger.id, "says": Said.NOT_NOW, "weight": 0.0, "at": clock.now()}
        world.add(TrainingSignal(match_id=match.id, **said))
    with app.app_context():
        assert attention.room_now(4) == {us[0]: 2}
    propose(app, cap=4)
    assert loads(app)[us[0]] == 2


@pytest.mark.one_database("sqlite")
def test_a_paused_one_is_not_approved_into_a_match(app, world) -> None:
    india, us = world.organization(Country.INDIA), world.organization(Country.UNITED_STATES)
    match, manager = world.match(india, us), world.user()
    save(app, world, us.id, paused_until=in_days(14))
    with app.test_request_context(), pytest.raises(RuleBroken, match="takes no new requests until"):
        services.approve(db.session.get_one(Match, match.id), manager, version=match.version)


@pytest.mark.one_database("sqlite")
@pytest.mark.parametrize(
    "wanted", [Wanted(most_in=0), Wanted(most_out=CAP + 1), Wanted(paused_until=date(2020, 1, 1))]
)
def test_numbers_and_days_that_cannot_be_are_refused(app, world, wanted) -> None:
    one, by = world.organization(Country.INDIA), world.user()
    with app.test_request_context(), pytest.raises(RuleBroken, match="Choose"):
        attending.save(one, wanted, by, cap=CAP, version=0)


def test_of_two_first_wishes_at_once_one_is_kept_and_the_other_refused(app, world, monkeypatch) -> None:
    one, by = world.organization(Country.INDIA), world.user()
    save(app, world, one.id, most_in=3)
    with app.test_request_context():
        # As read just before the colleague committed.
        monkeypatch.setattr(attention, "attention_of", lambda _: None)
        with pytest.raises(RuleBroken, match="colleague"):
            attending.save(one, Wanted(most_in=5), by, cap=CAP, version=0)
        db.session.commit()
        assert db.session.scalars(sa.select(Attention.most_in)).all() == [3]
