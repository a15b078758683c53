"""What a staged batch would do, before it does it: load, quotas, exposure, risks, expected answers, and the cost against the best plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.models import User
from app.conflicts import queries as conflicts
from app.db import db
from app.desk import best_plan
from app.desk.best_plan import Rooms
from app.desk.cards import risks
from app.desk.models import Action, Case, CaseKind, Decision
from app.matching.models import OPEN_STATES, Match, MatchState
from app.matching.program_rules import places_taken_in
from app.organizations.models import Organization
from app.programs.models import Program
from app.taxonomy import label, region_name


@dataclass(frozen=True)
class Load:
    """How much attention an organization is asked for, and what the batch adds."""

    organization: Organization
    approved: int
    added: int
    cap: int

    @property
    def after(self) -> int:
        return self.approved + self.added

    @property
    def is_hot(self) -> bool:
        return self.after > self.cap


@dataclass(frozen=True)
class Quota:
    """What an organization may still have in a program once the batch is out."""

    organization: Organization
    program: str
    left: int

    @property
    def is_hot(self) -> bool:
        return self.left < 0


@dataclass(frozen=True)
class Share:
    """How often the batch reaches one kind of organization."""

    name: str
    count: int


@dataclass(frozen=True)
class Warned:
    """Something to watch out for, and the cases it holds of."""

    words: str
    cases: list[Case]


@dataclass(frozen=True)
class Consequences:
    """All of it, hot rows first."""

    decisions: Sequence[Decision]
    actions: dict[Action, int]
    loads: list[Load]
    quotas: list[Quota]
    regions: list[Share]
    sizes: list[Share]
    kinds: list[Share]
    reached: int
    first_timers: int
    conflicts: list[Warned]
    introductions: int
    # In how many of them both sides say yes; None while nobody has taught the model.
    expected: float | None
    value: float
    best: float
    is_learned: bool = field(default=False)

    @property
    def cost(self) -> float:
        """What the best plan of as many pairs would bring more."""
        return max(0.0, self.best - self.value)


def consequences_of(decisions: Sequence[Decision]) -> Consequences:
    """What releasing these would do. They are one person's."""
    pairs = _pairs_of([one for one in decisions if _introduces(one)])
    ids = [id_ for pair in pairs for id_ in pair.ids]
    sides = _sides(decisions, ids)
    chances = [pair.chance for pair in pairs]
    is_learned = bool(pairs) and all(chance is not None for chance in chances)
    by = decisions[0].by if pairs else None
    plan = best_plan.best_open(by, {pair.case.id for pair in pairs}) if by else []
    rooms = Rooms(by, {*ids, *best_plan.looked_at_first(plan, len(pairs))}) if by else None
    return Consequences(
        decisions=decisions,
        actions=dict(Counter(one.action for one in decisions)),
        loads=_loads(ids, sides, rooms) if rooms else [],
        quotas=_quotas(pairs, sides, by) if by else [],
        regions=_shares(region_name(one.region_code) or _("Not said") for one in sides.values()),
        sizes=_shares(_size_of(one) for one in sides.values()),
        kinds=_shares(str(label(one.kind)) for one in sides.values()),
        reached=len(sides),
        first_timers=sum(1 for id_ in sides if not rooms.approved(id_)) if rooms else 0,
        conflicts=_conflicts(pairs, rooms) if rooms else [],
        introductions=len(pairs),
        expected=round(sum(c for c in chances if c is not None), 2) if is_learned else None,
        value=sum(pair.value for pair in pairs),
        best=best_plan.value_of(plan, len(pairs), rooms) if rooms else 0.0,
        is_learned=is_learned,
    )


def summary_of(found: Consequences) -> dict[str, Any]:
    """The numbers that are kept with a release."""
    return {
        "introductions": found.introductions,
        "reached": found.reached,
        "first_timers": found.first_timers,
        "expected": found.expected,
        "value": round(found.value, 3),
        "best": round(found.best, 3),
        "actions": {action.value: number for action, number in found.actions.items()},
    }


@dataclass(frozen=True)
class _Pair:
    """Two that the batch would let hear of each other."""

    case: Case
    ids: tuple[int, int]
    program_id: int | None
    match: Match | None

    @property
    def chance(self) -> float | None:
        match = self.match
        if match is None or match.chance_for_india is None or match.chance_for_us is None:
            return None
        return match.chance_for_india * match.chance_for_us

    @property
    def value(self) -> float:
        if self.match is None:
            return 0.0
        return self.chance if self.chance is not None else self.match.score


def _introduces(decision: Decision) -> bool:
    case = decision.case
    return (
        case.kind is CaseKind.PAIR and not case.is_repeat and decision.action in {Action.APPROVE, Action.SWAP}
    )


def _pairs_of(decisions: Sequence[Decision]) -> list[_Pair]:
    """What these introduce; the matches that swaps lead to are read at once."""
    sides = [_sides_after(one) for one in decisions]
    swapped = {ids for ids, one in zip(sides, decisions, strict=True) if _is_swap(one)}
    known: dict[frozenset[int], Match] = {}
    if swapped:
        both = sa.tuple_(Match.india_id, Match.us_id).in_([*swapped, *(ids[::-1] for ids in swapped)])
        known = {
            frozenset((one.india_id, one.us_id)): one
            for one in db.session.scalars(sa.select(Match).where(both))
        }
    return [
        _Pair(
            one.case, ids, one.case.program_id, known.get(frozenset(ids)) if _is_swap(one) else one.case.match
        )
        for ids, one in zip(sides, decisions, strict=True)
    ]


def _is_swap(decision: Decision) -> bool:
    return (
        decision.action is Action.SWAP
        and decision.case.match is not None
        and decision.organization is not None
    )


def _sides_after(decision: Decision) -> tuple[int, int]:
    """Who hears of whom once it is released."""
    case = decision.case
    if not _is_swap(decision) or case.match is None or decision.organization is None:
        return case.one_id, case.other_id or case.one_id
    newcomer = decision.organization
    return case.match.side(newcomer.country.other).id, newcomer.id


def _sides(decisions: Sequence[Decision], ids: Collection[int]) -> dict[int, Organization]:
    """Those of these organizations, which all stand in the decisions."""
    there = [side for one in decisions for side in (one.case.one, one.case.other, one.organization) if side]
    return {one.id: one for one in there if one.id in set(ids)}


def _loads(ids: Sequence[int], sides: dict[int, Organization], rooms: Rooms) -> list[Load]:
    added = Counter(ids)
    found = [Load(one, rooms.approved(id_), added[id_], rooms.cap(id_)) for id_, one in sides.items()]
    return sorted(found, key=lambda one: (-(one.after - one.cap), one.organization.name))


def _seen_by(by: User) -> sa.ColumnElement[bool]:
    return conflicts.not_hidden(by.id, Match.india_id, Match.us_id)


def _quotas(pairs: Sequence[_Pair], sides: dict[int, Organization], by: User) -> list[Quota]:
    """What is left in each program with a quota. Open pairs count already; a swap into it comes on top."""
    by_program: dict[Program, list[_Pair]] = {}
    for pair in pairs:
        if pair.case.program is not None and pair.case.program.quota is not None:
            by_program.setdefault(pair.case.program, []).append(pair)
    states = (*OPEN_STATES, MatchState.APPROVED)
    ids = {id_ for own in by_program.values() for pair in own for id_ in pair.ids}
    taken = places_taken_in([program.id for program in by_program], states, _seen_by(by), ids)
    found = []
    for program, own in by_program.items():
        new = Counter(id_ for pair in own if pair.match is None for id_ in pair.ids)
        quota = (program.quota or 0) if _goes_on(program) else 0
        for id_ in sorted({id_ for pair in own for id_ in pair.ids}):
            left = max(0, quota - taken.get((program.id, id_), 0)) - new[id_]
            found.append(Quota(sides[id_], program.name, left))
    return sorted(found, key=lambda one: (one.left, one.organization.name))


def _goes_on(program: Program) -> bool:
    return program.is_open and not program.is_draft and not program.is_over


def _shares(names: Iterable[str]) -> list[Share]:
    return [
        Share(name, number) for name, number in sorted(Counter(names).items(), key=lambda o: (-o[1], o[0]))
    ]


def _size_of(one: Organization) -> str:
    return str(label(one.size_class)) if one.size_class else _("Not said")


def _conflicts(pairs: Sequence[_Pair], rooms: Rooms) -> list[Warned]:
    """What cards warn of, once for all the pairs it holds of; the same two in two decisions come first."""
    twice = {ids for ids, number in Counter(frozenset(pair.ids) for pair in pairs).items() if number > 1}
    found: dict[str, list[Case]] = {}
    for pair in sorted(pairs, key=lambda one: frozenset(one.ids) not in twice):
        if frozenset(pair.ids) in twice:
            found.setdefault(_("The same two stand in another decision of this batch."), []).append(pair.case)
        warned = risks.of_pair(pair.match, rooms.loads, rooms.reachable) if pair.match is not None else []
        for words in warned:
            found.setdefault(words, []).append(pair.case)
    return [Warned(words, cases) for words, cases in found.items()]
