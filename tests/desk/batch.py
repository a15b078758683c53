"""A world with a case of every kind, decisions on them, and a picture of all that an undo must bring back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app import clock
from app.accounts.models import User
from app.db import Base, db
from app.desk import releasing, staging
from app.desk.models import Action, Case, CaseKind
from app.desk.staging import Terms
from app.organizations.models import ProfileState
from app.taxonomy import Country

# The trail grows with every act, decisions and releases say what happened, versions of cases only go up.
_GROWS = {"audit_event", "audit_head", "case_decision", "case_release"}


def fill(world, manager: User, pairs: int = 3) -> tuple[list[Case], Any]:
    """Cases of every kind; the pairs share an organization, so that swaps have somebody to bring in."""
    program = world.program(manager, quota=5)
    other = world.program(manager)
    us = [world.organization(Country.UNITED_STATES, owner=world.user()) for _ in range(2)]
    cases = [
        world.case(world.match(world.organization(owner=world.user()), us[at % 2], program_id=program.id))
        for at in range(pairs)
    ]
    handed_in = world.organization(owner=world.user(), state=ProfileState.SUBMITTED)
    cases.append(world.case(world.listing(handed_in)))
    twins = [world.organization(owner=world.user(), name=f"Twin {n}") for n in range(2)]
    cases.append(world.case(world.duplicate(*twins)))
    reported = world.organization(owner=world.user())
    cases.append(world.case(world.grievance(reported, world.user())))
    return cases, (other, us)


def terms_for(case: Case, action: Action, other: Any, newcomer_id: int | None = None) -> Terms:
    """A decision of this kind that can be released."""
    more: dict[str, Any] = {}
    if action is Action.HOLD:
        more["until"] = clock.now().date() + timedelta(days=5)
    elif action is Action.ASK:
        more |= {"note": "How many a month?", "fields": ("summary",)}
    elif action is Action.REFER:
        more["program_id"] = other.id
    elif action is Action.SWAP:
        more["organization_id"] = newcomer_id
    elif action is Action.REJECT:
        more |= {"reason_code": "other" if case.kind is not CaseKind.MERGE else ""}
    elif case.kind is CaseKind.MERGE:
        more["organization_id"] = case.one_id
    return Terms(action, **more)


def stage(app, manager: User, case: Case, terms: Terms) -> int:
    with app.test_request_context():
        user = db.session.get_one(User, manager.id)
        decision = staging.stage(db.session.get_one(Case, case.id), user, terms, version=_version(case.id))
        db.session.commit()
        return decision.id


def _version(case_id: int) -> int:
    return db.session.scalars(sa.select(Case.version).where(Case.id == case_id)).one()


def release(app, manager: User) -> int:
    with app.test_request_context():
        user = db.session.get_one(User, manager.id)
        made = releasing.release(user, staging.staged_by(user))
        db.session.commit()
        return made.id


def picture(app) -> dict[str, Any]:
    """Every row of the database but those that only grow; of cases without their versions."""
    with app.app_context(), db.engine.connect() as connection:
        found = {}
        for table in Base.metadata.sorted_tables:
            if table.name in _GROWS:
                continue
            columns = [c for c in table.columns if (table.name, c.name) not in _LOOSE]
            rows = connection.execute(sa.select(*columns)).all()
            found[table.name] = sorted(repr(row) for row in rows)
    return found


# A claim on a case ends with the decision; who is asked for what case is not part of what an undo brings back.
_LOOSE = {("review_case", "version"), ("review_case", "claimed_by_id"), ("review_case", "claimed_until")}
