"""Both sides answer; two yeses make an introduction."""

from __future__ import annotations

import datetime
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import AlreadyDecided, Forbidden, RuleBroken
from app.introductions import emails, queries
from app.introductions.models import Answer, AnswerChoice, Introduction, NoReason
from app.introductions.sides import Side
from app.matching import signals
from app.matching.models import Match, Said
from app.outbox import services as outbox

LONGEST_NOT_NOW = timedelta(days=180)
_ACTIONS = {
    AnswerChoice.YES: "match.accepted",
    AnswerChoice.NOT_NOW: "match.postponed",
    AnswerChoice.NO: "match.declined",
}
# What an answer tells the recommender of the fit, 0 to 1; the moment and the law tell little of it.
_NO_WEIGHTS = {
    NoReason.NOT_RELEVANT: 1.0,
    NoReason.COMPETITOR: 0.8,
    NoReason.OTHER: 0.5,
    NoReason.NO_CAPACITY: 0.2,
    NoReason.TIMING: 0.2,
    NoReason.REGULATION: 0.2,
    NoReason.ALREADY_IN_TOUCH: 0.0,
}
_YES_WEIGHT, _NOT_NOW_WEIGHT, _INTRODUCED_WEIGHT = 1.0, 0.2, 0.5


class MatchClosed(RuleBroken):
    """The match takes no answers, or no more of them."""


def accept(side: Side, *, by: User) -> Introduction | None:
    """Say yes for a side; the second yes introduces both, and gives the introduction."""
    match = _locked(side)
    _answer(match, side, AnswerChoice.YES, by)
    yeses = [a for a in queries.answers_of([match.id]).values() if a.says is AnswerChoice.YES]
    return _introduce(match, by) if len(yeses) == 2 else None


def say_not_now(side: Side, *, by: User, until: datetime.date) -> None:
    """Ask to come back to a match after `until`; it may still become a yes or a no."""
    if not clock.now().date() <= until <= clock.now().date() + LONGEST_NOT_NOW + timedelta(days=1):
        raise RuleBroken(_("Choose a day within the next 180 days."))
    _answer(_locked(side), side, AnswerChoice.NOT_NOW, by, until=until)


def decline(side: Side, *, by: User, reason: NoReason, note: str = "") -> None:
    """Say no for a side; the reason stays between it and the program managers."""
    _answer(_locked(side), side, AnswerChoice.NO, by, reason=reason, note=note)


def _locked(side: Side) -> Match:
    """The match with its row locked, so that the answers of both sides come one after the other."""
    if not side.can_answer:
        raise Forbidden
    query = sa.select(Match).where(Match.id == side.match.id).with_for_update()
    match = db.session.scalars(query.execution_options(populate_existing=True)).one()
    if not match.is_told:
        raise MatchClosed(_("The program managers have not approved this match, so it cannot be answered."))
    return match


def _answer(
    match: Match,
    side: Side,
    says: AnswerChoice,
    by: User,
    *,
    reason: NoReason | None = None,
    note: str = "",
    until: datetime.date | None = None,
) -> None:
    # Read again under the lock: what the page was built from may be old by now.
    said = queries.answers_of([match.id], fresh=True)
    mine = said.get((match.id, side.organization.id))
    if mine is not None and mine.says is says and mine.until == until:
        return
    _refuse_if_settled(mine, [a for a in said.values() if a is not mine])
    if mine is None:
        mine = Answer(match_id=match.id, organization_id=side.organization.id)
        db.session.add(mine)
    mine.says, mine.reason_code, mine.note, mine.until = says, reason, note, until
    mine.by_id, mine.at = by.id, clock.now()
    db.session.flush()
    signals.record(
        match, Said(says.value), _weight_of(says, reason), organization_id=mine.organization_id, by=by.id
    )
    _record(match, mine, by)


def _weight_of(says: AnswerChoice, reason: NoReason | None) -> float:
    if reason is not None:
        return _NO_WEIGHTS[reason]
    return _YES_WEIGHT if says is AnswerChoice.YES else _NOT_NOW_WEIGHT


def _refuse_if_settled(mine: Answer | None, others: list[Answer]) -> None:
    if mine is not None and mine.says is not AnswerChoice.NOT_NOW:
        words = _("said yes") if mine.says is AnswerChoice.YES else _("said no")
        message = _(
            "%(person)s already %(words)s for your organization.", person=mine.by.display_name, words=words
        )
        raise AlreadyDecided(message, winner=mine.by.display_name, action=mine.says.value)
    if any(answer.says is AnswerChoice.NO for answer in others):
        raise MatchClosed(_("The other side will not go ahead this time, so there is nothing to answer."))


def _record(match: Match, answer: Answer, by: User) -> None:
    detail = {
        "organization": answer.organization_id,
        "reason": answer.reason_code.value if answer.reason_code else None,
        "until": answer.until.isoformat() if answer.until else None,
    }
    kept = {name: value for name, value in detail.items() if value is not None}
    audit.record(_ACTIONS[answer.says], ("match", match.id), by=by.id, detail=kept)


def _introduce(match: Match, by: User) -> Introduction:
    found = db.session.scalars(sa.select(Introduction).where(Introduction.match_id == match.id)).one_or_none()
    if found is not None:
        return found
    introduction = Introduction(match_id=match.id, at=clock.now())
    db.session.add(introduction)
    db.session.flush()
    signals.record(match, Said.INTRODUCED, _INTRODUCED_WEIGHT)
    audit.record("match.introduced", ("match", match.id), by=by.id, detail={"introduction": introduction.id})
    for mail in emails.introduction(match):
        outbox.enqueue(mail)
    return introduction
