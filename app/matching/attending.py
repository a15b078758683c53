"""What organizations ask of the attention they give: fewer at once, and a pause. A service like `services`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import RuleBroken
from app.matching import attention
from app.matching.models import Attention
from app.organizations.models import Organization

LONGEST_PAUSE = timedelta(days=180)


@dataclass(frozen=True)
class Wanted:
    """What an organization asks for; None means what the site gives."""

    most_in: int | None = None
    most_out: int | None = None
    paused_until: date | None = None


def save(organization: Organization, wanted: Wanted, by: User, *, cap: int, version: int) -> None:
    """Keep what an organization asks for; its proposals are computed anew. `version` is what the person saw, 0 for none.

    Raises `RuleBroken` for numbers and days that cannot be, and when somebody was faster.
    """
    _require_possible(wanted, cap)
    row = attention.attention_of(organization.id)
    if row is not None and _wanted(row) == wanted:
        return
    if (row.version if row is not None else 0) != version:
        raise _overtaken()
    row = row or Attention(organization_id=organization.id)
    try:
        with db.session.begin_nested():
            row.most_in, row.most_out, row.paused_until = wanted.most_in, wanted.most_out, wanted.paused_until
            row.by_id, row.changed_at = by.id, clock.now()
            db.session.add(row)
    except (IntegrityError, StaleDataError):
        # A colleague committed between our read and our write.
        raise _overtaken() from None
    _record("attention.changed", row, by.id)


def end_pauses(most: int = 200) -> int:
    """Let up to `most` organizations whose day has come get requests again; how many."""
    over = sa.select(Attention).where(Attention.paused_until <= clock.now().date()).order_by(Attention.id)
    rows = db.session.scalars(over.limit(most).with_for_update(skip_locked=True)).all()
    for row in rows:
        row.paused_until, row.changed_at = None, clock.now()
        _record("attention.resumed", row, None)
    db.session.flush()
    return len(rows)


def has_over() -> bool:
    """Whether the pause of anybody is over."""
    over = sa.select(Attention.id).where(Attention.paused_until <= clock.now().date())
    return db.session.scalar(over.limit(1)) is not None


def wanted_of(organization_id: int) -> Wanted:
    """What an organization asks for now; a day that has come is no pause any more."""
    row = attention.attention_of(organization_id)
    if row is None:
        return Wanted()
    today = clock.now().date()
    is_over = row.paused_until is not None and row.paused_until <= today
    return replace(_wanted(row), paused_until=None) if is_over else _wanted(row)


def _wanted(row: Attention) -> Wanted:
    return Wanted(row.most_in, row.most_out, row.paused_until)


def _require_possible(wanted: Wanted, cap: int) -> None:
    today = clock.now().date()
    if any(number is not None and not 1 <= number <= cap for number in (wanted.most_in, wanted.most_out)):
        raise RuleBroken(_("Choose a number from 1 to %(most)d.", most=cap))
    if wanted.paused_until is not None and not today < wanted.paused_until <= today + LONGEST_PAUSE:
        raise RuleBroken(_("Choose a day after today and within the next 180 days."))


def _overtaken() -> RuleBroken:
    return RuleBroken(_("A colleague changed this while you had the page open. Look at it again."))


def _record(what: str, row: Attention, by_id: int | None) -> None:
    asked = {
        key: str(value) if isinstance(value, date) else value for key, value in asdict(_wanted(row)).items()
    }
    audit.record(what, ("organization", row.organization_id), by=by_id, detail=asked)
