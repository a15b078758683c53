"""Who meets whom in which slot: rules without tables. See docs/decisions/0025-timetables.md.

Two steps, both by SciPy's solvers. First the pairs that meet are chosen: a linear program that maximizes their scores under
everybody's limits (limits of days, cities and sides nest, so HiGHS finds whole numbers at once). Then slots are filled one
after the other, each by an assignment in which those come first who have the fewest slots left for what they still have to do;
an assignment gives nobody two partners, so nobody is booked twice. What then is left over goes wherever it fits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp
from scipy.sparse import csr_array

# A chosen pair is worth more than any that was not; those who are pressed for slots come before the rest.
_CHOSEN, _PRESSED = 10.0, 100.0
_SECONDS = 10.0


@dataclass(frozen=True)
class Pair:
    """Two organizations that may meet, `left` of one country and `right` of the other."""

    key: int
    left: int
    right: int
    score: float


@dataclass(frozen=True)
class Slot:
    """A time with so many tables free, in a city on a day."""

    key: int
    day: date
    city: str
    tables: int


@dataclass(frozen=True)
class Limit:
    """What one organization takes: meetings a day, in all, and where (empty: everywhere)."""

    a_day: int
    in_all: int
    city: str = ""


@dataclass
class Board:
    """What is taken so far. Slots are in order of time; `busy` are (organization, slot) that cannot be used."""

    slots: Sequence[Slot]
    limits: Mapping[int, Limit]
    busy: set[tuple[int, int]] = field(default_factory=set)
    # Who sits for an organization; two organizations of one person never meet others at once.
    people: Mapping[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tables = {slot.key: slot.tables for slot in self.slots}
        self.in_all: Counter[int] = Counter()
        self.a_day: Counter[tuple[int, date]] = Counter()
        self.sits: set[tuple[int, int]] = set()

    def is_open(self, own: int, slot: Slot) -> bool:
        """Whether the organization can take a meeting in the slot."""
        limit = self.limits.get(own)
        if limit is None or (own, slot.key) in self.busy or limit.city not in ("", slot.city):
            return False
        if own in self.people and (self.people[own], slot.key) in self.sits:
            return False
        return self.in_all[own] < limit.in_all and self.a_day[own, slot.day] < limit.a_day

    def fits(self, pair: Pair, slot: Slot) -> bool:
        people = {self.people.get(own, -own) for own in (pair.left, pair.right)}
        is_two = len(people) == 2
        return is_two and all(self.is_open(own, slot) for own in (pair.left, pair.right))

    def seat(self, organizations: Iterable[int], slot: Slot, tables: int = 1) -> None:
        """Take the slot for these organizations."""
        self.tables[slot.key] -= tables
        for own in organizations:
            self.busy.add((own, slot.key))
            self.in_all[own] += 1
            self.a_day[own, slot.day] += 1
            if own in self.people:
                self.sits.add((self.people[own], slot.key))

    def room_of(self, own: int, slots: Iterable[Slot]) -> int:
        """How many more meetings the organization can take in these slots."""
        limit = self.limits[own]
        days = Counter(slot.day for slot in slots if self.is_open(own, slot))
        most = sum(min(free, limit.a_day - self.a_day[own, day]) for day, free in days.items())
        return max(0, min(most, limit.in_all - self.in_all[own]))


def draft(pairs: Sequence[Pair], board: Board) -> dict[int, int]:
    """Slot key by pair key, for the pairs that find a place; the board is filled on the way."""
    known = [pair for pair in pairs if {pair.left, pair.right} <= board.limits.keys()]
    chosen = {pair.key for pair in choose(known, board)}
    placed: dict[int, int] = {}
    for at, slot in enumerate(board.slots):
        rest = [pair for pair in known if pair.key not in placed]
        for pair in _fill(rest, chosen, board, at):
            placed[pair.key] = slot.key
    return placed | _left_over([pair for pair in known if pair.key not in placed], board)


def choose(pairs: Sequence[Pair], board: Board) -> list[Pair]:
    """The pairs with the highest sum of scores that everybody's limits and the tables of each city allow."""
    if not pairs:
        return []
    rows, most = _limits_of(pairs, board)
    matrix = (
        csr_array(
            (
                np.ones(sum(map(len, rows))),
                (np.repeat(np.arange(len(rows)), [*map(len, rows)]), np.concatenate(rows)),
            )
        )
        if rows
        else None
    )
    found = milp(
        # A pair that scores nothing still is worth a meeting.
        -np.array([max(pair.score, 0.0) + 1e-3 for pair in pairs]),
        integrality=np.ones(len(pairs)),
        bounds=Bounds(0, 1),
        constraints=[LinearConstraint(matrix, -np.inf, np.array(most))] if rows else (),
        options={"time_limit": _SECONDS},
    )
    if found.x is None:
        return list(pairs)
    return [pair for pair, takes in zip(pairs, found.x, strict=True) if takes > 0.5]


def _limits_of(pairs: Sequence[Pair], board: Board) -> tuple[list[list[int]], list[int]]:
    """Which pairs together are at most how many: of each organization, in all and by city, and of each city's tables."""
    cities = {slot.city for slot in board.slots}
    where = [_city_of(pair, board) for pair in pairs]
    rows, most = [], []
    for own in sorted({own for pair in pairs for own in (pair.left, pair.right)}):
        mine = [at for at, pair in enumerate(pairs) if own in (pair.left, pair.right)]
        rows.append(mine)
        most.append(board.room_of(own, board.slots))
        for city in cities:
            there = [at for at in mine if where[at] == city]
            if there:
                rows.append(there)
                most.append(board.room_of(own, [slot for slot in board.slots if slot.city == city]))
    for city in cities:
        there = [at for at in range(len(pairs)) if where[at] == city]
        if there:
            rows.append(there)
            most.append(sum(max(0, board.tables[slot.key]) for slot in board.slots if slot.city == city))
    return rows, most


def _city_of(pair: Pair, board: Board) -> str:
    """The one city in which the pair can meet; empty when there are several."""
    return board.limits[pair.left].city or board.limits[pair.right].city


def _fill(rest: Sequence[Pair], chosen: set[int], board: Board, at: int) -> list[Pair]:
    """Seat the best assignment of one slot."""
    slot = board.slots[at]
    able = [pair for pair in rest if board.fits(pair, slot)] if board.tables[slot.key] > 0 else []
    wanted = [pair for pair in able if pair.key in chosen]
    if not wanted:
        return []
    pressed = _pressed([pair for pair in rest if pair.key in chosen], board, at)
    worth = {
        pair.key: _CHOSEN + pair.score + _PRESSED * (pressed[pair.left] + pressed[pair.right])
        for pair in wanted
    }
    seated = []
    for pair in _assigned(wanted, worth, board.tables[slot.key]):
        # One person may sit for two of them.
        if board.fits(pair, slot):
            board.seat((pair.left, pair.right), slot)
            seated.append(pair)
    return seated


def _pressed(rest: Sequence[Pair], board: Board, at: int) -> dict[int, float]:
    """How much of the room each organization has left it needs, 1 when it needs all."""
    need: Counter[int] = Counter()
    for pair in rest:
        need.update((pair.left, pair.right))
    left = board.slots[at:]
    return {own: min(1.0, count / max(1, board.room_of(own, left))) ** 4 for own, count in need.items()}


def _assigned(pairs: Sequence[Pair], worth: Mapping[int, float], tables: int) -> list[Pair]:
    """The most valuable pairs without a common organization, at most `tables` of them, best first."""
    lefts = sorted({pair.left for pair in pairs})
    rights = sorted({pair.right for pair in pairs})
    row = {own: at for at, own in enumerate(lefts)}
    column = {own: at for at, own in enumerate(rights)}
    # Rows beyond the number of tables are drawn to an empty column each.
    idle = max(0, len(lefts) - tables)
    value = np.zeros((len(lefts), len(rights) + idle))
    value[:, len(rights) :] = 10 * max(worth.values())
    by_place: dict[tuple[int, int], Pair] = {}
    for pair in pairs:
        place = row[pair.left], column[pair.right]
        if place not in by_place or worth[pair.key] > worth[by_place[place].key]:
            by_place[place] = pair
            value[place] = worth[pair.key]
    picked = zip(*linear_sum_assignment(value, maximize=True), strict=True)
    found = [by_place[place] for place in picked if place in by_place]
    return sorted(found, key=lambda pair: (-worth[pair.key], pair.key))


def _left_over(pairs: Sequence[Pair], board: Board) -> dict[int, int]:
    """Whatever still fits somewhere, best first."""
    placed = {}
    for pair in sorted(pairs, key=lambda one: (-one.score, one.key)):
        free = (slot for slot in board.slots if board.tables[slot.key] > 0 and board.fits(pair, slot))
        slot = next(free, None)
        if slot is not None:
            board.seat((pair.left, pair.right), slot)
            placed[pair.key] = slot.key
    return placed


def substitutes(free: Sequence[tuple[int, int]], pairs: Sequence[Pair], board: Board) -> dict[int, int]:
    """Partners that wait for one who lost one: (organization, slot key) that fell free, filled by the best assignment.

    Gives the slot key by pair key. Nobody meets twice, and who is substituted keeps the time.
    """
    slots = {slot.key: slot for slot in board.slots}
    value = np.zeros((len(free), len(pairs)))
    for at, (own, key) in enumerate(free):
        for number, pair in enumerate(pairs):
            if own in (pair.left, pair.right) and board.fits(pair, slots[key]):
                value[at, number] = _CHOSEN + pair.score
    placed: dict[int, int] = {}
    for at, number in zip(*linear_sum_assignment(value, maximize=True), strict=True):
        pair, slot = pairs[number], slots[free[at][1]]
        # The assignment knows of one pair a place, the board of what else the substitute took meanwhile.
        if value[at, number] and board.tables[slot.key] > 0 and board.fits(pair, slot):
            board.seat((pair.left, pair.right), slot)
            placed[pair.key] = slot.key
    return placed
