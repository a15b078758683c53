"""What introduced pairs of a filled world wrote to each other, and how far each has read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from app import clock
from app.conversations.models import Message, Thread, ThreadMember, ThreadReader
from tests.load.made import World
from tests.load.pouring import Pouring

if TYPE_CHECKING:
    from tests.load.stories import Story

MOST = 4
SAID = (
    "Thank you for the introduction. Which of your lines could make a first sample for us?",
    "The second one. We would need your drawing and the tolerances, and have a slot in about three weeks.",
    "The drawing follows by our own channel. Who on your side should see it before we talk?",
    "Our head of production. Let us talk this week, and write down afterwards what each side does next.",
)


def write(pouring: Pouring, world: World, pairs: Sequence[Story]) -> None:
    """Every second pair writes; of every third of these the last message was not read."""
    talking = [story for story in pairs if story.id % 2 and _moments(story)]
    pouring.pour(Thread, ({"id": one.id, "match_id": one.id, "made_at": _moments(one)[0]} for one in talking))
    pouring.pour(ThreadMember, (row for story in talking for row in _members(story)))
    pouring.pour(Message, (row for story in talking for row in _messages(world, story)))
    pouring.pour(ThreadReader, (row for story in talking for row in _readers(world, story)))


def _moments(story: Story) -> list[datetime]:
    """When each message was written, as far as that is past; the last of old threads came this week."""
    began, now = story.settled or story.proposed, clock.now()
    planned = [began + timedelta(days=1 + 2 * number, hours=story.id % 7) for number in range(MOST)]
    written = [moment for moment in planned if moment < now]
    if len(written) == MOST and story.id % 3 == 0:
        written[-1] = (now - timedelta(days=1 + story.id % 5)).replace(microsecond=0)
    return written


def _members(story: Story) -> Iterator[dict[str, Any]]:
    for organization, _says in story.sides():
        yield {"thread_id": story.id, "organization_id": organization}


def _name(story: Story, number: int) -> int:
    return story.id * MOST + number


def _messages(world: World, story: Story) -> Iterator[dict[str, Any]]:
    for number, at in enumerate(_moments(story)):
        author = (story.india, story.us)[number % 2]
        yield {
            "id": _name(story, number),
            "thread_id": story.id,
            "author_id": world.owner_of(author),
            "organization_id": author,
            "text": SAID[number],
            "at": at,
            "form_key": f"load-{story.id}-{number}",
        }


def _readers(world: World, story: Story) -> Iterator[dict[str, Any]]:
    last = len(_moments(story)) - 1
    author = (story.india, story.us)[last % 2]
    for organization, _says in story.sides():
        until = last if organization == author or story.id % 3 else last - 1
        if until >= 0:
            user = world.owner_of(organization)
            yield {"thread_id": story.id, "user_id": user, "read_id": _name(story, until)}
