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


def figures_of(
    user_ids: Collection[int],
    organization_ids: Collection[int],
    match_ids: Collection[int],
    now: datetime.datetime,
) -> Figures:
    """Numbers of these people, of their organizations, and of their introduced matches."""
    found = Figures()
    if not organization_ids:
        return found
    arms = [
        *_in_review(organization_ids, now),
        *_reach(organization_ids, now),
        _checked(match_ids),
        _asked(organization_ids),
        _letters(user_ids),
    ]
    for part, one, other, count, more, at in db.session.execute(sa.union_all(*arms)):
        _note(found, Part(part), (one, other), (count, more), at)
    return found


def _note(found: Figures, part: Part, of: tuple[int, int], counts: tuple[int, int], at: Any) -> None:
    most = introductions.MOST_IN_REVIEW
    if part is Part.IN_REVIEW:
        found.in_review[of[0]] = min(counts[0], most), min(counts[1], most)
    elif part is Part.REACH:
        found.reach[of] = counts
    elif part is Part.CHECKED:
        found.checked[of] = counts[0]
    elif part is Part.ASKED:
        found.asked.add(of)
    else:
        found.letters[of[0]] = at


def _row(part: Part, *of: Any, counts: tuple[Any, Any] = (0, 0), at: Any = None) -> sa.Select[Any]:
    one, other = (*of, sa.literal_column("0"))[:2]
    moment = sa.cast(sa.null(), UtcDateTime()) if at is None else sa.type_coerce(at, UtcDateTime())
    return sa.select(sa.literal(part.value, sa.Text), one, other, *map(_number, counts), moment)


def _number(value: Any) -> Any:
    return sa.literal_column("0") if value == 0 and isinstance(value, int) else value


def _in_review(ids: Collection[int], now: datetime.datetime) -> Iterator[sa.Select[Any]]:
    for end in (Match.india_id, Match.us_id):
        new = sa.func.count(sa.case((Match.proposed_at > now - A_WEEK, 1)))
        row = _row(Part.IN_REVIEW, end, counts=(sa.func.count(), new))
        yield row.where(end.in_(ids), Match.state.in_(OPEN_STATES)).group_by(end)


def _reach(ids: Collection[int], now: datetime.datetime) -> Iterator[sa.Select[Any]]:
    told_at = sa.func.coalesce(Match.opens_at, Match.decided_at)
    since: list[Any] = [
        (told_at > now - A_WEEK * (ago + 1), sa.literal_column(str(ago))) for ago in range(WEEKS)
    ]
    ago: Any = sa.case(*since)
    for own, other in ((Match.india_id, Match.us_id), (Match.us_id, Match.india_id)):
        theirs = sa.and_(Answer.match_id == Match.id, Answer.organization_id == other)
        row = _row(Part.REACH, own, ago, counts=(sa.func.count(), sa.func.count(Answer.id)))
        told = (own.in_(ids), Match.told_by(now), told_at > now - A_WEEK * WEEKS)
        yield row.select_from(Match).outerjoin(Answer, theirs).where(*told).group_by(own, ago)


def _checked(match_ids: Collection[int]) -> sa.Select[Any]:
    columns = OutcomeCheck.match_id, OutcomeCheck.organization_id
    row = _row(Part.CHECKED, *columns, counts=(sa.func.max(OutcomeCheck.day), 0))
    return row.where(OutcomeCheck.match_id.in_(match_ids)).group_by(*columns)


def _asked(ids: Collection[int]) -> sa.Select[Any]:
    row = _row(Part.ASKED, Participation.organization_id, Participation.program_id)
    return row.where(
        Participation.organization_id.in_(ids), Participation.state != ParticipationState.WITHDRAWN
    )


def _letters(user_ids: Collection[int]) -> sa.Select[Any]:
    row = _row(Part.LETTER, Digest.user_id, at=sa.func.max(Digest.at))
    return row.where(Digest.user_id.in_(user_ids)).group_by(Digest.user_id)
