"""Matches that nobody answers: who is reminded once, and which end. None ends before a week has passed since its first reminder."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence

import sqlalchemy as sa

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.introductions import emails, ending, queries
from app.introductions.models import Answer, AnswerChoice, AnswerReminder, Introduction
from app.introductions.sides import TIME_TO_ANSWER, expires_at
from app.matching.models import EndReason, Match
from app.organizations.models import MemberRole, Membership
from app.outbox import services as outbox

REMINDED_AFTER = datetime.timedelta(days=7)
LEFT_AFTER_REMINDER = datetime.timedelta(days=7)
_ANSWERING = (MemberRole.OWNER, MemberRole.EDITOR)


def has_due() -> tuple[bool, bool, bool]:
    """Whether any match was declined and has no end, whether any is to end, and whether anybody is to be reminded."""
    declined, over = (db.session.scalar(due.limit(1)) is not None for due in (_declined(), _over()))
    return declined, over, bool(_to_remind(1))


def close_declined(most: int = 50) -> int:
    """End up to `most` matches that a side said no to while the release before this one served; how many."""
    found = _locked_of(_declined(), most)
    for match in found:
        said = queries.answers_of([match.id], fresh=True).values()
        no = min((answer for answer in said if answer.says is AnswerChoice.NO), key=lambda answer: answer.at)
        ending.end(match, EndReason.DECLINED, organization_id=no.organization_id, by_id=no.by_id, at=no.at)
        audit.record(
            "match.closed", ("match", match.id), by=None, detail={"organization": no.organization_id}
        )
    return len(found)


def expire(most: int = 50) -> int:
    """End up to `most` matches whose time to answer is over; how many."""
    found = _locked_of(_over(), most)
    for match in found:
        ending.end(match, EndReason.EXPIRED)
        audit.record("match.expired", ("match", match.id), by=None)
        said = queries.answers_of([match.id], fresh=True).values()
        for own_id in [answer.organization_id for answer in said if answer.says is AnswerChoice.YES]:
            for mail in emails.expired(match, match.india if match.india_id == own_id else match.us):
                outbox.enqueue(mail)
    return len(found)


def remind(most: int = 100) -> int:
    """Remind up to `most` people who have not answered; how many. Nobody is reminded twice of one match."""
    locked = _lock({match_id for match_id, _user, _own in _to_remind(most)})
    # Asked again under the lock: somebody may have answered, or another worker reminded, since.
    found = _to_remind(most, locked.keys()) if locked else []
    until = {match_id: _time_left(locked[match_id]) for match_id in {row[0] for row in found}}
    for match_id, user_id, own_id in found:
        db.session.add(AnswerReminder(match_id=match_id, user_id=user_id, at=clock.now()))
        match = locked[match_id]
        own = match.india if match.india_id == own_id else match.us
        outbox.enqueue(emails.reminder(match, own, db.session.get_one(User, user_id), until[match_id]))
    db.session.flush()
    return len(found)


def _time_left(match: Match) -> datetime.datetime:
    """Until when a match waits whose people are reminded now: a week at least after the first of them was."""
    over = expires_at(match, queries.answers_of([match.id]).values())
    reminded = db.session.scalar(sa.select(_is_reminded().where(AnswerReminder.match_id == match.id)))
    least = clock.now() + LEFT_AFTER_REMINDER
    if over is None or (over < least and not reminded):
        match.waits_until = over = least
    return over


def _locked_of(due: sa.Select[int], most: int) -> Sequence[Match]:
    """Up to `most` of these, locked and asked again under the lock."""
    locked = _lock(db.session.scalars(due.order_by(Match.id).limit(most)).all())
    still = db.session.scalars(due.where(Match.id.in_(locked))).all() if locked else ()
    return [locked[match_id] for match_id in still]


def _lock(match_ids: Collection[int]) -> dict[int, Match]:
    """These matches, but for those that somebody is answering just now: they are looked at again a minute later."""
    query = sa.select(Match).where(Match.id.in_(match_ids)).order_by(Match.id)
    found = db.session.scalars(query.with_for_update(skip_locked=True)) if match_ids else ()
    return {match.id: match for match in found}


def _silent_for(time: datetime.timedelta) -> tuple[sa.ColumnElement[bool], ...]:
    """Conditions of a query: both sides know of the match for so long, and not both have answered."""
    now = clock.now()
    since = now - time
    of_match = Answer.match_id == Match.id
    held = sa.or_(
        Answer.resumes_at > since, sa.and_(Answer.resumes_at.is_(None), Answer.until > since.date())
    )
    return (
        Match.told_by(now),
        sa.func.coalesce(Match.opens_at, Match.decided_at) <= since,
        Match.is_going(),
        ~sa.exists().where(of_match, sa.or_(held, Answer.says == AnswerChoice.NO)),
        ~sa.exists().where(Introduction.match_id == Match.id),
    )


def _declined() -> sa.Select[int]:
    """Matches to which a side said no and that have no end."""
    no = sa.exists().where(Answer.match_id == Match.id, Answer.says == AnswerChoice.NO)
    return sa.select(Match.id).where(Match.told_by(clock.now()), Match.is_going(), no)


def _over() -> sa.Select[int]:
    """Matches whose time to answer is over, and of which somebody was reminded in time, if there is anybody to remind."""
    waits = sa.and_(Match.waits_until.is_not(None), Match.waits_until > clock.now())
    is_reminded = _is_reminded().where(AnswerReminder.match_id == Match.id)
    people = sa.select(Membership.id).join(User, User.id == Membership.user_id).where(*_may_be_reminded())
    anybody = people.correlate(Match).exists()
    return sa.select(Match.id).where(*_silent_for(TIME_TO_ANSWER), ~waits, sa.or_(is_reminded, ~anybody))


def _is_reminded() -> sa.Exists:
    return sa.exists(sa.select(AnswerReminder.id))


def _may_be_reminded() -> tuple[sa.ColumnElement[bool], ...]:
    """Conditions of a query of matches, memberships and users: they may answer, want such mail, and their side has not said yes."""
    own = Membership.organization_id
    said_yes = sa.exists().where(
        Answer.match_id == Match.id, Answer.organization_id == own, Answer.says == AnswerChoice.YES
    )
    return (
        sa.or_(own == Match.india_id, own == Match.us_id),
        Membership.role.in_(_ANSWERING),
        User.confirmed_at.is_not(None),
        User.deactivated_at.is_(None),
        User.wants_match_mail.is_(True),
        ~said_yes.correlate(Match, Membership),
    )


def _to_remind(most: int, match_ids: Collection[int] | None = None) -> Sequence[sa.Row[int, int, int]]:
    """(match, person, their organization) of who may answer and has not, wants such mail and had none of it."""
    own = Membership.organization_id
    reminded = _is_reminded().where(
        AnswerReminder.match_id == Match.id, AnswerReminder.user_id == Membership.user_id
    )
    query = (
        sa.select(Match.id, Membership.user_id, sa.func.min(own))
        .join(Membership, sa.or_(own == Match.india_id, own == Match.us_id))
        .join(User, User.id == Membership.user_id)
        .where(*_silent_for(REMINDED_AFTER), *_may_be_reminded(), ~reminded)
        .group_by(Match.id, Membership.user_id)
        .order_by(Match.id, Membership.user_id)
        .limit(most)
    )
    if match_ids is not None:
        query = query.where(Match.id.in_(match_ids))
    return db.session.execute(query).all()
