"""Matches that nobody answers: who is reminded once, and which end."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence

import sqlalchemy as sa

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.introductions import emails, queries
from app.introductions.models import Answer, AnswerChoice, AnswerReminder, Introduction
from app.introductions.sides import TIME_TO_ANSWER, expires_at
from app.matching.models import EndReason, Match, MatchEnd
from app.organizations.models import MemberRole, Membership
from app.outbox import services as outbox

REMINDED_AFTER = datetime.timedelta(days=7)


def has_due() -> tuple[bool, bool]:
    """Whether anybody is to be reminded, and whether any match is to end."""
    ends = sa.select(Match.id).where(*_silent_for(TIME_TO_ANSWER)).limit(1)
    return bool(_to_remind(1)), db.session.scalar(ends) is not None


def remind(most: int = 100) -> int:
    """Remind up to `most` people who have not answered; how many. Nobody is reminded twice of one match."""
    locked = _lock({match_id for match_id, _user, _own in _to_remind(most)})
    # Asked again under the lock: somebody may have answered, or another worker reminded, since.
    found = _to_remind(most, locked.keys()) if locked else []
    for match_id, user_id, own_id in found:
        db.session.add(AnswerReminder(match_id=match_id, user_id=user_id, at=clock.now()))
        match = locked[match_id]
        own = match.india if match.india_id == own_id else match.us
        answers = queries.answers_of([match_id]).values()
        until = expires_at(match, answers)
        if until is not None:
            outbox.enqueue(emails.reminder(match, own, db.session.get_one(User, user_id), until))
    db.session.flush()
    return len(found)


def expire(most: int = 50) -> int:
    """End up to `most` matches whose time to answer is over; how many."""
    due = sa.select(Match.id).where(*_silent_for(TIME_TO_ANSWER)).order_by(Match.id).limit(most)
    locked = _lock(db.session.scalars(due).all())
    again = due.where(Match.id.in_(locked))
    found = db.session.scalars(again).all() if locked else []
    for match_id in found:
        _end(locked[match_id])
    return len(found)


def _end(match: Match) -> None:
    match.end = MatchEnd(why=EndReason.EXPIRED, ended_at=clock.now())
    db.session.flush()
    audit.record("match.expired", ("match", match.id), by=None)
    said = queries.answers_of([match.id], fresh=True).values()
    for own_id in [answer.organization_id for answer in said if answer.says is AnswerChoice.YES]:
        for mail in emails.expired(match, match.india if match.india_id == own_id else match.us):
            outbox.enqueue(mail)


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


def _to_remind(most: int, match_ids: Collection[int] | None = None) -> Sequence[sa.Row[int, int, int]]:
    """(match, person, their organization) of who may answer and has not, wants such mail and had none of it."""
    own = Membership.organization_id
    said_yes = sa.exists().where(
        Answer.match_id == Match.id, Answer.organization_id == own, Answer.says == AnswerChoice.YES
    )
    reminded = sa.exists().where(
        AnswerReminder.match_id == Match.id, AnswerReminder.user_id == Membership.user_id
    )
    query = (
        sa.select(Match.id, Membership.user_id, sa.func.min(own))
        .join(Membership, sa.or_(own == Match.india_id, own == Match.us_id))
        .join(User, User.id == Membership.user_id)
        .where(
            *_silent_for(REMINDED_AFTER),
            Membership.role.in_((MemberRole.OWNER, MemberRole.EDITOR)),
            User.confirmed_at.is_not(None),
            User.deactivated_at.is_(None),
            User.wants_match_mail,
            ~said_yes,
            ~reminded,
        )
        .group_by(Match.id, Membership.user_id)
        .order_by(Match.id, Membership.user_id)
        .limit(most)
    )
    if match_ids is not None:
        query = query.where(Match.id.in_(match_ids))
    return db.session.execute(query).all()
