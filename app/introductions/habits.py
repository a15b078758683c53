"""How an organization answers its requests: read by its own people alone, and never a score for others."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from app import clock
from app.db import db
from app.introductions.models import Answer
from app.matching import attention
from app.matching.models import Match, Said, TrainingSignal
from app.organizations.models import Organization
from app.taxonomy import Country

LOOKED_BACK = attention.SILENCE_COUNTS_FOR
_ANSWERS = (Said.YES, Said.NOT_NOW, Said.NO)


@dataclass(frozen=True)
class Habits:
    """What became of the requests of the last year, and what silence costs for a while."""

    answered: int
    # Half of the answers took so many days or less; None without any.
    days: float | None
    silent: int
    # They wait for an answer now.
    waiting: int
    # How many may wait at once after silence, and until when; None where it takes nothing off.
    lowered_to: int | None = None
    until: date | None = None

    @property
    def asked(self) -> int:
        """Requests that had their time."""
        return self.answered + self.silent


def habits_of(organization: Organization, cap: int) -> Habits:
    """The habits of an organization under the cap of the site."""
    now = clock.now()
    silent = attention.silent_ends([organization.id]).get(organization.id, ())
    took = _days_to_answer(organization, now - LOOKED_BACK)
    most = attention.load_after(cap, silent, now)
    return Habits(
        answered=len(took),
        days=statistics.median(took) if took else None,
        silent=len(silent),
        waiting=_waiting(organization, now),
        lowered_to=most if most < cap else None,
        until=_more_from(cap, silent, now) if most < cap else None,
    )


def _side_of(organization: Organization) -> sa.ColumnElement[bool]:
    side = Match.india_id if organization.country is Country.INDIA else Match.us_id
    return side == organization.id


def _days_to_answer(organization: Organization, since: datetime) -> list[float]:
    """How long the first answer to each request took, of those given since."""
    first = sa.func.min(TrainingSignal.at)
    query = (
        sa.select(sa.func.coalesce(Match.opens_at, Match.decided_at), first)
        .join(TrainingSignal, TrainingSignal.match_id == Match.id)
        .where(
            _side_of(organization),
            TrainingSignal.organization_id == organization.id,
            TrainingSignal.says.in_(_ANSWERS),
        )
        .group_by(Match.id)
        .having(first > since)
    )
    rows = db.session.execute(query)
    return [max(0.0, (at - told) / timedelta(days=1)) for told, at in rows if told is not None]


def _waiting(organization: Organization, now: datetime) -> int:
    """Requests it knows of and has not answered."""
    answered = sa.exists().where(Answer.match_id == Match.id, Answer.organization_id == organization.id)
    query = sa.select(sa.func.count()).select_from(Match)
    told = query.where(_side_of(organization), Match.told_by(now), Match.is_going(), ~answered)
    return db.session.scalar(told) or 0


def _more_from(cap: int, silent: tuple[datetime, ...], now: datetime) -> date:
    """The first day on which more may wait again."""
    most = attention.load_after(cap, silent, now)
    days = range(1, LOOKED_BACK.days + 1)
    later = (now + timedelta(days=day) for day in days)
    return next(at for at in later if attention.load_after(cap, silent, at) > most).date()
