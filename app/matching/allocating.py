"""Share attention out to programs, one after the other in their order, each under its own dial and quota.

Neighbors in that order with the same dial and no quota are shared out together, as is what belongs to no program:
without rules of programs that is one allocation for everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.matching import scoring
from app.matching.program_rules import NONE, ProgramRule, ProgramRules, Sorter

# Of pairs that belong to no program.
PLAIN = (0.0, 1)


@dataclass(frozen=True)
class Group:
    """Programs, by their place in the order, that are shared out at once."""

    places: tuple[int, ...]
    alpha: float
    floor: int
    limited: ProgramRule | None = None


def groups_of(rules: Sequence[ProgramRule]) -> list[Group]:
    """Which programs are shared out together, first first; the last group has what belongs to none."""
    groups: list[Group] = []
    settings = [(at, (rule.alpha, rule.floor), rule) for at, rule in enumerate(rules)]
    for at, dial, rule in [*settings, (NONE, PLAIN, None)]:
        limited = rule if rule is not None and rule.quota is not None else None
        last = groups[-1] if groups else None
        joins = last is not None and limited is None and last.limited is None
        if last is not None and joins and (last.alpha, last.floor) == dial:
            groups[-1] = Group((*last.places, at), *dial)
        else:
            groups.append(Group((at,), *dial, limited))
    return groups


@dataclass
class Market:
    """What is shared out: candidate pairs, who tells the program of each, and everybody's capacity.

    It remembers what was shared out for the first groups, so that another dial of a later program computes only the rest.
    """

    candidates: pd.DataFrame
    sorter: Sorter
    capacity: pd.Series
    rules: ProgramRules
    _known: dict[tuple[Group, ...], tuple[pd.DataFrame, pd.Series]] = field(default_factory=dict)

    @cached_property
    def programs(self) -> NDArray[np.int64]:
        """(e,) the place of the program of each candidate pair."""
        return self._places_of(self.candidates)

    def shared_out(self, rules: Sequence[ProgramRule]) -> pd.DataFrame:
        """The pairs worth proposing, with the place of their program, under these rules."""
        groups = groups_of(rules)
        parts, left = [], self.capacity
        for number in range(1, len(groups) + 1):
            chain = tuple(groups[:number])
            if chain not in self._known:
                self._known[chain] = self._share(chain[-1], left)
            part, left = self._known[chain]
            parts.append(part)
        if len(groups) > 1:
            parts.append(self._mend(pd.concat(parts), left))
        return scoring.worth_proposing(pd.concat(parts, ignore_index=True))

    def _share(self, group: Group, left: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
        """The pairs of one group, and the capacity that is left after it."""
        room = self._room(group.limited, left)
        pairs = self._allocated(np.isin(self.programs, group.places), room, group.floor, group.alpha)
        used = _used(pairs, left)
        if group.limited is not None:
            used[used.index.isin(group.limited.cohort)] = 0
        return pairs, left - used

    def _room(self, limited: ProgramRule | None, left: pd.Series) -> pd.Series:
        """Capacities in a program: with a quota, the cohort's is the quota and everybody else's the lesser of both."""
        if limited is None:
            return left
        quota = pd.Series(
            [self.rules.quota_left(limited, id_) for id_ in left.index], left.index, dtype="int64"
        )
        apart = left.index.isin(limited.cohort)
        return quota.where(apart, np.minimum(quota, left))

    def _mend(self, pairs: pd.DataFrame, left: pd.Series) -> pd.DataFrame:
        """A first pair, out of those without a quota, for who was left with nothing while a program before was served."""
        served = set(pairs["id"]) | set(pairs["candidate"])
        missing = [id_ for id_ in left.index[left > 0] if id_ not in served]
        limited = [at for at, rule in enumerate(self.rules.programs) if rule.quota is not None]
        touches = self.candidates["id"].isin(missing) | self.candidates["candidate"].isin(missing)
        open_to_all = touches.to_numpy() & ~np.isin(self.programs, limited)
        # As little as the floor asks: one pair each, and no more than one for those who help.
        return self._allocated(open_to_all, left.clip(upper=1), 1, 0.0)

    def _allocated(self, mask: NDArray[np.bool_], room: pd.Series, floor: int, alpha: float) -> pd.DataFrame:
        part = self.candidates.loc[mask]
        pairs = scoring.allocated(part, room, floor, alpha) if len(part) else part
        return pairs.assign(program=self._places_of(pairs))

    def _places_of(self, pairs: pd.DataFrame) -> NDArray[np.int64]:
        ends = (pairs[side].to_numpy(dtype=np.int64) for side in ("id", "candidate"))
        return self.sorter.programs_of(*ends)


def _used(pairs: pd.DataFrame, capacity: pd.Series) -> pd.Series:
    counted = pd.concat([pairs["id"], pairs["candidate"]]).value_counts()
    return counted.reindex(capacity.index, fill_value=0)
