"""When a person wants their weekly letter, and what in it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.digests.models import LetterWish, Part
from app.digests.weeks import MONDAY_AT_NINE, Hour
from app.errors import RuleBroken

LONGEST_PAUSE = datetime.timedelta(days=366)


class PauseTooLong(RuleBroken):
    """A pause must end within a year; who wants no letters turns them off."""


@dataclass(frozen=True)
class Wish:
    """An hour of the week, a pause, and the parts that are left out."""

    hour: Hour = MONDAY_AT_NINE
    # The first day with letters again.
    paused_until: datetime.date | None = None
    muted: frozenset[Part] = frozenset()


def wish_of(user: User) -> Wish:
    """What this person wants; Monday at nine where they have not said."""
    return wishes_of([user])[user.id]


def wishes_of(users: Sequence[User]) -> dict[int, Wish]:
    """The same of many people, in one query."""
    zones = {user.id: user.zone for user in users}
    query = sa.select(LetterWish).where(LetterWish.user_id.in_(zones))
    rows = {row.user_id: row for row in db.session.scalars(query)} if zones else {}
    return {id_: _wish(rows[id_], zone) if id_ in rows else Wish() for id_, zone in zones.items()}


def _wish(row: LetterWish, zone: datetime.tzinfo) -> Wish:
    until = row.paused_until
    is_paused = until is not None and until > clock.now()
    return Wish(
        Hour(row.weekday, row.hour),
        until.astimezone(zone).date() if until is not None and is_paused else None,
        # A part that a later release no longer knows is no part.
        frozenset(part for part in Part if part.value in row.muted),
    )


def save(user: User, wish: Wish) -> None:
    """Keep what this person wants. Raises `PauseTooLong`."""
    row = _row(user)
    if (row.weekday, row.hour) != (wish.hour.weekday, wish.hour.hour):
        row.weekday, row.hour, row.hour_changed_at = wish.hour.weekday, wish.hour.hour, clock.now()
    row.paused_until = _begin_of(wish.paused_until, user)
    row.muted = sorted(wish.muted)
    db.session.flush()
    about = {
        "weekday": row.weekday,
        "hour": row.hour,
        "paused_until": wish.paused_until.isoformat() if wish.paused_until else None,
        "muted": row.muted,
    }
    audit.record("letter.wished", ("user", user.id), by=user.id, detail=about)


def pause(user: User, until: datetime.date | None) -> None:
    """No letters before that day; None ends a pause. Raises `PauseTooLong`."""
    save(user, replace(wish_of(user), paused_until=until))


def _row(user: User) -> LetterWish:
    query = sa.select(LetterWish).where(LetterWish.user_id == user.id)
    row = db.session.scalars(query.with_for_update()).one_or_none()
    if row is not None:
        return row
    made = LetterWish(user_id=user.id, weekday=MONDAY_AT_NINE.weekday, hour=MONDAY_AT_NINE.hour, muted=[])
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        # The same person, in another window.
        return db.session.scalars(query).one()
    return made


def _begin_of(day: datetime.date | None, user: User) -> datetime.datetime | None:
    if day is None:
        return None
    begin = datetime.datetime.combine(day, datetime.time(), tzinfo=user.zone).astimezone(datetime.UTC)
    if begin > clock.now() + LONGEST_PAUSE:
        raise PauseTooLong(_("A pause lasts a year at most. To get no letters at all, turn them off."))
    return begin
