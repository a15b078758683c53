"""What was between two organizations before, and what each lately said no to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from app.accounts.models import User
from app.conflicts import queries as conflicts
from app.db import db
from app.introductions.models import Answer, AnswerChoice, Introduction, NoReason
from app.matching import queries as matching
from app.matching.models import Match, ReviewDecision
from app.organizations.models import Organization

_MOST_DECLINES = 2
_SAYS = {
    AnswerChoice.YES: _("said yes"),
    AnswerChoice.NOT_NOW: _("said not now"),
    AnswerChoice.NO: _("said no"),
}
REASONS: dict[NoReason, Any] = {
    NoReason.NOT_RELEVANT: _("not relevant"),
    NoReason.NO_CAPACITY: _("no capacity"),
    NoReason.TIMING: _("the wrong time"),
    NoReason.COMPETITOR: _("a competitor"),
    NoReason.REGULATION: _("regulation"),
    NoReason.ALREADY_IN_TOUCH: _("in touch already"),
    NoReason.OTHER: _("another reason"),
}


@dataclass(frozen=True)
class Said:
    """What one side answered, to this pair or to another one."""

    who: str
    words: Any
    reason: Any
    at: datetime


@dataclass(frozen=True)
class Past:
    """Decisions and answers on this pair, its introduction, and the last declines of each side elsewhere."""

    decisions: list[ReviewDecision]
    answers: list[Said]
    introduced_at: datetime | None
    declines: list[Said] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.decisions or self.answers or self.introduced_at)


def past_of(match: Match, reader: User) -> Past:
    rows = db.session.execute(_answers(match, reader)).all()
    own = [row for row in rows if row.match_id == match.id]
    declines: dict[int, list[Said]] = {}
    for row in rows:
        if row.match_id != match.id and row.says is AnswerChoice.NO:
            declines.setdefault(row.organization_id, []).append(_said(row))
    return Past(
        # A decision writes its match anew: on the first writing of it there can be none.
        decisions=list(matching.decisions_on(match.id)) if match.version > 1 else [],
        answers=[_said(row) for row in own],
        introduced_at=next((row.introduced_at for row in own if row.introduced_at), None),
        declines=[said for every in declines.values() for said in every[:_MOST_DECLINES]],
    )


def before_decision(past: Past, moment: datetime) -> Past:
    """What there was before a pair was decided: all that a blind repeat may show."""
    decisions = [one for one in past.decisions if one.at < moment]
    declines = [one for one in past.declines if one.at < moment]
    return Past(decisions, [one for one in past.answers if one.at < moment], None, declines)


def _said(row: Any) -> Said:
    return Said(row.name, _SAYS[row.says], REASONS[row.reason_code] if row.reason_code else "", row.at)


def _answers(match: Match, reader: User) -> sa.Executable:
    """Answers on this pair, and the newest noes of both sides to partners the reader may know of."""
    sides = (match.india_id, match.us_id)
    query = (
        sa.select(
            Answer.match_id,
            Answer.organization_id,
            Organization.name,
            Answer.says,
            Answer.reason_code,
            Answer.at,
            Introduction.at.label("introduced_at"),
        )
        .join(Match, Match.id == Answer.match_id)
        .join(Organization, Organization.id == Answer.organization_id)
        .outerjoin(Introduction, Introduction.match_id == Answer.match_id)
        .where(
            Answer.organization_id.in_(sides),
            sa.or_(Answer.match_id == match.id, Answer.says == AnswerChoice.NO),
            conflicts.not_hidden(reader.id, Match.india_id, Match.us_id),
        )
    )
    is_own = sa.case((Answer.match_id == match.id, 0), else_=1)
    return query.order_by(is_own, Answer.at.desc()).limit(20)
