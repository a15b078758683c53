"""Newcomers get places among proposals that were shared out before they came."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from app.matching.sharing import Places, place_newcomers

# Old organizations: 1 to 4 in India, 11 to 14 in the US. Newcomers: 5 to 7 and 15 to 17.
OLD_INDIA, OLD_US = range(1, 5), range(11, 15)
NEW_INDIA, NEW_US = range(5, 8), range(15, 18)
SCORES = st.integers(0, 20).map(lambda number: number / 20)


@st.composite
def worlds(draw):
    """Capacities, proposals within them, and candidates of newcomers."""
    everybody = [*OLD_INDIA, *OLD_US, *NEW_INDIA, *NEW_US]
    capacity = {one: draw(st.integers(0, 3)) for one in everybody}
    used: Counter[int] = Counter()
    proposals = []
    olds = st.tuples(st.sampled_from(OLD_INDIA), st.sampled_from(OLD_US))
    for number, (india, us) in enumerate(draw(st.lists(olds, unique=True, max_size=10))):
        if used[india] < capacity[india] and used[us] < capacity[us]:
            used.update((india, us))
            proposals.append((draw(SCORES), 100 + number, india, us))
    from_india = st.tuples(st.sampled_from(NEW_INDIA), st.sampled_from([*OLD_US, *NEW_US]))
    from_us = st.tuples(st.sampled_from(NEW_US), st.sampled_from([*OLD_INDIA, *NEW_INDIA]))
    wanted = draw(st.lists(from_india | from_us, unique=True, max_size=20))
    scores = {frozenset(pair): draw(SCORES) for pair in wanted}
    return capacity, proposals, [(*pair, scores[frozenset(pair)]) for pair in wanted]


def outcome(capacity, proposals, candidates, least=0.0):
    places = Places(capacity, proposals)
    chosen = place_newcomers(candidates, places, least)
    left = [proposal for proposal in proposals if proposal[1] not in places.displaced]
    load = Counter(side for proposal in left for side in proposal[2:])
    load.update(side for pair in chosen for side in pair)
    return chosen, left, load, places


@given(worlds())
def test_nobody_gets_more_than_there_is_room_for(made) -> None:
    capacity, _, _ = made
    _, _, load, places = outcome(*made)
    assert all(load[one] <= capacity[one] for one in capacity)
    assert +load == +places.held


@given(worlds())
def test_nobody_who_had_a_proposal_is_left_without_any(made) -> None:
    _, proposals, _ = made
    _, _, load, _ = outcome(*made)
    assert all(load[side] for proposal in proposals for side in proposal[2:])


@given(worlds())
def test_a_pair_is_placed_once_and_only_when_it_is_a_candidate(made) -> None:
    chosen, _, _, _ = outcome(*made)
    assert {*chosen} <= {(newcomer, partner) for newcomer, partner, _ in made[2]}
    assert len({frozenset(pair) for pair in chosen}) == len(chosen)


@given(worlds())
def test_what_does_not_deserve_a_look_is_placed_only_as_a_newcomers_first(made) -> None:
    chosen, _, _, _ = outcome(*made, least=0.5)
    scores = {(newcomer, partner): score for newcomer, partner, score in made[2]}
    poor = Counter(newcomer for newcomer, partner in chosen if scores[newcomer, partner] < 0.5)
    assert all(count == 1 for count in poor.values())


@given(worlds())
def test_a_newcomer_is_left_out_only_when_no_partner_can_take_it(made) -> None:
    capacity, _, candidates = made
    chosen, left, load, _ = outcome(*made)
    new_pairs = {frozenset(pair) for pair in chosen}
    for newcomer, partner, _ in candidates:
        if load[newcomer] or not capacity[newcomer]:
            continue
        assert load[partner] == capacity[partner]
        for proposal in left:
            if partner in proposal[2:]:
                other = proposal[3] if proposal[2] == partner else proposal[2]
                assert load[other] - sum(other in pair for pair in new_pairs) <= 1


def test_a_full_partner_gives_up_its_weakest_proposal_for_a_better_one() -> None:
    proposals = [(0.9, 1, 1, 11), (0.2, 2, 2, 11), (0.5, 3, 2, 12)]
    chosen, _, _, places = outcome({1: 2, 2: 2, 11: 2, 12: 1, 5: 2}, proposals, [(5, 11, 0.6)])
    assert chosen == [(5, 11)]
    assert places.displaced == {2}


def test_a_full_partner_keeps_better_proposals_when_the_newcomer_has_another_place() -> None:
    proposals = [(0.9, 1, 1, 11), (0.8, 2, 1, 12)]
    capacity = {1: 3, 11: 1, 12: 2, 5: 3}
    chosen, _, _, places = outcome(capacity, proposals, [(5, 11, 0.6), (5, 12, 0.5)])
    assert chosen == [(5, 12)]
    assert not places.displaced


def test_a_newcomer_without_any_other_place_displaces_a_better_proposal_of_somebody_with_two() -> None:
    proposals = [(0.9, 1, 1, 11), (0.8, 2, 1, 12)]
    chosen, _, _, places = outcome({1: 3, 11: 1, 12: 1, 5: 3}, proposals, [(5, 11, 0.1)])
    assert chosen == [(5, 11)]
    assert places.displaced == {1}


def test_the_last_proposal_of_somebody_is_never_displaced() -> None:
    chosen, _, _, places = outcome({1: 1, 11: 1, 5: 1}, [(0.1, 1, 1, 11)], [(5, 11, 0.9)])
    assert not chosen
    assert not places.displaced


def test_many_newcomers_at_once_all_get_one_before_any_gets_two() -> None:
    candidates = [(new, us, 0.9 - new / 100) for new in (5, 6, 7, 8) for us in (11, 12)]
    capacity = dict.fromkeys((5, 6, 7, 8, 11, 12), 2)
    _, _, load, _ = outcome(capacity, [], candidates)
    assert all(load[new] == 1 for new in (5, 6, 7, 8))


def test_the_result_does_not_depend_on_the_order_of_candidates() -> None:
    candidates = [(5, 11, 0.5), (6, 11, 0.5), (5, 12, 0.5), (6, 12, 0.5)]
    capacity = {5: 1, 6: 1, 11: 1, 12: 1}
    assert outcome(capacity, [], candidates)[0] == outcome(capacity, [], candidates[::-1])[0]


def test_a_proposal_displaced_on_one_side_makes_no_second_place_on_the_other() -> None:
    proposals = [(0.1, 1, 1, 11), (0.3, 2, 1, 12), (0.35, 3, 3, 12), (0.9, 4, 2, 11)]
    capacity = {1: 2, 2: 2, 3: 2, 11: 2, 12: 2, 5: 1, 15: 1, 16: 1}
    _, _, load, places = outcome(capacity, proposals, [(5, 11, 0.8), (15, 1, 0.7), (16, 1, 0.6)])
    assert places.displaced == {1, 2}
    assert load[1] == 2
