"""Which program a pair belongs to, and how many matches of it an organization may have.

Read once into plain values, so that a plan can be computed outside any transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from app.db import db
from app.matching import attention
from app.matching.models import OPEN_STATES, Match, MatchState
from app.programs import cohort_queries
from app.programs import queries as programs
from app.programs.models import CohortRule
from app.taxonomy import Country, Kind

NONE = -1
# What counts against a quota: a proposal nobody has decided on may still be replaced.
_SETTLED = (MatchState.HELD, MatchState.INFO_REQUESTED, MatchState.APPROVED)
Traits = tuple[Country, Kind]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class ProgramRule:
    """What one open program asks of its pairs."""

    id: int
    kinds: frozenset[Kind] = frozenset()
    technologies: frozenset[str] = frozenset()
    one_side_is: Kind | None = None
    cohort_rule: CohortRule = CohortRule.EVERYBODY
    cohort: frozenset[int] = frozenset()
    quota: int | None = None
    alpha: float = 0.0
    floor: int = 1

    def counts_apart(self, organization_id: int) -> bool:
        """Whether its matches here are counted by the quota alone and not by the site's cap."""
        return self.quota is not None and organization_id in self.cohort


@dataclass(frozen=True)
class ProgramRules:
    """Open programs in the order in which pairs go to them, and what is settled in each."""

    programs: Sequence[ProgramRule] = ()
    # (program, organization) -> matches held, asked about or approved.
    settled: Mapping[tuple[int, int], int] = field(default_factory=dict)
    # How many more matches, of whatever program, organizations with a limit of their own may have.
    own_room: Mapping[int, int] = field(default_factory=dict)

    def counted_apart(self) -> Counter[int]:
        """Settled matches of each organization that take no place under the site's cap."""
        by_id = {rule.id: rule for rule in self.programs}
        found: Counter[int] = Counter()
        for (program_id, organization_id), number in self.settled.items():
            rule = by_id.get(program_id)
            if rule is not None and rule.counts_apart(organization_id):
                found[organization_id] += number
        return found

    def quota_left(self, rule: ProgramRule, organization_id: int) -> int | None:
        """How many more matches of a program an organization may have; None without a quota."""
        if rule.quota is None:
            return None
        left = max(0, rule.quota - self.settled.get((rule.id, organization_id), 0))
        return min(left, self.own_room.get(organization_id, left))


def rules_now(cap: int | None = None) -> ProgramRules:
    """The rules of open programs and what is settled in them; with the `cap` of the site also organizations' own limits."""
    cohorts = cohort_queries.cohorts()
    rules = [
        ProgramRule(
            id=program.id,
            kinds=frozenset(Kind(kind) for kind in program.kinds),
            technologies=frozenset(program.technologies),
            one_side_is=program.one_side_is,
            cohort_rule=program.cohort_rule,
            cohort=frozenset(cohorts.get(program.id, ())) if program.has_cohort else frozenset(),
            quota=program.quota,
            alpha=program.alpha,
            floor=program.floor,
        )
        for program in programs.open_programs()
    ]
    limited = [rule.id for rule in rules if rule.quota is not None]
    own_room = attention.room_now(cap) if cap is not None else {}
    return ProgramRules(rules, places_taken_in(limited, _SETTLED), own_room)


def quotas_left(
    program_id: int, organization_ids: Sequence[int], seen: sa.ColumnElement[bool] | None = None
) -> dict[int, int | None]:
    """How many more open and approved matches of a program each organization may have; None without a quota.

    `seen` leaves out matches that a reader may not know of.
    """
    quota = next((one.quota for one in programs.open_programs() if one.id == program_id), None)
    if quota is None:
        return dict.fromkeys(organization_ids)
    taken = places_taken_in([program_id], (*OPEN_STATES, MatchState.APPROVED), seen, organization_ids)
    return {id_: max(0, quota - taken.get((program_id, id_), 0)) for id_ in organization_ids}


def places_taken_in(
    program_ids: Sequence[int],
    states: Sequence[MatchState],
    seen: sa.ColumnElement[bool] | None = None,
    ids: Collection[int] | None = None,
) -> dict[tuple[int, int], int]:
    """Matches of programs in these states, by program and organization; of `ids` alone when they are given."""
    if not program_ids:
        return {}
    counting = sa.true() if seen is None else seen
    sides: list[Any] = [
        sa.select(Match.program_id, side, sa.func.count())
        .where(Match.program_id.in_(program_ids), Match.state.in_(states), Match.is_going(), counting)
        .where(sa.true() if ids is None else side.in_(ids))
        .group_by(Match.program_id, side)
        for side in (Match.india_id, Match.us_id)
    ]
    taken: Counter[tuple[int, int]] = Counter()
    for program_id, organization_id, number in db.session.execute(sa.union_all(*sides)):
        taken[program_id or NONE, organization_id] += number
    return dict(taken)


class Sorter:
    """Gives each pair to the first program that takes it.

    Parameters
    ----------
    rules : in the order of priority
    traits : of every organization that may stand in a pair
    technologies : codes of those that have any
    """

    def __init__(
        self,
        rules: Sequence[ProgramRule],
        traits: Mapping[int, Traits],
        technologies: Mapping[int, set[str]],
    ) -> None:
        self.rules = rules
        self.ids = np.array(sorted(traits), dtype=np.int64)
        kinds = [traits[id_][1] for id_ in self.ids.tolist()]
        self.masks = [self._masks(rule, kinds, technologies) for rule in rules]

    def _masks(
        self, rule: ProgramRule, kinds: Sequence[Kind], technologies: Mapping[int, set[str]]
    ) -> tuple[Mask, Mask, Mask, Mask]:
        """Four of (n,): of its kinds, of the kind one side must be, in its technologies, in its cohort."""
        ids, size = self.ids.tolist(), len(self.ids)
        is_free = not rule.technologies
        return (
            np.fromiter((not rule.kinds or kind in rule.kinds for kind in kinds), bool, size),
            np.fromiter((rule.one_side_is in {None, kind} for kind in kinds), bool, size),
            np.fromiter(
                (is_free or not rule.technologies.isdisjoint(technologies.get(i, ())) for i in ids),
                bool,
                size,
            ),
            np.fromiter((i in rule.cohort for i in ids), bool, size),
        )

    def programs_of(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
        """(e,) the place in `rules` of the program of each pair; `NONE` where no program takes it."""
        here, there = np.searchsorted(self.ids, one), np.searchsorted(self.ids, other)
        found = np.full(len(one), NONE, dtype=np.int64)
        for at in reversed(range(len(self.rules))):
            found[self._takes(at, here, there)] = at
        return found

    def _takes(self, at: int, here: NDArray[np.intp], there: NDArray[np.intp]) -> Mask:
        kinds, needed, technologies, cohort = self.masks[at]
        takes = kinds[here] & kinds[there] & (needed[here] | needed[there])
        takes &= technologies[here] | technologies[there]
        rule = self.rules[at].cohort_rule
        if rule is CohortRule.COHORT_ONLY:
            takes &= cohort[here] & cohort[there]
        elif rule is CohortRule.COHORT_WITH_ALL:
            takes &= cohort[here] | cohort[there]
        return takes
