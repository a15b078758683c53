"""Do what a link in a letter says, by the rules that pages keep to.

A link acts as its person, with their present seat and role, and once.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from app.accounts.acting import Act, Errand
from app.accounts.models import User
from app.audit import services as audit
from app.claims import services as claims
from app.claims.models import Claim
from app.db import db
from app.digests import wishes
from app.digests.matters import Matter, look
from app.errors import NotFound
from app.introductions import services as answering
from app.introductions.models import NoReason
from app.introductions.sides import Side
from app.matching.models import Match
from app.meetings import services as meetings
from app.meetings.models import Attendance, Meeting
from app.outcomes import services as outcomes
from app.outcomes.models import Progress

_LOCKED: dict[Act, InstrumentedAttribute[int]] = {
    Act.STILL_TRUE: Claim.id,
    Act.HELD: Meeting.id,
    Act.NO_SHOW: Meeting.id,
    Act.PAUSE: User.id,
}


@dataclass(frozen=True)
class Reply:
    """What the person chose where an act asks for more."""

    until: datetime.date | None = None
    reason: NoReason | None = None
    note: str = ""


def carry_out(errand: Errand, reply: Reply) -> None:
    """Do what the link says, once. Raises what the rules of its subject raise."""
    _lock(errand)
    matter = look(errand)
    if not matter.settled:
        with audit.through("mail"):
            _DEEDS[errand.act](matter, reply)


def _lock(errand: Errand) -> None:
    """Let two openings of one link come one after the other, before anything is read."""
    key = _LOCKED.get(errand.act, Match.id)
    # Rows that only refer to it are not held up.
    db.session.execute(sa.select(key).where(key == errand.subject_id).with_for_update(key_share=True))


def _side(matter: Matter) -> Side:
    if matter.side is None:
        raise NotFound
    return matter.side


def _say_yes(matter: Matter, _reply: Reply) -> None:
    answering.accept(_side(matter), by=matter.errand.user)


def _say_not_now(matter: Matter, reply: Reply) -> None:
    if reply.until is not None:
        answering.say_not_now(_side(matter), by=matter.errand.user, until=reply.until)


def _say_no(matter: Matter, reply: Reply) -> None:
    if reply.reason is not None:
        answering.decline(_side(matter), by=matter.errand.user, reason=reply.reason, note=reply.note)


def _report(matter: Matter, _reply: Reply) -> None:
    says = Attendance.HELD if matter.errand.act is Act.HELD else Attendance.NO_SHOW
    if matter.meeting is not None:
        meetings.report(matter.meeting, _side(matter), matter.errand.user, says)


def _check_in(matter: Matter, _reply: Reply) -> None:
    says = Progress.REACHED if matter.errand.act is Act.REACHED else Progress.NOTHING_YET
    outcomes.check_in(_side(matter), matter.errand.user, matter.days, says)


def _still_true(matter: Matter, _reply: Reply) -> None:
    if matter.claim is not None:
        claims.still_true(matter.claim, by=matter.errand.user)


def _rest(matter: Matter, reply: Reply) -> None:
    if reply.until is not None:
        wishes.pause(matter.errand.user, reply.until)


_DEEDS: dict[Act, Callable[[Matter, Reply], None]] = {
    Act.YES: _say_yes,
    Act.NOT_NOW: _say_not_now,
    Act.NO: _say_no,
    Act.STILL_TRUE: _still_true,
    Act.HELD: _report,
    Act.NO_SHOW: _report,
    Act.REACHED: _check_in,
    Act.NOT_YET: _check_in,
    Act.PAUSE: _rest,
}
