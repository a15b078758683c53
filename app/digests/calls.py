"""Calls and missions that take applications, and that an organization has not asked to join."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.organizations.models import Membership, Organization
from app.programs import queries as programs
from app.programs.models import Program

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


def calls_for(memberships: Sequence[Membership], asked: Container[tuple[int, int]]) -> dict[int, list[Call]]:
    """The few that close first of each person, once each: one query for many people.

    `asked` are the (organization, program) of which the organization asked to join.
    """
    seats = [seat for seat in memberships if seat.can_edit and seat.organization.is_listed]
    taking = [one for one in programs.open_programs() if one.takes_applications] if seats else []
    found: defaultdict[int, dict[int, Call]] = defaultdict(dict)
    for program in sorted(taking, key=lambda one: (one.closes_on or datetime.date.max, one.id)):
        for seat in seats:
            mine = found[seat.user_id]
            is_open = (seat.organization_id, program.id) not in asked and _covers(program, seat.organization)
            if is_open and len(mine) < MOST:
                mine.setdefault(program.id, Call(program, seat.organization))
    return {user_id: list(calls.values()) for user_id, calls in found.items()}


def _covers(program: Program, organization: Organization) -> bool:
    """The rules of `joining.require_covered`, which says in words what these only tell."""
    return (
        (not program.countries or organization.country in program.countries)
        and (not program.kinds or organization.kind in program.kinds)
        and (not program.technologies or bool({*program.technologies} & {*organization.technologies}))
    )
