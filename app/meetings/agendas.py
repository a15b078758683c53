"""What meetings ask of people, read for many of them with one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, lazyload

from app import clock
from app.accounts.models import User
from app.db import db
from app.meetings.models import LONGEST, Meeting, MeetingGuest, MeetingState
from app.organizations.models import Organization

_SAID = aliased(MeetingGuest)


@dataclass
class Agenda:
    """What meetings ask of a person, soonest or oldest first."""

    coming: list[Meeting] = field(default_factory=list)
    # Times wait for this person's choice.
    to_choose: list[Meeting] = field(default_factory=list)
    # Over, and their side has not said how it went.
    to_report: list[Meeting] = field(default_factory=list)


def agendas_of(users: Sequence[User], since: datetime, until: datetime) -> dict[int, Agenda]:
    """Booked meetings of each of these people between two moments, and those whose times they are to choose from."""
    now = clock.now()
    found = {user.id: Agenda() for user in users}
    for user_id, meeting in db.session.execute(_asking(found, since, until)).unique():
        _note(found[user_id], meeting, since, now)
    return found


def _asking(
    user_ids: Sequence[int] | dict[int, Agenda], since: datetime, until: datetime
) -> sa.Select[int, Meeting]:
    offered = sa.and_(Meeting.state == MeetingState.OFFERED, Meeting.organizer_id != MeetingGuest.user_id)
    began = since - timedelta(minutes=LONGEST)
    in_time = sa.and_(Meeting.starts_at > began, Meeting.starts_at <= until)
    unsaid = sa.or_(Meeting.starts_at >= clock.now(), ~_has_said())
    booked = sa.and_(Meeting.state == MeetingState.BOOKED, in_time, unsaid)
    # All that is told of a meeting comes with it; of its organizations the names are.
    guests = joinedload(Meeting.guests)
    names = guests.joinedload(MeetingGuest.organization).lazyload(Organization.technology_rows)
    return (
        sa.select(MeetingGuest.user_id, Meeting)
        .join(Meeting, Meeting.id == MeetingGuest.meeting_id)
        .where(MeetingGuest.user_id.in_(user_ids), sa.or_(offered, booked))
        .options(guests, names, joinedload(Meeting.times), lazyload(Meeting.organizer))
        .order_by(Meeting.starts_at, Meeting.id)
    )


def _has_said() -> sa.Exists:
    """The side of a guest has said how it went."""
    return sa.exists().where(
        _SAID.meeting_id == Meeting.id,
        _SAID.organization_id == MeetingGuest.organization_id,
        _SAID.says.is_not(None),
    )


def _note(agenda: Agenda, meeting: Meeting, since: datetime, now: datetime) -> None:
    if meeting.state is MeetingState.OFFERED:
        agenda.to_choose.append(meeting)
    elif meeting.starts_at and meeting.starts_at >= now:
        agenda.coming.append(meeting)
    elif meeting.is_over(now) and meeting.ends_at and meeting.ends_at > since:
        agenda.to_report.append(meeting)
