"""Calls and missions that take applications, and that an organization has not asked to join."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from app.db import db
from app.organizations.models import Membership, Organization
from app.programs import queries as programs
from app.programs.models import Participation, ParticipationState, Program

MOST = 2
# A call is news while it is new, and again when it is about to close.
NEWS_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Call:
    """A program, and the organization of the reader's that could take part."""

    program: Program
    organization: Organization

    def is_news(self, now: datetime.datetime) -> bool:
        opened, closes = self.program.opened_at, self.program.closes_on
        is_new = opened is not None and opened > now - NEWS_FOR
        return is_new or (closes is not None and closes <= (now + NEWS_FOR).date())


def calls_for(memberships: Sequence[Membership]) -> dict[int, list[Call]]:
    """The few that close first of each person, once each: two queries for many people."""
    seats = [seat for seat in memberships if seat.can_edit and seat.organization.is_listed]
    taking = [one for one in programs.open_programs() if one.takes_applications] if seats else []
    asked = _asked({seat.organization_id for seat in seats}, [one.id for one in taking]) if taking else set()
    found: defaultdict[int, dict[int, Call]] = defaultdict(dict)
    for program in sorted(taking, key=lambda one: (one.closes_on or datetime.date.max, one.id)):
        for seat in seats:
            mine = found[seat.user_id]
            is_open = (seat.organization_id, program.id) not in asked and _covers(program, seat.organization)
            if is_open and len(mine) < MOST:
                mine.setdefault(program.id, Call(program, seat.organization))
    return {user_id: list(calls.values()) for user_id, calls in found.items()}


def _asked(organization_ids: Collection[int], program_ids: Collection[int]) -> set[tuple[int, int]]:
    query = sa.select(Participation.organization_id, Participation.program_id).where(
        Participation.organization_id.in_(organization_ids),
        Participation.program_id.in_(program_ids),
        Participation.state != ParticipationState.WITHDRAWN,
    )
    return {(organization_id, program_id) for organization_id, program_id in db.session.execute(query)}


def _covers(program: Program, organization: Organization) -> bool:
    """The rules of `joining.require_covered`, which says in words what these only tell."""
    return (
        (not program.countries or organization.country in program.countries)
        and (not program.kinds or organization.kind in program.kinds)
        and (not program.technologies or bool({*program.technologies} & {*organization.technologies}))
    )
