"""Who may meet whom."""

from __future__ import annotations

import itertools

import pytest

from app.matching import eligibility
from app.matching.models import MatchState
from app.organizations.models import ProfileState
from app.taxonomy import Country, Kind

S, M, K, I = Kind.STARTUP, Kind.SME, Kind.SKILL_PROGRAM, Kind.INVESTOR  # noqa: E741
MAY_MEET = {
    (S, S): True,
    (S, M): True,
    (S, K): True,
    (S, I): True,
    (M, M): True,
    (M, K): True,
    (M, I): True,
    (K, K): True,
    (K, I): False,
    (I, I): False,
}


def rules(app, cap: int = 5):
    with app.app_context():
        return eligibility.matching_rules(cap)


@pytest.mark.parametrize(("kinds", "expected"), MAY_MEET.items())
def test_kinds_meet_across_the_border_as_the_table_says_whichever_side_they_are_on(kinds, expected) -> None:
    for one, other in (kinds, kinds[::-1]):
        assert eligibility.may_meet((Country.INDIA, one), (Country.UNITED_STATES, other)) is expected
        assert eligibility.may_meet((Country.UNITED_STATES, one), (Country.INDIA, other)) is expected


def test_nobody_meets_within_a_country() -> None:
    for country, one, other in itertools.product(Country, Kind, Kind):
        assert not eligibility.may_meet((country, one), (country, other))


def test_the_rules_given_to_the_recommender_say_the_same_as_the_table(app, world) -> None:
    made = [world.organization(country, kind) for country in Country for kind in Kind]
    found = rules(app)
    for one, other in itertools.product(made, made):
        expected = eligibility.may_meet((one.country, one.kind), (other.country, other.kind))
        assert found.allowed[found.groups[one.id]][found.groups[other.id]] == expected


@pytest.mark.parametrize("state", [ProfileState.DRAFT, ProfileState.PAUSED])
def test_drafts_and_paused_organizations_take_no_part(app, world, state) -> None:
    away, here = world.organization(state=state), world.organization()
    found = rules(app)
    assert here.id in found.groups
    assert away.id not in found.groups
    assert away.id not in found.capacity


@pytest.mark.parametrize(
    ("state", "is_settled"),
    [
        (MatchState.APPROVED, True),
        (MatchState.REJECTED, True),
        (MatchState.HELD, True),
        (MatchState.INFO_REQUESTED, True),
        (MatchState.PROPOSED, False),
        (MatchState.STALE, False),
    ],
)
def test_a_pair_somebody_decided_on_is_not_proposed_anew(app, world, state, is_settled) -> None:
    match = world.match(state=state)
    assert ((match.india_id, match.us_id) in rules(app).excluded) is is_settled


@pytest.mark.parametrize(
    ("state", "left"),
    [
        (MatchState.APPROVED, 4),
        (MatchState.HELD, 4),
        (MatchState.INFO_REQUESTED, 4),
        (MatchState.REJECTED, 5),
        (MatchState.PROPOSED, 5),
        (MatchState.STALE, 5),
    ],
)
def test_what_waits_or_was_approved_takes_room_on_both_sides(app, world, state, left) -> None:
    match = world.match(state=state)
    found = rules(app, cap=5)
    assert found.capacity[match.india_id] == found.capacity[match.us_id] == left


def test_room_is_never_less_than_none(app, world) -> None:
    india = world.organization()
    for _ in range(3):
        world.match(india, state=MatchState.APPROVED)
    assert rules(app, cap=2).capacity[india.id] == 0
