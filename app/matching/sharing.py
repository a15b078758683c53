"""How a new or changed organization gets its place among proposals that were shared out before it came.

A full run allocates everybody's attention at once (`ml.propose`). Between two full runs a partner that has no room
left gives up its weakest undecided proposal for a better one, unless that would leave somebody with none.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping

Proposal = tuple[float, int, int, int]


class Places:
    """Room of every organization, and the undecided proposals that fill it."""

    def __init__(self, capacity: Mapping[int, int], proposals: Iterable[Proposal]) -> None:
        self.capacity = capacity
        self.held: Counter[int] = Counter()
        self.weakest: dict[int, list[Proposal]] = {}
        self.displaced: set[int] = set()
        for proposal in proposals:
            for side in proposal[2:]:
                self.held[side] += 1
                self.weakest.setdefault(side, []).append(proposal)
        for heap in self.weakest.values():
            heapq.heapify(heap)

    def has_room(self, organization: int) -> bool:
        return self.held[organization] < self.capacity.get(organization, 0)

    def take(self, newcomer: int, partner: int, score: float, *, at_any_score: bool = False) -> bool:
        """Give the pair a place on both sides; False when there is none to be had."""
        if not self.has_room(newcomer) or self.capacity.get(partner, 0) == 0:
            return False
        if not self.has_room(partner) and not self._displace(partner, score, at_any_score):
            return False
        self.held[newcomer] += 1
        self.held[partner] += 1
        return True

    def _displace(self, partner: int, score: float, at_any_score: bool) -> bool:
        heap, kept = self.weakest.get(partner, []), []
        found = None
        while heap and found is None and (at_any_score or heap[0][0] < score):
            proposal = heapq.heappop(heap)
            if proposal[1] in self.displaced:
                continue
            other = proposal[3] if proposal[2] == partner else proposal[2]
            if self.held[other] > 1:
                found = proposal
                self.held[other] -= 1
            else:
                kept.append(proposal)
        for proposal in kept:
            heapq.heappush(heap, proposal)
        if found is None:
            return False
        self.displaced.add(found[1])
        self.held[partner] -= 1
        return True


def place_newcomers(
    candidates: Iterable[tuple[int, int, float]], places: Places, least: float = 0.0
) -> list[tuple[int, int]]:
    """The (newcomer, partner) pairs that get a place, best first.

    One for every newcomer comes first, however poor and whatever it displaces; then all that score `least` or more.
    """
    ranked = sorted(set(candidates), key=lambda one: (-one[2], one[0], one[1]))
    chosen: dict[frozenset[int], tuple[int, int]] = {}
    for is_first, at_any_score in ((True, False), (True, True), (False, False)):
        for newcomer, partner, score in ranked:
            pair = frozenset({newcomer, partner})
            wanted = not places.held[newcomer] if is_first else score >= least
            if (
                wanted
                and pair not in chosen
                and places.take(newcomer, partner, score, at_any_score=at_any_score)
            ):
                chosen[pair] = (newcomer, partner)
    return list(chosen.values())
