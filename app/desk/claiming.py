"""Who reads a case now, so that two do not read the same. A claim ends by itself."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.desk import queries
from app.desk.models import Case, CaseState
from app.desk.wish import Wish

LASTS = timedelta(minutes=10)


def claim(case: Case, by: User) -> bool:
    """Note that somebody reads the case; False when somebody else does, or nobody needs to any more.

    The version stays: a claim is no change that anybody's decision could have missed.
    """
    now = clock.now()
    is_new = case.claimed_by_id != by.id or case.claimed_until is None or case.claimed_until <= now
    free = sa.and_(Case.id == case.id, Case.state == CaseState.OPEN, queries.is_free_for(by))
    update = sa.update(Case).where(free).values(claimed_by_id=by.id, claimed_until=now + LASTS)
    result = db.session.execute(update.execution_options(synchronize_session=False))
    db.session.expire(case, ["claimed_by_id", "claimed_until", "claimed_by"])
    if not result.rowcount:  # type: ignore[attr-defined]
        return False
    if is_new:
        audit.record("case.claimed", ("case", case.id), by=by.id)
    return True


def next_claimed(user: User, wish: Wish, decided: Case) -> Case | None:
    """The next case of the queue, claimed in the transaction of the decision, so that no colleague gets it too."""
    found = queries.next_case(user, wish, decided)
    if found is None:
        return None
    case = queries.case_for(user, found)
    claim(case, user)
    return case


def reader_of(case: Case, user: User) -> str:
    """Who else reads the case now; empty when nobody does."""
    is_read = case.claimed_until is not None and case.claimed_until > clock.now()
    if not is_read or case.claimed_by is None or case.claimed_by_id == user.id:
        return ""
    return case.claimed_by.display_name
