"""What organizations may still have, and the plan that brings most: what a staged batch is measured against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa
from flask import current_app

from app.accounts.models import User
from app.db import db
from app.desk import queries
from app.desk.cards import facts
from app.desk.models import Case, CaseKind, CaseState
from app.matching import attention
from app.matching.queries import Load

# Of how many of the best open pairs the best plan is made, and how many more than it needs are looked at first.
_MOST_LOOKED_AT = 2_000
_SPARE = 100
# Two sides and a value.
_Open = tuple[int, int | None, float]


class Rooms:
    """What organizations have already, but for what is hidden from who decides, and how much they may have."""

    def __init__(self, by: User, ids: Collection[int]) -> None:
        self._by, self._ids = by, set[int]()
        self._caps: dict[int, int] = {}
        self.loads: dict[int, Load] = {}
        self.reachable: set[int] = set()
        self.know(ids)

    def know(self, ids: Collection[int]) -> None:
        """Read what is not known yet of these."""
        new = set(ids) - self._ids
        if not new:
            return
        self._ids |= new
        loads, reachable = facts.loads_and_reachable(new, self._by)
        self.loads |= loads
        self.reachable |= reachable
        for id_, room in attention.room_now(_cap(), new).items():
            self._caps[id_] = min(_cap(), self.approved(id_) + room)

    def approved(self, id_: int) -> int:
        return self.loads[id_].approved

    def cap(self, id_: int) -> int:
        """How many matches it may have: the cap of the site, or what its own limit or pause leaves."""
        return self._caps.get(id_, _cap())


def best_open(by: User, staged: set[int]) -> list[_Open]:
    """The best of the pairs open to this person, those of the batch among them."""
    kept = Case.kind == CaseKind.PAIR, Case.repeats_id.is_(None), queries.visible(by)
    query = sa.select(Case.one_id, Case.other_id, Case.value, Case.id).where(*kept)
    # A state at a time: so an index gives each in its order.
    each = [
        query.where(Case.state == state).order_by(Case.value.desc(), Case.id.desc()).limit(_MOST_LOOKED_AT)
        for state in (CaseState.OPEN, CaseState.WAITING)
    ]
    parts = [sa.select(one.subquery()) for one in each]
    own = query.where(Case.id.in_(staged), Case.state.not_in((CaseState.OPEN, CaseState.WAITING)))
    rows = sorted(db.session.execute(sa.union_all(*parts, own)), key=lambda row: (-row[2], row[3]))
    return [(one, other, value) for one, other, value, _id in rows[:_MOST_LOOKED_AT]]


def looked_at_first(plan: Sequence[_Open], number: int) -> set[int]:
    """Who stands in the pairs that a plan of so many is most likely made of."""
    return _sides_of(plan[: number + _SPARE])


def _sides_of(plan: Iterable[_Open]) -> set[int]:
    return {id_ for one, other, _value in plan for id_ in (one, other) if id_}


def value_of(plan: Sequence[_Open], number: int, rooms: Rooms) -> float:
    """The value of the best plan: as many of these pairs, best first, nobody beyond their cap."""
    total, chosen, taken = 0.0, 0, Counter[int]()
    for place, (one, other, value) in enumerate(plan):
        if chosen == number:
            break
        if place == number + _SPARE:
            # Many of the best are full: then all that are looked at are read.
            rooms.know(_sides_of(plan))
        sides = {one, other or one}
        if any(rooms.approved(id_) + taken[id_] >= rooms.cap(id_) for id_ in sides):
            continue
        taken.update(sides)
        total, chosen = total + value, chosen + 1
    return total


def _cap() -> int:
    return int(current_app.config["SETTINGS"].proposals_per_organization)
