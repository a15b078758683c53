"""State what was reached, confirm or dispute it, and answer when asked. Confirmed milestones train the ranker."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import AlreadyDecided, Forbidden, RuleBroken
from app.introductions.sides import Side
from app.matching import signals
from app.matching.models import Match, Said
from app.meetings.models import Attendance, Meeting
from app.outbox import services as outbox
from app.outcomes import emails, queries
from app.outcomes.models import (
    CHECK_DAYS,
    Evidence,
    Milestone,
    MilestoneKind,
    MilestoneState,
    OutcomeCheck,
    Progress,
    ValueBand,
)

# What a confirmed milestone tells the recommender of the fit of the two; a meeting tells little, money and people much.
WEIGHTS = {
    MilestoneKind.MET: 0.3,
    MilestoneKind.NDA: 0.5,
    MilestoneKind.SAMPLE: 0.6,
    MilestoneKind.MOU: 0.6,
    MilestoneKind.PILOT: 0.8,
    MilestoneKind.JOINT_FILING: 0.9,
    MilestoneKind.CERTIFICATE: 0.9,
    MilestoneKind.TRAINING_PLACE: 0.9,
    MilestoneKind.HIRE: 1.0,
    MilestoneKind.ORDER: 1.0,
    MilestoneKind.INVESTMENT: 1.0,
}
# Both sides' word is what counts; a document or a public source takes the rest of the doubt away.
GRADES = {Evidence.WORD: 0.8, Evidence.DOCUMENT: 0.9, Evidence.PUBLIC: 1.0}


class MilestoneSettled(RuleBroken):
    """It was answered or withdrawn already, or is stated already."""


@dataclass(frozen=True)
class Reached:
    """What a side says the pair has reached."""

    kind: MilestoneKind
    reached_on: datetime.date
    value_band: ValueBand | None = None
    currency: str | None = None
    evidence: Evidence = Evidence.WORD
    evidence_url: str = ""
    note: str = ""


def state(side: Side, by: User, reached: Reached) -> Milestone:
    """Say for a side what was reached, and ask the other to confirm. Saying it twice is once; raises `MilestoneSettled`."""
    _require_seat(side)
    today, introduced = clock.now().date(), side.introduction.at.date() if side.introduction else None
    # The other side of the date line may be a day ahead.
    if introduced is None or not introduced <= reached.reached_on <= today + datetime.timedelta(days=1):
        raise RuleBroken(_("Choose a day between your introduction and today."))
    _lock(side)
    found = queries.milestone_like(side.match.id, reached.kind, reached.reached_on)
    if found is not None:
        return _said_again(found, side)
    milestone = Milestone(
        match_id=side.match.id,
        organization_id=side.organization.id,
        kind=reached.kind,
        reached_on=reached.reached_on,
        value_band=reached.value_band,
        currency=reached.currency if reached.value_band else None,
        evidence=reached.evidence,
        evidence_url=reached.evidence_url,
        note=reached.note,
        stated_by_id=by.id,
        stated_at=clock.now(),
    )
    db.session.add(milestone)
    db.session.flush()
    _record("stated", milestone, by)
    for mail in emails.to_confirm(milestone):
        outbox.enqueue(mail)
    return milestone


def _said_again(found: Milestone, side: Side) -> Milestone:
    if found.organization_id != side.organization.id and found.state is MilestoneState.STATED:
        raise MilestoneSettled(_("The other side has said the same already: confirm it instead."))
    if found.state is MilestoneState.WITHDRAWN:
        raise MilestoneSettled(
            _("This was stated for the same day and withdrawn. Choose the day it was reached.")
        )
    return found


def note_meeting(match_id: int, meeting_id: int) -> None:
    """That a pair met, as both sides said of a meeting: stated by who spoke first, confirmed by the other. Once."""
    match = db.session.get_one(Match, match_id, with_for_update=True, populate_existing=True)
    meeting = db.session.get_one(Meeting, meeting_id)
    if meeting.starts_at is None or queries.has_met(match_id):
        return
    held = sorted(
        (
            (guest.said_at, guest)
            for guest in meeting.guests
            if guest.says is Attendance.HELD
            and guest.said_at
            and guest.organization_id in (match.india_id, match.us_id)
        ),
        key=lambda row: row[0],
    )
    first = held[0][1] if held else None
    second = next((one for _at, one in held if first and one.organization_id != first.organization_id), None)
    if first is None or second is None or first.said_at is None:
        return
    milestone = Milestone(
        match_id=match_id,
        organization_id=first.organization_id,
        kind=MilestoneKind.MET,
        reached_on=meeting.starts_at.astimezone(first.user.zone).date(),
        stated_by_id=first.user_id,
        stated_at=first.said_at,
        state=MilestoneState.CONFIRMED,
        answered_by_id=second.user_id,
        answered_at=second.said_at,
        evidence=Evidence.WORD,
    )
    db.session.add(milestone)
    db.session.flush()
    _teach(milestone, match, second.user_id)
    _record("confirmed", milestone, second.user)


def confirm(milestone: Milestone, side: Side, by: User) -> None:
    """Say that it is so. Raises `AlreadyDecided`, and `Forbidden` for the side that stated it."""
    if not _answer(milestone, side, by, MilestoneState.CONFIRMED):
        return
    _teach(milestone, milestone.match, by.id)
    _record("confirmed", milestone, by)


def _teach(milestone: Milestone, match: Match, by: int) -> None:
    weight = WEIGHTS[milestone.kind] * GRADES[milestone.evidence]
    signals.record(match, Said.OUTCOME, weight, by=by)


def contest(milestone: Milestone, side: Side, by: User, why: str) -> None:
    """Say that it is not so, and why; managers read it. Raises as `confirm` does."""
    if _answer(milestone, side, by, MilestoneState.DISPUTED):
        milestone.dispute = why
        db.session.flush()
        _record("disputed", milestone, by)


def withdraw(milestone: Milestone, side: Side, by: User) -> None:
    """Take back what one's side has stated, as long as the other has not confirmed it."""
    _require_seat(side)
    db.session.refresh(milestone, with_for_update=True)
    if milestone.organization_id != side.organization.id:
        raise Forbidden(_("The side that stated it can take it back."))
    if milestone.state is MilestoneState.WITHDRAWN:
        return
    if milestone.state is MilestoneState.CONFIRMED:
        raise MilestoneSettled(_("Both sides have confirmed it, so it stands."))
    milestone.state, milestone.answered_at, milestone.answered_by_id = MilestoneState.WITHDRAWN, None, None
    db.session.flush()
    _record("withdrawn", milestone, by)


def check_in(side: Side, by: User, day: int, says: Progress) -> None:
    """Answer the question of a day; the newest answer stands."""
    _require_seat(side)
    if day not in CHECK_DAYS or day not in queries.days_due(side):
        raise RuleBroken(_("Nobody has asked this yet."))
    _lock(side)
    key = {"match_id": side.match.id, "organization_id": side.organization.id, "day": day}
    row = db.session.scalars(sa.select(OutcomeCheck).filter_by(**key)).one_or_none()
    if row is None:
        row = OutcomeCheck(**key)
        db.session.add(row)
    row.says, row.by_id, row.at = says, by.id, clock.now()
    db.session.flush()
    audit.record("outcome.asked", ("match", side.match.id), by=by.id, detail={"day": day, "says": says.value})


def _answer(milestone: Milestone, side: Side, by: User, state_: MilestoneState) -> bool:
    """Write the other side's answer; False when this very answer is there already."""
    _require_seat(side)
    db.session.refresh(milestone, with_for_update=True)
    if milestone.organization_id == side.organization.id:
        raise Forbidden(_("The other side answers what yours has stated."))
    if milestone.state is state_:
        return False
    if milestone.state is not MilestoneState.STATED:
        raise AlreadyDecided(
            _("This was settled already. Look at how it stands."), winner="", action=milestone.state.value
        )
    milestone.state, milestone.answered_by_id, milestone.answered_at = state_, by.id, clock.now()
    db.session.flush()
    return True


def _require_seat(side: Side) -> None:
    if not side.can_answer:
        raise Forbidden(_("Owners and editors of the organization answer; you may read."))


def _lock(side: Side) -> None:
    """Statements of one pair come one after the other."""
    # The match alone: its sides come along by outer joins, which PostgreSQL locks nothing of.
    db.session.refresh(side.match, with_for_update={"of": Match})


def _record(action: str, milestone: Milestone, by: User) -> None:
    detail = {"match": milestone.match_id, "kind": milestone.kind.value}
    audit.record(f"milestone.{action}", ("milestone", milestone.id), by=by.id, detail=detail)
