"""Share attention out among programs, so that a dial or a quota of one costs the others as little as can be.

First the programs with a quota, in their order: cohorts and missions are promised their places. Then everything else at
once, for the most expected matches. Then each program with a dial of its own is shared out anew, within what the others
leave: turning it changes that program and no other. Last, who was left with nothing gets a first pair if there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.later import later
from app.matching import scoring
from app.matching.program_rules import ProgramRule, ProgramRules, Sorter

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = later("pandas")

# The dial of what nobody has set: the most expected matches, and one for everybody with a partner.
PLAIN = (0.0, 1)
REST = -2
_PLENTY = 10**9
_COLUMNS = ["id", "candidate", "score", "forward", "backward"]


@dataclass(frozen=True)
class Step:
    """What is shared out at once: the pairs of the program at a place in the order, or the `REST` together."""

    place: int
    alpha: float = 0.0
    floor: int = 1
    limited: ProgramRule | None = None


def steps_of(rules: Sequence[ProgramRule]) -> list[Step]:
    """Quotas, then everything without one, then dials."""
    own = list(enumerate(rules))
    limited = [Step(at, rule.alpha, rule.floor, rule) for at, rule in own if rule.quota is not None]
    turned = [
        Step(at, rule.alpha, rule.floor)
        for at, rule in own
        if rule.quota is None and (rule.alpha, rule.floor) != PLAIN
    ]
    return [*limited, Step(REST, *PLAIN), *turned]


@dataclass
class Market:
    """What is shared out: candidate pairs, who tells the program of each, and everybody's capacity.

    It remembers each step, so that another dial of one program computes only what comes after.
    """

    candidates: pd.DataFrame
    sorter: Sorter
    capacity: pd.Series
    rules: ProgramRules
    _known: dict[tuple[Step, ...], tuple[pd.DataFrame, pd.Series]] = field(default_factory=dict)

    @cached_property
    def programs(self) -> NDArray[np.int64]:
        """(e,) the place of the program of each candidate pair."""
        return self._places_of(self.candidates)

    @cached_property
    def limited(self) -> list[int]:
        """Places of the programs with a quota."""
        return [at for at, rule in enumerate(self.rules.programs) if rule.quota is not None]

    def shared_out(self, rules: Sequence[ProgramRule]) -> pd.DataFrame:
        """The pairs worth proposing, with the place of their program, under these rules."""
        pairs, left = self._after(tuple(steps_of(rules)))
        if rules:
            pairs = pd.concat([pairs, self._mend(pairs, left)], ignore_index=True)
        return scoring.worth_proposing(pairs)

    def _after(self, steps: tuple[Step, ...]) -> tuple[pd.DataFrame, pd.Series]:
        """The pairs chosen and the capacity left after these steps."""
        if not steps:
            return self._allocated(
                np.zeros(len(self.candidates), dtype=bool), self.capacity, 1, 0.0
            ), self.capacity
        if steps not in self._known:
            self._known[steps] = self._take(steps[-1], *self._after(steps[:-1]))
        return self._known[steps]

    def _take(self, step: Step, pairs: pd.DataFrame, left: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
        own = pairs["program"] == step.place
        left, others = left + _used(pairs[own], left), pairs[~own]
        own_room = self._own_room(others)
        rest = ~np.isin(self.programs, self.limited)
        mask = rest if step.place == REST else self.programs == step.place
        room = _lesser(self._room(step.limited, left), own_room)
        chosen = self._allocated(mask, room, step.floor, step.alpha)
        used = _used(chosen, left)
        if step.limited is not None:
            used[used.index.isin(step.limited.cohort)] = 0
        return pd.concat([others, chosen], ignore_index=True), left - used

    def _room(self, limited: ProgramRule | None, left: pd.Series) -> pd.Series:
        """Capacities in a program: with a quota, the cohort's is the quota and everybody else's the lesser of both."""
        if limited is None:
            return left
        quota = pd.Series(
            [self.rules.quota_left(limited, id_) for id_ in left.index], left.index, dtype="int64"
        )
        apart = left.index.isin(limited.cohort)
        return quota.where(apart, np.minimum(quota, left))

    def _own_room(self, pairs: pd.DataFrame) -> pd.Series:
        """What organizations with a limit of their own may have beside these pairs; for others more than anybody gets."""
        index = self.capacity.index
        room = pd.Series([self.rules.own_room.get(id_, _PLENTY) for id_ in index], index, dtype="int64")
        return (room - _used(pairs, self.capacity)).clip(lower=0)

    def _mend(self, pairs: pd.DataFrame, left: pd.Series) -> pd.DataFrame:
        """A first pair, out of those without a quota, for who was left with nothing while a program before was served."""
        served = set(pairs["id"]) | set(pairs["candidate"])
        room = _lesser(left, self._own_room(pairs)).clip(upper=1)
        missing = [id_ for id_ in left.index[room > 0] if id_ not in served]
        touches = self.candidates["id"].isin(missing) | self.candidates["candidate"].isin(missing)
        open_to_all = touches.to_numpy() & ~np.isin(self.programs, self.limited)
        # As little as the floor asks: one pair each, and no more than one for those who help.
        return self._allocated(open_to_all, room, 1, 0.0)

    def _allocated(self, mask: NDArray[np.bool_], room: pd.Series, floor: int, alpha: float) -> pd.DataFrame:
        part = self.candidates.loc[mask]
        pairs = scoring.allocated(part, room, floor, alpha) if len(part) else part[_COLUMNS]
        return pairs.assign(program=self._places_of(pairs))

    def _places_of(self, pairs: pd.DataFrame) -> NDArray[np.int64]:
        ends = (pairs[side].to_numpy(dtype=np.int64) for side in ("id", "candidate"))
        return self.sorter.programs_of(*ends)


def _lesser(one: pd.Series, other: pd.Series) -> pd.Series:
    return one.where(one < other, other)


def _used(pairs: pd.DataFrame, capacity: pd.Series) -> pd.Series:
    counted = pd.concat([pairs["id"], pairs["candidate"]]).value_counts()
    return counted.reindex(capacity.index, fill_value=0)
