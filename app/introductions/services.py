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
from app.introductions import emails, ending, line_queries, lines, queries
from app.introductions.ending import MatchClosed
from app.introductions.lines import TypedLine
from app.introductions.models import Answer, AnswerChoice, Introduction, IntroductionLine, NoReason
from app.introductions.sides import Side
from app.matching import signals
from app.matching.models import EndReason, Match, Said
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


# A yes that was taken back: the newest of a side counts, and this one teaches nothing.
_WITHDRAWN_WEIGHT = 0.0


class LineChanged(RuleBroken):
    """Somebody else of the side changed its line meanwhile."""


def accept(side: Side, *, by: User, line: TypedLine | None = None) -> Introduction | None:
    """Say yes for a side and agree to its line; the second yes introduces both, and gives the introduction."""
    match = _locked(side)
    if line is not None:
        _write(match, side, line, by)
    _answer(match, side, AnswerChoice.YES, by)
    _agree(match, side, by)
    yeses = [a for a in queries.answers_of([match.id]).values() if a.says is AnswerChoice.YES]
    return _introduce(match, by) if len(yeses) == 2 else None


def say_not_now(side: Side, *, by: User, until: datetime.date) -> None:
    """Ask to come back to a match after `until`; it may still become a yes or a no."""
    if not clock.now().date() <= until <= clock.now().date() + LONGEST_NOT_NOW + timedelta(days=1):
        raise RuleBroken(_("Choose a day within the next 180 days."))
    _answer(_locked(side), side, AnswerChoice.NOT_NOW, by, until=until)


def decline(side: Side, *, by: User, reason: NoReason, note: str = "") -> None:
    """Say no for a side, which ends the match; the reason stays between it and the program managers."""
    match = _locked(side)
    _answer(match, side, AnswerChoice.NO, by, reason=reason, note=note)
    if match.end is None:
        ending.end(match, EndReason.DECLINED, organization_id=side.organization.id, by_id=by.id)


def withdraw(side: Side, *, by: User) -> None:
    """Take a yes back while the other side has not said yes; this ends the match, and the answer stays in its history."""
    if not side.can_answer:
        raise Forbidden
    match = ending.lock(side.match.id)
    if ending.is_ended_by(match, side, EndReason.WITHDRAWN):
        return
    ending.require_open(match, side)
    _require_lonely_yes(match, side)
    ending.end(match, EndReason.WITHDRAWN, organization_id=side.organization.id, by_id=by.id)
    signals.record(match, Said.YES, _WITHDRAWN_WEIGHT, organization_id=side.organization.id, by=by.id)
    detail = {"organization": side.organization.id}
    audit.record("match.withdrawn", ("match", match.id), by=by.id, detail=detail)


def write_line(side: Side, line: TypedLine, *, by: User) -> None:
    """Change what a side is introduced with; once introduced, on the page only, since the letter is gone."""
    if not side.can_answer:
        raise Forbidden
    match = ending.lock(side.match.id)
    ending.require_open(match, side)
    if ending.is_ended_by(match, side, EndReason.DECLINED):
        raise MatchClosed(_("Your organization said no to this match, so it is not introduced."))
    _write(match, side, line, by)


def _require_lonely_yes(match: Match, side: Side) -> None:
    said = queries.answers_of([match.id], fresh=True)
    mine = said.pop((match.id, side.organization.id), None)
    if mine is None or mine.says is not AnswerChoice.YES:
        raise MatchClosed(_("Your organization has not said yes, so there is nothing to take back."))
    theirs = {answer.says for answer in said.values()}
    if AnswerChoice.YES in theirs:
        raise MatchClosed(_("Both sides said yes and know each other now, so the yes cannot be taken back."))
    if AnswerChoice.NO in theirs:
        raise MatchClosed(_("The other side will not go ahead this time, so there is nothing to take back."))


def _locked(side: Side) -> Match:
    """The match with its row locked, so that the answers of both sides come one after the other."""
    if not side.can_answer:
        raise Forbidden
    match = ending.lock(side.match.id)
    ending.require_open(match, side)
    return match


def _write(match: Match, side: Side, line: TypedLine, by: User) -> None:
    found = line_queries.line_of(match, side.organization, fresh=True)
    present = found.text if found else lines.drafted(side.organization)
    if line.text == present:
        return
    if found is not None and line.version != found.version:
        raise LineChanged(
            _("%(person)s changed the line of your organization meanwhile.", person=found.by.display_name)
        )
    _keep_line(match, side, found, line.text, by)
    detail = {"organization": side.organization.id}
    audit.record("match.line_written", ("match", match.id), by=by.id, detail=detail)


def _agree(match: Match, side: Side, by: User) -> None:
    """Whoever says yes agrees to the line as it is, also to the draft: the introduction does not change by itself."""
    text = lines.drafted(side.organization)
    if text and line_queries.line_of(match, side.organization, fresh=True) is None:
        _keep_line(match, side, None, text, by)


def _keep_line(match: Match, side: Side, found: IntroductionLine | None, text: str, by: User) -> None:
    line = found or IntroductionLine(match_id=match.id, organization_id=side.organization.id)
    line.text, line.by_id, line.at = text, by.id, clock.now()
    db.session.add(line)
    db.session.flush()


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
    mine.resumes_at = _resumes_at(mine, by)
    mine.by_id, mine.at = by.id, clock.now()
    db.session.flush()
    signals.record(
        match, Said(says.value), _weight_of(says, reason), organization_id=mine.organization_id, by=by.id
    )
    _record(match, mine, by)


def _resumes_at(answer: Answer, by: User) -> datetime.datetime | None:
    """From when time to answer runs again; who answers before the day they asked for starts it then."""
    if answer.until is not None:
        return datetime.datetime.combine(answer.until, datetime.time(), by.zone).astimezone(datetime.UTC)
    return min(answer.resumes_at, clock.now()) if answer.resumes_at is not None else None


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
