"""Numbers of a week for many people, in one statement: each is little, and asking for one by one is what would cost."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from app.db import UtcDateTime, db
from app.digests.models import Digest
from app.introductions import queries as introductions
from app.introductions.models import Answer
from app.matching.models import OPEN_STATES, Match
from app.organizations.models import LISTED_STATES, Organization
from app.outcomes.models import OutcomeCheck
from app.programs.models import Participation, ParticipationState

A_WEEK = timedelta(days=7)
# Weeks of reach that are told, this one first.
WEEKS = 4


class Part(StrEnum):
    """What a row tells."""

    IN_REVIEW = "in_review"
    REACH = "reach"
    CHECKED = "checked"
    ASKED = "asked"
    LETTER = "letter"
    NAME = "name"


@dataclass(frozen=True)
class Figures:
    """Numbers by organization, match or person."""

    # (with the managers, of these proposed in the past week), as many as a page shows.
    in_review: defaultdict[int, tuple[int, int]] = field(default_factory=lambda: defaultdict(lambda: (0, 0)))
    # (partners told of it, answers of theirs) by organization and weeks ago.
    reach: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    # The latest day each side of a match has answered for, by (match, organization).
    checked: dict[tuple[int, int], int] = field(default_factory=dict)
    # (organization, program) that it asked to join.
    asked: set[tuple[int, int]] = field(default_factory=set)
    # When a person's last letter was settled.
    letters: dict[int, datetime.datetime] = field(default_factory=dict)
    # Listed organizations that were asked for.
    names: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """Of whom numbers are wanted; what is empty is not asked for."""

    now: datetime.datetime
    user_ids: Collection[int] = ()
    organization_ids: Collection[int] = ()
    # Introduced ones.
    match_ids: Collection[int] = ()
    # Organizations to be named.
    named_ids: Collection[int] = ()

    def arms(self) -> Iterator[sa.Select[Any]]:
        if self.organization_ids:
            yield from _in_review(self.organization_ids, self.now)
            yield from _reach(self.organization_ids, self.now)
            yield _asked(self.organization_ids)
            yield _letters(self.user_ids)
        if self.match_ids:
            yield _checked(self.match_ids)
        if self.named_ids:
            yield _names(self.named_ids)


def figures_of(wanted: Wanted) -> Figures:
    """One statement; none where nothing is wanted."""
    found, arms = Figures(), list(wanted.arms())
    if arms:
        for part, one, other, *rest in db.session.execute(sa.union_all(*arms)):
            _note(found, Part(part), (one, other), *rest)
    return found


def _note(
    found: Figures, part: Part, of: tuple[int, int], number: int, more: int, text: str, at: Any
) -> None:
    most = introductions.MOST_IN_REVIEW
    if part is Part.IN_REVIEW:
        found.in_review[of[0]] = min(number, most), min(more, most)
    elif part is Part.REACH:
        found.reach[of] = number, more
    elif part is Part.CHECKED:
        found.checked[of] = number
    elif part is Part.ASKED:
        found.asked.add(of)
    elif part is Part.LETTER:
        found.letters[of[0]] = at
    else:
        found.names[of[0]] = text


_COLUMNS: dict[str, Any] = {
    "one": sa.Integer(),
    "other": sa.Integer(),
    "number": sa.Integer(),
    "more": sa.Integer(),
    "text": sa.Text(),
    "at": UtcDateTime(),
}


def _row(part: Part, **of: Any) -> sa.Select[Any]:
    """A row with these values and nothing else."""
    values = (
        sa.type_coerce(of[name], kind) if name in of else sa.cast(sa.null(), kind)
        for name, kind in _COLUMNS.items()
    )
    return sa.select(sa.literal(part.value, sa.Text), *values)


def _in_review(ids: Collection[int], now: datetime.datetime) -> Iterator[sa.Select[Any]]:
    for end in (Match.india_id, Match.us_id):
        new = sa.func.count(sa.case((Match.proposed_at > now - A_WEEK, 1)))
        row = _row(Part.IN_REVIEW, one=end, number=sa.func.count(), more=new)
        yield row.where(end.in_(ids), Match.state.in_(OPEN_STATES)).group_by(end)


def _reach(ids: Collection[int], now: datetime.datetime) -> Iterator[sa.Select[Any]]:
    told_at = sa.func.coalesce(Match.opens_at, Match.decided_at)
    since: list[Any] = [
        (told_at > now - A_WEEK * (ago + 1), sa.literal_column(str(ago))) for ago in range(WEEKS)
    ]
    ago: Any = sa.case(*since)
    for own, other in ((Match.india_id, Match.us_id), (Match.us_id, Match.india_id)):
        theirs = sa.and_(Answer.match_id == Match.id, Answer.organization_id == other)
        row = _row(Part.REACH, one=own, other=ago, number=sa.func.count(), more=sa.func.count(Answer.id))
        told = (own.in_(ids), Match.told_by(now), told_at > now - A_WEEK * WEEKS)
        yield row.select_from(Match).outerjoin(Answer, theirs).where(*told).group_by(own, ago)


def _checked(match_ids: Collection[int]) -> sa.Select[Any]:
    match, own = OutcomeCheck.match_id, OutcomeCheck.organization_id
    row = _row(Part.CHECKED, one=match, other=own, number=sa.func.max(OutcomeCheck.day))
    return row.where(match.in_(match_ids)).group_by(match, own)


def _asked(ids: Collection[int]) -> sa.Select[Any]:
    row = _row(Part.ASKED, one=Participation.organization_id, other=Participation.program_id)
    return row.where(
        Participation.organization_id.in_(ids), Participation.state != ParticipationState.WITHDRAWN
    )


def _letters(user_ids: Collection[int]) -> sa.Select[Any]:
    row = _row(Part.LETTER, one=Digest.user_id, at=sa.func.max(Digest.at))
    return row.where(Digest.user_id.in_(user_ids)).group_by(Digest.user_id)


def _names(ids: Collection[int]) -> sa.Select[Any]:
    row = _row(Part.NAME, one=Organization.id, text=Organization.name)
    return row.where(Organization.id.in_(ids), Organization.state.in_(LISTED_STATES))
