"""How a new or changed organization gets its place among proposals that were shared out before it came.

A full run allocates everybody's attention at once (`ml.propose`). Between two full runs a partner that has no room
left gives up its weakest undecided proposal for a better one, unless that would leave somebody with none.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from app.matching.program_rules import ProgramRule, ProgramRules

Proposal = tuple[float, int, int, int]


class Quotas:
    """What programs with a quota allow, beside everybody's room.

    Parameters
    ----------
    rules : of the open programs
    rule_of : the program of a pair that might be proposed
    of_proposals : the program of each undecided proposal, by match id
    """

    def __init__(
        self,
        rules: ProgramRules | None = None,
        rule_of: Callable[[int, int], ProgramRule | None] = lambda _one, _other: None,
        of_proposals: Mapping[int, int | None] | None = None,
    ) -> None:
        self.rules, self.rule_of = rules or ProgramRules(), rule_of
        self._by_id = {rule.id: rule for rule in self.rules.programs}
        self._of_proposals = of_proposals or {}
        self._held: Counter[tuple[int, int]] = Counter()

    def rule_of_proposal(self, match_id: int) -> ProgramRule | None:
        return self._by_id.get(self._of_proposals.get(match_id) or 0)

    def allows(self, rule: ProgramRule | None, organization: int) -> bool:
        """Whether the quota of a program, and what the organization itself allows, has one more for it."""
        left = self.rules.quota_left(rule, organization) if rule is not None else None
        return rule is None or left is None or self._held[rule.id, organization] < left

    def count(self, rule: ProgramRule | None, organization: int, number: int) -> None:
        if rule is not None and rule.quota is not None:
            self._held[rule.id, organization] += number


class Places:
    """Room of every organization, and the undecided proposals that fill it."""

    def __init__(
        self, capacity: Mapping[int, int], proposals: Iterable[Proposal], quotas: Quotas | None = None
    ) -> None:
        self.capacity, self.quotas = capacity, quotas or Quotas()
        self.held: Counter[int] = Counter()
        # Of those held: counted by the quota of a program alone.
        self.apart: Counter[int] = Counter()
        self.weakest: dict[int, list[Proposal]] = {}
        self.displaced: set[int] = set()
        for proposal in proposals:
            rule = self.quotas.rule_of_proposal(proposal[1])
            for side in proposal[2:]:
                self._hold(side, rule, 1)
                if rule is None or not rule.counts_apart(side):
                    self.weakest.setdefault(side, []).append(proposal)
        for heap in self.weakest.values():
            heapq.heapify(heap)

    def has_room(self, organization: int, rule: ProgramRule | None = None) -> bool:
        own_room = self.quotas.rules.own_room.get(organization)
        if own_room is not None and self.held[organization] >= own_room:
            return False
        if rule is not None and rule.counts_apart(organization):
            return True
        return self.held[organization] - self.apart[organization] < self.capacity.get(organization, 0)

    def take(self, newcomer: int, partner: int, score: float, *, at_any_score: bool = False) -> bool:
        """Give the pair a place on both sides; False when there is none to be had."""
        rule = self.quotas.rule_of(newcomer, partner)
        if not all(self.quotas.allows(rule, side) for side in (newcomer, partner)):
            return False
        if self.quotas.rules.own_room.get(partner) == 0:
            return False
        is_apart = rule is not None and rule.counts_apart(partner)
        if not self.has_room(newcomer, rule) or (self.capacity.get(partner, 0) == 0 and not is_apart):
            return False
        if not self.has_room(partner, rule) and not self._displace(partner, score, at_any_score):
            return False
        for side in (newcomer, partner):
            self._hold(side, rule, 1)
        return True

    def _hold(self, side: int, rule: ProgramRule | None, number: int) -> None:
        self.held[side] += number
        self.quotas.count(rule, side, number)
        if rule is not None and rule.counts_apart(side):
            self.apart[side] += number

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
            else:
                kept.append(proposal)
        for proposal in kept:
            heapq.heappush(heap, proposal)
        if found is None:
            return False
        self.displaced.add(found[1])
        for side in found[2:]:
            self._hold(side, self.quotas.rule_of_proposal(found[1]), -1)
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
