"""What a staged batch would do, before it does it: load, quotas, exposure, risks, expected answers, and the cost against the best plan."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from app.accounts.models import User
from app.conflicts import queries as conflicts
from app.db import db
from app.desk import queries
from app.desk.cards import facts, risks
from app.desk.models import Action, Case, CaseKind, CaseState, Decision
from app.matching import attention
from app.matching.models import Match, MatchState
from app.matching.program_rules import quotas_left
from app.organizations.models import Organization
from app.programs.models import Program
from app.taxonomy import label, region_name

# Of how many of the best open pairs the best plan is made.
_MOST_LOOKED_AT = 2_000


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
    cases = {one.id: one.case for one in decisions}
    pairs = [_pair_of(one, cases[one.id]) for one in decisions if _introduces(one)]
    ids = [id_ for pair in pairs for id_ in pair.ids]
    sides = _organizations(ids)
    chances = [pair.chance for pair in pairs]
    is_learned = bool(pairs) and all(chance is not None for chance in chances)
    by = decisions[0].by if decisions else None
    value = sum(pair.value for pair in pairs)
    return Consequences(
        decisions=decisions,
        actions=dict(Counter(one.action for one in decisions)),
        loads=_loads(ids, sides, by) if by else [],
        quotas=_quotas(pairs, sides, by) if by else [],
        regions=_shares(region_name(one.region_code) or _("Not said") for one in sides.values()),
        sizes=_shares(_size_of(one) for one in sides.values()),
        kinds=_shares(str(label(one.kind)) for one in sides.values()),
        reached=len(sides),
        first_timers=len(sides.keys() - _approved(sides, by).keys()) if by else 0,
        conflicts=_conflicts(pairs, by, sides) if by else [],
        introductions=len(pairs),
        expected=round(sum(c for c in chances if c is not None), 2) if is_learned else None,
        value=value,
        best=_best_value(by, len(pairs), {pair.case.id for pair in pairs}) if by else 0.0,
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


def _pair_of(decision: Decision, case: Case) -> _Pair:
    match = case.match
    if decision.action is Action.APPROVE or match is None or decision.organization is None:
        return _Pair(case, (case.one_id, case.other_id or case.one_id), case.program_id, match)
    newcomer = decision.organization
    stays = match.side(newcomer.country.other)
    query = sa.select(Match).where(
        Match.india_id.in_((stays.id, newcomer.id)), Match.us_id.in_((stays.id, newcomer.id))
    )
    return _Pair(case, (stays.id, newcomer.id), case.program_id, db.session.scalars(query).one_or_none())


def _organizations(ids: Iterable[int]) -> dict[int, Organization]:
    query = sa.select(Organization).where(Organization.id.in_(set(ids)))
    return {one.id: one for one in db.session.scalars(query)}


def _cap() -> int:
    return int(current_app.config["SETTINGS"].proposals_per_organization)


def _loads(ids: Sequence[int], sides: dict[int, Organization], by: User) -> list[Load]:
    added, approved = Counter(ids), _approved(sides, by)
    caps = _caps(sides, approved)
    found = [Load(one, approved.get(id_, 0), added[id_], caps[id_]) for id_, one in sides.items()]
    return sorted(found, key=lambda one: (-(one.after - one.cap), one.organization.name))


def _caps(ids: Collection[int], approved: Counter[int]) -> defaultdict[int, int]:
    """How many matches each organization may have: the cap of the site, or what its own limit or pause leaves."""
    found = defaultdict(_cap)
    for id_, room in attention.room_now(_cap(), ids).items():
        found[id_] = min(_cap(), approved[id_] + room)
    return found


def _approved(ids: Iterable[int], by: User) -> Counter[int]:
    """Approved matches of each organization that has any, but for those that are hidden from who decides."""
    found: Counter[int] = Counter()
    for side in (Match.india_id, Match.us_id):
        query = sa.select(side, sa.func.count()).where(
            side.in_(list(ids)), Match.state == MatchState.APPROVED, Match.is_going(), _seen_by(by)
        )
        found.update({row[0]: row[1] for row in db.session.execute(query.group_by(side))})
    return found


def _seen_by(by: User) -> sa.ColumnElement[bool]:
    return conflicts.not_hidden(by.id, Match.india_id, Match.us_id)


def _quotas(pairs: Sequence[_Pair], sides: dict[int, Organization], by: User) -> list[Quota]:
    """What is left in each program with a quota. Open pairs count already; a swap into it comes on top."""
    found = []
    by_program: dict[int, list[_Pair]] = {}
    for pair in pairs:
        if pair.program_id is not None:
            by_program.setdefault(pair.program_id, []).append(pair)
    for program_id, own in by_program.items():
        program = db.session.get_one(Program, program_id)
        if program.quota is None:
            continue
        members = sorted({id_ for pair in own for id_ in pair.ids})
        left = quotas_left(program_id, members, _seen_by(by))
        new = Counter(id_ for pair in own if pair.match is None for id_ in pair.ids)
        found += [Quota(sides[id_], program.name, (left[id_] or 0) - new[id_]) for id_ in members]
    return sorted(found, key=lambda one: (one.left, one.organization.name))


def _shares(names: Iterable[str]) -> list[Share]:
    return [
        Share(name, number) for name, number in sorted(Counter(names).items(), key=lambda o: (-o[1], o[0]))
    ]


def _size_of(one: Organization) -> str:
    return str(label(one.size_class)) if one.size_class else _("Not said")


def _conflicts(pairs: Sequence[_Pair], by: User, sides: dict[int, Organization]) -> list[Warned]:
    """What cards warn of, once for all the pairs it holds of; the same two in two decisions come first."""
    loads, reachable = facts.loads_and_reachable(sides.keys(), by)
    twice = {ids for ids, number in Counter(frozenset(pair.ids) for pair in pairs).items() if number > 1}
    found: dict[str, list[Case]] = {}
    for pair in sorted(pairs, key=lambda one: frozenset(one.ids) not in twice):
        if frozenset(pair.ids) in twice:
            found.setdefault(_("The same two stand in another decision of this batch."), []).append(pair.case)
        for words in risks.of_pair(pair.match, loads, reachable) if pair.match is not None else []:
            found.setdefault(words, []).append(pair.case)
    return [Warned(words, cases) for words, cases in found.items()]


def _best_value(by: User, number: int, staged: set[int]) -> float:
    """The value of the best plan: as many of the cases open to this person, best first, nobody beyond their cap."""
    if not number:
        return 0.0
    reach = sa.or_(Case.state.in_((CaseState.OPEN, CaseState.WAITING)), Case.id.in_(staged))
    query = (
        sa.select(Case.one_id, Case.other_id, Case.value)
        .where(Case.kind == CaseKind.PAIR, Case.repeats_id.is_(None), reach, queries.visible(by))
        .order_by(Case.value.desc(), Case.id)
        .limit(_MOST_LOOKED_AT)
    )
    rows = db.session.execute(query).all()
    ids = {id_ for one, other, _value in rows for id_ in (one, other) if id_}
    taken = _approved(ids, by)
    caps = _caps(ids, taken)
    total, chosen = 0.0, 0
    for one, other, value in rows:
        if chosen == number:
            break
        if taken[one] >= caps[one] or taken[other or 0] >= caps[other or 0]:
            continue
        taken.update((one, other or 0))
        total, chosen = total + value, chosen + 1
    return total
