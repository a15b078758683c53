"""Who is tied to an organization lets go of its cases: claims, staged decisions and repeats."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.conflicts import queries as conflicts
from app.conflicts import services as conflict_services
from app.db import db
from app.desk import staging
from app.desk.models import Case, CaseState, Decision, DecisionState
from app.errors import NotFound, RuleBroken


def sides_of(case: Case) -> list[tuple[int, str]]:
    """(id, name) of the organizations a case is about."""
    return [(side.id, side.name) for side in (case.one, case.other) if side is not None]


def step_aside(case: Case, by: User, organization_ids: Collection[int], reason: str) -> None:
    """Recuse somebody who looks at a case from its organizations; every case of them is out of sight at once."""
    if not organization_ids or not {id_ for id_, _name in sides_of(case)}.issuperset(organization_ids):
        raise NotFound
    conflict_services.recuse(by, organization_ids, reason)
    let_go([by.id])


def holders() -> list[int]:
    """People who hold something of a case that is hidden from them now: a task asks this, conflicts arise anywhere."""
    holding: sa.CompoundSelect[Any] = sa.union(
        sa.select(Decision.by_id).where(Decision.state == DecisionState.STAGED),
        sa.select(Case.claimed_by_id).where(Case.claimed_until > clock.now()),
        sa.select(Case.for_user_id).where(Case.for_user_id.is_not(None), Case.state != CaseState.CLOSED),
    )
    people = db.session.scalars(holding).all()
    return [id_ for id_ in people if id_ is not None and _holds_any(id_)]


def let_go(user_ids: Collection[int]) -> None:
    """Others judge what these people may not: their staged decisions are dropped, their claims and repeats end."""
    for user_id in user_ids:
        _drop_staged(user_id)
        _update(Case.claimed_by_id == user_id, user_id, claimed_by_id=None, claimed_until=None)
        repeats = sa.and_(Case.for_user_id == user_id, Case.state != CaseState.CLOSED)
        values = {"state": CaseState.CLOSED, "closed_at": clock.now(), "waits_until": None}
        if ended := _update(repeats, user_id, **values):
            audit.record_many("case.closed", [("case", id_) for id_ in ended])


def _drop_staged(user_id: int) -> None:
    query = sa.select(Decision).join(Case, Case.id == Decision.case_id)
    staged = (Decision.by_id == user_id, Decision.state == DecisionState.STAGED, _is_hidden(user_id))
    for decision in db.session.scalars(query.where(*staged).order_by(Decision.id)).all():
        # What was released meanwhile stands; its release did not know of the tie.
        with suppress(RuleBroken):
            staging.drop(decision, decision.by)


def _is_hidden(user_id: int) -> sa.ColumnElement[bool]:
    return sa.not_(conflicts.not_hidden(user_id, Case.one_id, Case.other_id))


def _holds_any(user_id: int) -> bool:
    held = sa.or_(
        Case.claimed_by_id == user_id,
        sa.and_(Case.for_user_id == user_id, Case.state != CaseState.CLOSED),
        Case.id.in_(
            sa.select(Decision.case_id).where(
                Decision.by_id == user_id, Decision.state == DecisionState.STAGED
            )
        ),
    )
    return bool(db.session.scalar(sa.select(Case.id).where(held, _is_hidden(user_id)).limit(1)))


def _update(chosen: sa.ColumnElement[bool], user_id: int, **values: object) -> list[int]:
    """Change these cases, as far as they are hidden from the person; gives back their ids."""
    change = sa.update(Case).where(chosen, _is_hidden(user_id)).values(**values, version=Case.version + 1)
    done = change.returning(Case.id).execution_options(synchronize_session="fetch")
    return list(db.session.scalars(done))
