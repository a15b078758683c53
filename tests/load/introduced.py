"""What introduced pairs of a filled world did: they met, reached something, were asked, and wrote to each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from app import clock
from app.introductions.models import Introduction
from app.meetings.models import LONGEST, Attendance, Meeting, MeetingGuest, MeetingState
from app.meetings.services import REMINDED
from app.outcomes.models import (
    CHECK_DAYS,
    Milestone,
    MilestoneKind,
    MilestoneState,
    OutcomeCheck,
    Progress,
)
from app.taxonomy import Country
from tests.load import talk
from tests.load.made import World
from tests.load.pouring import Pouring

if TYPE_CHECKING:
    from tests.load.stories import Story


def write(pouring: Pouring, world: World, pairs: Sequence[Story]) -> None:
    pouring.pour(Introduction, ({"match_id": story.id, "at": story.settled} for story in pairs))
    # Every second pair meets, soon after it was introduced.
    meeting = [story for story in pairs if story.id % 2]
    pouring.pour(Meeting, (_meeting(world, story) for story in meeting))
    pouring.pour(MeetingGuest, (row for story in meeting for row in _guests(world, story)))
    pouring.pour(Milestone, (row for story in pairs for row in _milestones(world, story)))
    talk.write(pouring, world, pairs)
    pouring.pour(OutcomeCheck, (row for story in pairs for row in _checks(world, story)))


def _at(story: Story) -> datetime:
    return story.settled or story.proposed


def _starts(story: Story) -> datetime:
    return _at(story) + timedelta(days=2 + story.id % 18, hours=story.id % 9)


def _ends(story: Story) -> datetime:
    """When a meeting of any length is over, and people are asked how it went."""
    return _starts(story) + timedelta(minutes=LONGEST)


def _is_held(story: Story) -> bool:
    """Whether both sides have said so."""
    return bool(story.id % 2) and _ends(story) < clock.now() and story.id % 10 < 7


def _meeting(world: World, story: Story) -> dict[str, Any]:
    left, is_over = _starts(story) - clock.now(), _ends(story) < clock.now()
    reminded = next((hours for hours in REMINDED if left <= timedelta(hours=hours)), 0)
    return {
        "id": story.id,
        "match_id": story.id,
        "uid": f"load-{story.id}@sangam.example",
        "state": MeetingState.BOOKED,
        "starts_at": _starts(story),
        "minutes": 30,
        "title": "First call",
        "reminded": reminded,
        "asked_at": _ends(story) if is_over else None,
        "organizer_id": world.owner_of(story.india),
        "created_at": _at(story),
        "changed_at": _at(story),
        "version": 1,
    }


def _guests(world: World, story: Story) -> Iterator[dict[str, Any]]:
    for organization, _says in story.sides():
        is_india = world.country_of(organization) is Country.INDIA
        # Of the others one side has spoken, where the meeting is over.
        says = Attendance.HELD if _is_held(story) or (_ends(story) < clock.now() and is_india) else None
        yield {
            "meeting_id": story.id,
            "user_id": world.owner_of(organization),
            "organization_id": organization,
            "time_zone": "Asia/Kolkata" if is_india else "America/New_York",
            "says": says,
            "said_at": _ends(story) if says else None,
        }


def _milestones(world: World, story: Story) -> Iterator[dict[str, Any]]:
    if _is_held(story):
        yield _milestone(world, story, MilestoneKind.MET, _ends(story), is_confirmed=True)
    reached = _at(story) + timedelta(days=30)
    if story.id % 5 == 0 and reached < clock.now():
        yield _milestone(world, story, MilestoneKind.PILOT, reached, is_confirmed=story.id % 3 > 0)


def _milestone(
    world: World, story: Story, kind: MilestoneKind, at: datetime, *, is_confirmed: bool
) -> dict[str, Any]:
    return {
        "match_id": story.id,
        "organization_id": story.india,
        "kind": kind,
        "reached_on": at.date(),
        "state": MilestoneState.CONFIRMED if is_confirmed else MilestoneState.STATED,
        "stated_by_id": world.owner_of(story.india),
        "stated_at": at,
        "answered_by_id": world.owner_of(story.us) if is_confirmed else None,
        "answered_at": at if is_confirmed else None,
    }


def _checks(world: World, story: Story) -> Iterator[dict[str, Any]]:
    """Most sides have answered the newest question, what came of it."""
    days = [day for day in CHECK_DAYS if _at(story) + timedelta(days=day) < clock.now()]
    for organization, _says in story.sides() if days else ():
        if (story.id + organization) % 4:
            yield {
                "match_id": story.id,
                "organization_id": organization,
                "day": days[-1],
                "says": Progress.UNDER_WAY,
                "by_id": world.owner_of(organization),
                "at": _at(story) + timedelta(days=days[-1]),
            }
