"""Pairs go to the first program that takes them, and a dial of one leaves the others alone."""

from __future__ import annotations

import numpy as np
import pytest

from app.matching.allocating import REST, steps_of
from app.matching.program_rules import NONE, ProgramRule, ProgramRules, Sorter
from app.matching.sharing import Places, Quotas
from app.programs.models import CohortRule
from app.taxonomy import Country, Kind

TRAITS = {
    1: (Country.INDIA, Kind.STARTUP),
    2: (Country.INDIA, Kind.SKILL_PROGRAM),
    3: (Country.UNITED_STATES, Kind.STARTUP),
    4: (Country.UNITED_STATES, Kind.INVESTOR),
}
TECHNOLOGIES = {1: {"space"}, 4: {"semiconductors"}}
FREE = ProgramRule(id=9)


@pytest.mark.parametrize(
    ("rule", "takes"),
    [
        (ProgramRule(7), {(1, 3), (1, 4), (2, 3)}),
        (ProgramRule(7, kinds=frozenset({Kind.STARTUP})), {(1, 3)}),
        (ProgramRule(7, one_side_is=Kind.SKILL_PROGRAM), {(2, 3)}),
        (ProgramRule(7, technologies=frozenset({"space"})), {(1, 3), (1, 4)}),
        (ProgramRule(7, cohort_rule=CohortRule.COHORT_WITH_ALL, cohort=frozenset({3})), {(1, 3), (2, 3)}),
        (ProgramRule(7, cohort_rule=CohortRule.COHORT_ONLY, cohort=frozenset({1, 3})), {(1, 3)}),
        (ProgramRule(7, cohort_rule=CohortRule.COHORT_ONLY), set()),
    ],
)
def test_a_program_takes_what_its_rules_say_and_the_next_the_rest(rule, takes) -> None:
    pairs = [(1, 3), (1, 4), (2, 3)]
    ends = np.array(pairs, dtype=np.int64)
    found = Sorter([rule, FREE], TRAITS, TECHNOLOGIES).programs_of(ends[:, 0], ends[:, 1])
    assert {pair for pair, at in zip(pairs, found.tolist(), strict=True) if at == 0} == takes


def test_without_a_program_that_takes_it_a_pair_belongs_to_none() -> None:
    rule = ProgramRule(7, kinds=frozenset({Kind.SME}))
    ends = np.array([1], dtype=np.int64), np.array([3], dtype=np.int64)
    assert Sorter([rule], TRAITS, {}).programs_of(*ends).tolist() == [NONE]


def test_quotas_come_first_then_the_rest_at_once_then_dials() -> None:
    rules = [FREE, ProgramRule(3, alpha=0.5, floor=2), ProgramRule(4, quota=2), ProgramRule(5, floor=0)]
    steps = steps_of(rules)
    assert [step.place for step in steps] == [2, REST, 1, 3]
    assert [(step.alpha, step.floor) for step in steps] == [(0, 1), (0, 1), (0.5, 2), (0, 0)]
    assert [step.limited for step in steps] == [rules[2], None, None, None]


def test_a_quota_stops_newcomers_who_have_room_otherwise() -> None:
    rule = ProgramRule(7, quota=1)
    quotas = Quotas(ProgramRules([rule], {(7, 5): 1}), lambda _one, _other: rule)
    places = Places({1: 3, 2: 3, 5: 3}, [], quotas)
    assert not places.take(1, 5, 0.9)
    assert places.take(1, 2, 0.9)
    assert not places.take(1, 2, 0.9)


def test_a_cohort_is_counted_by_its_quota_and_not_by_the_cap() -> None:
    rule = ProgramRule(7, quota=3, cohort=frozenset({1}), cohort_rule=CohortRule.COHORT_WITH_ALL)
    quotas = Quotas(ProgramRules([rule]), lambda _one, _other: rule)
    places = Places({1: 1, 2: 1, 3: 1, 4: 1, 5: 1}, [], quotas)
    assert [places.take(1, other, 0.9) for other in (2, 3, 4, 5)] == [True, True, True, False]
    assert places.has_room(1)
