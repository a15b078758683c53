"""A draft keeps every limit, books nobody twice, and places nearly all that can be placed."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.timetables.drafting import Board, Limit, Pair, Slot, draft, substitutes

MONDAY = date(2027, 3, 8)


def week(days: int = 5, a_day: int = 8, tables: int = 12, cities: tuple[str, ...] = ("Delhi",)) -> list[Slot]:
    return [
        Slot(day * 100 + n, MONDAY + timedelta(days=day), cities[day * len(cities) // days], tables)
        for day in range(days)
        for n in range(a_day)
    ]


def keeps_the_rules(pairs: list[Pair], board: Board, placed: dict[int, int], tables: dict[int, int]) -> None:
    slots, known = {slot.key: slot for slot in board.slots}, {pair.key: pair for pair in pairs}
    seats = [(own, slots[at]) for key, at in placed.items() for own in (known[key].left, known[key].right)]
    assert (
        max(Counter((board.people.get(own, -own), slot.key) for own, slot in seats).values(), default=0) <= 1
    )
    for (own, _day), count in Counter((own, slot.day) for own, slot in seats).items():
        assert count <= board.limits[own].a_day
    for own, count in Counter(own for own, _ in seats).items():
        assert count <= board.limits[own].in_all
    assert all(board.limits[own].city in ("", slot.city) for own, slot in seats)
    assert all(count <= tables[at] for at, count in Counter(placed.values()).items())


def test_twelve_firms_with_nineteen_meetings_each_fit_into_a_week() -> None:
    """As real missions are: 57 counterparts in three cities that see at most three a day and five in all."""
    slots = week(cities=("Delhi", "Mumbai", "Chennai"))
    hosts = {100 + n: Limit(3, 5, ("Delhi", "Mumbai", "Chennai")[n % 3]) for n in range(57)}
    limits = {**{firm: Limit(6, 19) for firm in range(12)}, **hosts}
    pairs = [
        Pair(firm * 1000 + host, firm, host, ((firm * 37 + host * 11) % 100) / 100)
        for firm in range(12)
        for host in hosts
        if (firm + host) % 2 == 0
    ]
    board = Board(slots, limits)
    placed = draft(pairs, board)
    keeps_the_rules(pairs, board, placed, {slot.key: slot.tables for slot in slots})
    assert len(placed) >= 12 * 18


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_draft_breaks_a_limit_or_books_anybody_twice(data) -> None:
    cities = ("Delhi", "Mumbai")
    slots = week(
        data.draw(st.integers(1, 3)), data.draw(st.integers(1, 4)), data.draw(st.integers(1, 3)), cities
    )
    left, right = range(data.draw(st.integers(1, 5))), range(50, 50 + data.draw(st.integers(1, 6)))
    limit = st.builds(Limit, st.integers(0, 3), st.integers(0, 5), st.sampled_from(["", *cities]))
    limits = {own: data.draw(limit) for own in (*left, *right)}
    people = {own: data.draw(st.integers(900, 905)) for own in left}
    chosen = data.draw(st.sets(st.tuples(st.sampled_from(left), st.sampled_from(right))))
    pairs = [Pair(a * 100 + b, a, b, ((a + b) % 7) / 7) for a, b in sorted(chosen)]
    busy = data.draw(st.sets(st.tuples(st.sampled_from(left), st.sampled_from([s.key for s in slots]))))
    board = Board(slots, limits, set(busy), people)
    placed = draft(pairs, board)
    keeps_the_rules(pairs, board, placed, {slot.key: slot.tables for slot in slots})
    known = {pair.key: pair for pair in pairs}
    assert not any((known[key].left, at) in busy for key, at in placed.items())
    # Whatever is left out really has no place.
    rest = [pair for pair in pairs if pair.key not in placed]
    assert not any(board.tables[slot.key] > 0 and board.fits(pair, slot) for pair in rest for slot in slots)


def test_who_lost_a_partner_gets_the_best_that_waits_at_the_same_time() -> None:
    slots = week(1, 2, 2)
    board = Board(slots, {own: Limit(2, 2) for own in (1, 2, 50, 51)})
    waiting = [Pair(1, 1, 50, 0.2), Pair(2, 2, 50, 0.9), Pair(3, 2, 51, 0.1)]
    assert substitutes([(50, slots[1].key)], waiting, board) == {2: slots[1].key}
