"""What became of the matches of a world that is filled: cases, decisions, answers, introductions, meetings."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app import clock
from app.desk.models import Action, Case, CaseKind, CaseState, Decision, DecisionState, Release
from app.introductions.models import Answer, AnswerChoice, Introduction, NoReason
from app.matching.models import (
    Match,
    MatchState,
    RejectReason,
    ReviewAction,
    ReviewDecision,
    Said,
    TrainingSignal,
)
from app.meetings.models import Meeting, MeetingGuest, MeetingState
from app.outcomes.models import Milestone, MilestoneKind
from app.taxonomy import Country
from tests.load.made import MANAGERS, World
from tests.load.pouring import Pouring, moment_before
from tests.world import REASON

STATES = {
    MatchState.APPROVED: 31,
    MatchState.STALE: 30,
    MatchState.REJECTED: 22,
    MatchState.PROPOSED: 12,
    MatchState.HELD: 3,
    MatchState.INFO_REQUESTED: 2,
}
# What the two sides of an approved match said.
YES, NO, LATER = AnswerChoice.YES, AnswerChoice.NO, AnswerChoice.NOT_NOW
ANSWERS: dict[tuple[AnswerChoice | None, AnswerChoice | None], int] = {
    (None, None): 30,
    (YES, None): 10,
    (None, YES): 10,
    (LATER, None): 8,
    (NO, None): 9,
    (YES, NO): 8,
    (YES, YES): 25,
}
DECIDED = {MatchState.APPROVED: Action.APPROVE, MatchState.REJECTED: Action.REJECT}
# Decisions that were released together.
TOGETHER = 40


@dataclass(frozen=True, slots=True)
class Story:
    """One match, and what was said to it."""

    id: int
    india: int
    us: int
    program: int | None
    state: MatchState
    score: float
    proposed: datetime
    decided: datetime | None
    manager: int
    answers: tuple[AnswerChoice | None, AnswerChoice | None]

    @property
    def is_introduced(self) -> bool:
        return self.answers == (YES, YES)

    def sides(self) -> tuple[tuple[int, AnswerChoice | None], ...]:
        return ((self.india, self.answers[0]), (self.us, self.answers[1]))


def write(pouring: Pouring, world: World) -> None:
    """All stories, part by part: a million need no more memory than a hundred thousand."""
    releases = 0
    for part in _parts(world):
        # In the order of their days: what is released together was decided together.
        decided = sorted(
            (story for story in part if story.state in DECIDED),
            key=lambda story: story.decided or story.proposed,
        )
        pouring.pour(Match, map(_match, part))
        pouring.pour(Case, map(_case, part))
        groups = [decided[at : at + TOGETHER] for at in range(0, len(decided), TOGETHER)]
        pouring.pour(Release, (_release(releases + at, group) for at, group in enumerate(groups, 1)))
        numbered = [(releases + at, story) for at, group in enumerate(groups, 1) for story in group]
        pouring.pour(Decision, (_decision(story, release) for release, story in numbered))
        pouring.pour(ReviewDecision, map(_review, decided))
        pouring.pour(TrainingSignal, map(_signal, decided))
        pouring.pour(Answer, (row for story in decided for row in _answers(story)))
        introduced = [story for story in decided if story.is_introduced]
        pouring.pour(Introduction, ({"match_id": story.id, "at": story.decided} for story in introduced))
        _meet(pouring, world, introduced)
        pouring.seal(_told(part))
        releases += len(groups)


def _parts(world: World, size: int = 50_000) -> Iterator[list[Story]]:
    part: list[Story] = []
    for story in _stories(world):
        part.append(story)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


def _stories(world: World) -> Iterator[Story]:
    chance, half = world.chance, world.organizations // 2
    each = -(-world.matches // half)
    number = 0
    for at in range(half):
        # Some partners are in more demand than others.
        partners = {1 + min(half - 1, int(half * chance.random() ** 1.2)) for _ in range(each * 2)}
        for partner in sorted(partners, key=lambda _: chance.random())[:each]:
            if number == world.matches:
                return
            number += 1
            yield _story(world, number, 2 * at + 1, 2 * partner, chance)


def _story(world: World, number: int, india: int, us: int, chance: random.Random) -> Story:
    state = chance.choices(list(STATES), list(STATES.values()))[0]
    answers = chance.choices(list(ANSWERS), list(ANSWERS.values()))[0]
    is_approved = state is MatchState.APPROVED
    # Who has not answered was asked lately: later the question is closed.
    is_waiting = is_approved and answers in {(None, None), (YES, None), (None, YES)}
    age = chance.random() * (9 if is_waiting else 300)
    is_open = state in {MatchState.PROPOSED, MatchState.HELD, MatchState.INFO_REQUESTED}
    return Story(
        id=number,
        india=india,
        us=us,
        program=chance.choice([*world.programs, None]),
        state=state,
        score=round(chance.random(), 6),
        proposed=moment_before(chance.random() * 4 if is_open else age + 3),
        decided=moment_before(age) if state in DECIDED else None,
        manager=1 + number % MANAGERS,
        answers=answers if is_approved else (None, None),
    )


def _match(story: Story) -> dict[str, Any]:
    is_held = story.state is MatchState.HELD
    return {
        "id": story.id,
        "india_id": story.india,
        "us_id": story.us,
        "program_id": story.program,
        "state": story.state,
        "score": story.score,
        "fit_for_india": story.score,
        "fit_for_us": round(story.score * 0.9, 6),
        "reasons": {"india": [REASON], "us": [REASON]},
        "model_version": "load",
        "proposed_at": story.proposed,
        "due_at": story.proposed + timedelta(days=4),
        "hold_until": (clock.now() + timedelta(days=20)).date() if is_held else None,
        "decided_at": story.decided,
        "decided_by_id": story.manager if story.decided else None,
        "opens_at": story.decided if story.state is MatchState.APPROVED else None,
        "version": 1,
    }


def _case(story: Story) -> dict[str, Any]:
    state = CaseState.CLOSED
    if story.state is MatchState.PROPOSED:
        state = CaseState.OPEN
    elif story.state in {MatchState.HELD, MatchState.INFO_REQUESTED}:
        state = CaseState.WAITING
    is_closed = state is CaseState.CLOSED
    return {
        "id": story.id,
        "kind": CaseKind.PAIR,
        "state": state,
        "match_id": story.id,
        "one_id": story.india,
        "other_id": story.us,
        "program_id": story.program,
        "value": story.score,
        "opened_at": story.proposed,
        "due_at": story.proposed + timedelta(days=4),
        "waits_until": (clock.now() + timedelta(days=20)).date() if state is CaseState.WAITING else None,
        "closed_at": (story.decided or story.proposed + timedelta(days=2)) if is_closed else None,
        "version": 1,
    }


def _release(number: int, group: list[Story]) -> dict[str, Any]:
    at = max(story.decided for story in group if story.decided)
    return {"id": number, "by_id": group[0].manager, "at": at, "effective_at": at}


def _decision(story: Story, release: int) -> dict[str, Any]:
    is_rejected = story.state is MatchState.REJECTED
    return {
        "case_id": story.id,
        "action": DECIDED[story.state],
        "state": DecisionState.RELEASED,
        "by_id": story.manager,
        "at": story.decided,
        "criterion": "Both sides can act within six months.",
        "reason_code": RejectReason.NOT_COMPLEMENTARY.value if is_rejected else "",
        "release_id": release,
    }


def _review(story: Story) -> dict[str, Any]:
    is_rejected = story.state is MatchState.REJECTED
    return {
        "match_id": story.id,
        "action": ReviewAction.REJECT if is_rejected else ReviewAction.APPROVE,
        "reason_code": RejectReason.NOT_COMPLEMENTARY if is_rejected else None,
        "by_id": story.manager,
        "at": story.decided,
    }


def _signal(story: Story) -> dict[str, Any]:
    says = Said.REJECT if story.state is MatchState.REJECTED else Said.APPROVE
    return {"match_id": story.id, "says": says, "weight": 1.0, "by_id": story.manager, "at": story.decided}


def _answers(story: Story) -> Iterator[dict[str, Any]]:
    for organization, says in story.sides():
        if says is None:
            continue
        yield {
            "match_id": story.id,
            "organization_id": organization,
            "says": says,
            "reason_code": NoReason.TIMING if says is NO else None,
            "until": (clock.now() + timedelta(days=30)).date() if says is LATER else None,
            "by_id": MANAGERS + organization,
            "at": story.decided,
            "version": 1,
        }


def _meet(pouring: Pouring, world: World, introduced: list[Story]) -> None:
    """Every second pair meets, half of them in the days to come; some reach something."""
    meeting = [story for story in introduced if story.id % 2]
    pouring.pour(Meeting, (_meeting(world, story) for story in meeting))
    pouring.pour(MeetingGuest, (row for story in meeting for row in _guests(world, story)))
    pouring.pour(Milestone, (_milestone(world, story) for story in introduced if story.id % 5 == 0))


def _meeting(world: World, story: Story) -> dict[str, Any]:
    days = (story.id % 40) - 20
    return {
        "id": story.id,
        "match_id": story.id,
        "uid": f"load-{story.id}@sangam.example",
        "state": MeetingState.BOOKED,
        "starts_at": (clock.now() + timedelta(days=days, hours=story.id % 9)).replace(microsecond=0),
        "minutes": 30,
        "title": "First call",
        "organizer_id": world.owner_of(story.india),
        "created_at": story.decided,
        "changed_at": story.decided,
        "version": 1,
    }


def _guests(world: World, story: Story) -> Iterator[dict[str, Any]]:
    for organization, _says in story.sides():
        is_india = world.country_of(organization) is Country.INDIA
        yield {
            "meeting_id": story.id,
            "user_id": world.owner_of(organization),
            "organization_id": organization,
            "time_zone": "Asia/Kolkata" if is_india else "America/New_York",
        }


def _milestone(world: World, story: Story) -> dict[str, Any]:
    at = story.decided or clock.now()
    return {
        "match_id": story.id,
        "organization_id": story.india,
        "kind": MilestoneKind.PILOT,
        "reached_on": at.date(),
        "stated_by_id": world.owner_of(story.india),
        "stated_at": at,
    }


def _told(part: list[Story]) -> Iterator[dict[str, Any]]:
    for story in part:
        action = f"match.{story.state.value}" if story.decided else "match.proposed"
        yield {
            "at": story.decided or story.proposed,
            "actor_id": story.manager if story.decided else None,
            "action": action,
            "subject_type": "match",
            "subject_id": str(story.id),
        }
