"""Reads of cases. `visible` is the one clause that says whose cases a person may know of; every read has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from app import clock
from app.accounts.models import Role, User
from app.conflicts import queries as conflicts
from app.db import db
from app.desk.models import Case, CaseKind, CaseState, Decision, DecisionState
from app.desk.wish import LARGEST_ID as LARGEST_ID
from app.desk.wish import Order, Wish
from app.errors import NotFound
from app.organizations.models import Organization
from app.programs import queries as programs
from app.programs.models import Program, ProgramManager
from app.taxonomy import Country, Kind

PAGE = 50
# Made once: SQLAlchemy copies all columns for each alias, which took longer than the query.
ONE, OTHER = aliased(Organization), aliased(Organization)
_LIVING = (CaseState.OPEN, CaseState.WAITING, CaseState.STAGED)


def visible(user: User) -> sa.ColumnElement[bool]:
    """Cases this person may know of: in scope, of no organization they have a conflict with, no repeat for somebody else."""
    return sa.and_(
        programs.in_scope(user, Case.program_id, Case.one_id, Case.other_id),
        conflicts.not_hidden(user.id, Case.one_id, Case.other_id),
        sa.or_(Case.for_user_id.is_(None), Case.for_user_id == user.id),
    )


def case_for(user: User, case_id: int) -> Case:
    """One case, whole; raises `NotFound`, also when it is not for this person."""
    beside = (Case.program, Case.claimed_by, Case.match)
    query = sa.select(Case).where(Case.id == case_id, visible(user)).options(*map(joinedload, beside))
    found = db.session.scalars(query).one_or_none() if 0 < case_id <= LARGEST_ID else None
    if found is None:
        raise NotFound
    # Both at once: each brings its technologies, which would be asked for one by one.
    ids = {found.one_id, found.other_id} - {None}
    wanted = sa.select(Organization).where(Organization.id.in_(ids))
    wanted = wanted.options(joinedload(Organization.technology_rows))
    sides = {one.id: one for one in db.session.scalars(wanted).unique()}
    set_committed_value(found, "one", sides[found.one_id])
    set_committed_value(found, "other", sides.get(found.other_id or 0))
    return found


@dataclass(frozen=True)
class Line:
    """A case as the queue shows it."""

    id: int
    kind: CaseKind
    state: CaseState
    value: float
    opinions: int
    wanted_opinions: int
    opened_at: datetime
    due_at: datetime
    waits_until: Any
    escalated_at: datetime | None
    claimed_by_id: int | None
    claimed_until: datetime | None
    version: int
    one: str
    other: str | None
    program: str | None
    reader: User | None

    def read_by(self, user: User) -> str:
        """Who else reads it now; empty when nobody does."""
        is_read = self.claimed_until is not None and self.claimed_until > clock.now()
        if not is_read or self.reader is None or self.claimed_by_id == user.id:
            return ""
        return self.reader.display_name

    @property
    def is_late(self) -> bool:
        return self.due_at < clock.now()


def queue(user: User, wish: Wish, after: Any = None, limit: int = PAGE) -> Sequence[Line]:
    """What a manager asked for, in the order they asked for. Cases of one run have the order in which they were opened."""
    query = (
        sa.select(*_LINE, ONE.name, OTHER.name, Program.name, User)
        .join(ONE, ONE.id == Case.one_id)
        .outerjoin(OTHER, OTHER.id == Case.other_id)
        .outerjoin(Program, Program.id == Case.program_id)
        .outerjoin(User, User.id == Case.claimed_by_id)
    )
    query = _ordered(query.where(visible(user), *_wanted(user, wish)), wish, after or wish.after)
    return [Line(*row) for row in db.session.execute(query.limit(limit))]


_LINE = (
    Case.id,
    Case.kind,
    Case.state,
    Case.value,
    Case.opinions,
    Case.wanted_opinions,
    Case.opened_at,
    Case.due_at,
    Case.waits_until,
    Case.escalated_at,
    Case.claimed_by_id,
    Case.claimed_until,
    Case.version,
)


def next_case(user: User, wish: Wish, but: Case) -> int | None:
    """What to read once `but` is decided: the next one that nobody reads, from the start again at the end."""
    free = sa.and_(Case.id != but.id, is_free_for(user))
    for place in (place_of(but, wish.order), None):
        query = sa.select(Case.id).where(visible(user), *_wanted(user, wish), free)
        found = db.session.scalar(_ordered(query, wish, place).limit(1))
        if found is not None:
            return found
    return None


def is_free_for(user: User) -> sa.ColumnElement[bool]:
    """Nobody else reads it now."""
    return sa.or_(
        Case.claimed_by_id.is_(None), Case.claimed_by_id == user.id, Case.claimed_until <= clock.now()
    )


def place_of(case: Case | Line, order: Order) -> tuple[Any, ...]:
    """Where a case stands in the queue."""
    values = {
        Order.DUE: (case.due_at,),
        Order.BEST: (case.value,),
        Order.OPINIONS: (case.opinions, case.due_at),
    }
    return (*values[order], case.id)


def _ordered(query: Any, wish: Wish, after: Any) -> Any:
    """By keys that an index has in this order; those after a place when one is given."""
    columns = {
        Order.DUE: (Case.due_at, Case.id),
        Order.BEST: (Case.value, Case.id),
        Order.OPINIONS: (Case.opinions, Case.due_at, Case.id),
    }[wish.order]
    is_falling = wish.order is Order.BEST
    if after is not None:
        place = sa.tuple_(
            *(sa.literal(value, column.type) for value, column in zip(after, columns, strict=True))
        )
        here = sa.tuple_(*columns)
        query = query.where(here < place if is_falling else here > place)
    return query.order_by(*(column.desc() if is_falling else column for column in columns))


def _wanted(user: User, wish: Wish) -> list[sa.ColumnElement[bool]]:
    found = [Case.state == wish.state]
    if wish.kind is not None:
        found.append(Case.kind == wish.kind)
    if wish.program_id is not None:
        found.append(Case.program_id == wish.program_id)
    if wish.organization is not None or wish.country is not None:
        found.append(_has_side(wish.organization, wish.country))
    if wish.is_late:
        found.append(Case.due_at < clock.now())
    if wish.is_mine:
        found.append(sa.and_(Case.claimed_by_id == user.id, Case.claimed_until > clock.now()))
    return found


def _has_side(kind: Kind | None, country: Country | None) -> sa.ColumnElement[bool]:
    side = sa.or_(Organization.id == Case.one_id, Organization.id == Case.other_id)
    asked = [side]
    if kind is not None:
        asked.append(Organization.kind == kind)
    if country is not None:
        asked.append(Organization.country == country)
    return sa.exists().where(*asked).correlate(Case)


@dataclass(frozen=True)
class Counts:
    """How much there is in each part of the queue."""

    open: int
    late: int
    waiting: int
    staged: int
    kinds: dict[str, int]


def counts(user: User) -> Counts:
    """Numbers for the head of the queue."""
    rows = db.session.execute(_counted(user)).all()
    found: dict[tuple[CaseState, CaseKind], tuple[int, int]] = {
        (state, kind): (n, late) for state, kind, n, late in rows
    }
    by_state = {state: sum(n for (one, _), (n, _late) in found.items() if one is state) for state in _LIVING}
    kinds = {kind.value: found.get((CaseState.OPEN, kind), (0, 0))[0] for kind in CaseKind}
    return Counts(
        open=by_state[CaseState.OPEN],
        late=sum(late for (state, _), (_n, late) in found.items() if state is CaseState.OPEN),
        waiting=by_state[CaseState.WAITING],
        staged=by_state[CaseState.STAGED],
        kinds=kinds,
    )


def _counted(user: User) -> sa.Executable:
    late = sa.func.count().filter(Case.due_at < clock.now())
    query = sa.select(Case.state, Case.kind, sa.func.count(), late)
    return query.where(Case.state.in_(_LIVING), visible(user)).group_by(Case.state, Case.kind)


def ages(user: User, total: int) -> tuple[timedelta | None, timedelta | None]:
    """How long half and nine in ten of the `total` open cases have waited at most."""
    if not total:
        return None, None
    newest = (
        sa.select(Case.opened_at)
        .where(Case.state == CaseState.OPEN, visible(user))
        .order_by(Case.opened_at.desc())
        .limit(1)
    )
    shares = (newest.offset(min(total - 1, total * tenths // 10)).scalar_subquery() for tenths in (5, 9))
    now, moments = clock.now(), db.session.execute(sa.select(*shares)).one()
    median, ninth = (now - moment if moment else None for moment in moments)
    return median, ninth


def programs_of(user: User) -> Sequence[tuple[int, str]]:
    """(id, name) of the programs whose cases this person may judge."""
    query = sa.select(Program.id, Program.name).order_by(Program.priority, Program.id)
    if not user.has_role(Role.ADMINISTRATOR):
        own = sa.select(ProgramManager.program_id).where(ProgramManager.user_id == user.id)
        query = query.where(Program.id.in_(own))
    return [(id_, name) for id_, name in db.session.execute(query)]


def decisions_on(case: Case) -> Sequence[Decision]:
    """All that was decided of the case and took effect or waits for it, newest first."""
    shown = (DecisionState.STAGED, DecisionState.RELEASED, DecisionState.UNDONE)
    query = sa.select(Decision).where(Decision.case_id == case.id, Decision.state.in_(shown))
    return db.session.scalars(query.order_by(Decision.id.desc())).all()


def first_decided_at(repeat: Case) -> datetime | None:
    """When the case that a blind repeat repeats was decided first."""
    query = sa.select(sa.func.min(Decision.at, type_=Decision.at.type)).where(
        Decision.case_id == repeat.repeats_id, Decision.state == DecisionState.RELEASED
    )
    return db.session.scalar(query)
