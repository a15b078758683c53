"""What became of the matches of a world that is filled: cases, decisions, answers, and how each came to its end."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app import clock
from app.desk.models import Action, Case, CaseKind, CaseState, Decision, DecisionState, Release
from app.introductions.models import (
    Answer,
    AnswerChoice,
    AnswerReminder,
    IntroductionLine,
    NoReason,
)
from app.matching.models import (
    EndReason,
    Match,
    MatchEnd,
    MatchState,
    RejectReason,
    ReviewAction,
    ReviewDecision,
    Said,
    TrainingSignal,
)
from tests.load import introduced
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
YES, NO, LATER = AnswerChoice.YES, AnswerChoice.NO, AnswerChoice.NOT_NOW


@dataclass(frozen=True, slots=True)
class Fate:
    """What the two sides of an approved match said, why it ended if it did, and between how many days ago it was told."""

    answers: tuple[AnswerChoice | None, AnswerChoice | None] = (None, None)
    end: EndReason | None = None
    youngest: float = 0.1
    oldest: float = 300.0

    @property
    def is_settled(self) -> bool:
        return self.end is not None or self.answers == (YES, YES)


# Who waits was told within half a week: a reminder comes after seven days and the end after fourteen, and a run that
# begins two days later shall not send them first.
FRESH = 3.5
FATES = {
    Fate((None, None), oldest=FRESH): 14,
    Fate((YES, None), oldest=FRESH): 5,
    Fate((None, YES), oldest=FRESH): 5,
    Fate((LATER, None), youngest=4, oldest=60): 6,
    Fate((NO, None), EndReason.DECLINED): 10,
    Fate((YES, NO), EndReason.DECLINED): 10,
    Fate((None, None), EndReason.EXPIRED, youngest=15): 12,
    Fate((None, YES), EndReason.EXPIRED, youngest=15): 8,
    Fate((YES, None), EndReason.WITHDRAWN, youngest=2): 2,
    Fate((YES, YES)): 28,
}
UNTOLD = Fate()
REMINDED_AFTER, TIME_TO_ANSWER = timedelta(days=7), timedelta(days=14)
LINE = "We have read what each side looks for, and would begin with a sample and a short call."
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
    fate: Fate
    # When the last answer came, or the time to answer was over.
    settled: datetime | None

    @property
    def is_introduced(self) -> bool:
        return self.fate.answers == (YES, YES)

    @property
    def answered(self) -> datetime:
        """When the first side answered."""
        told = self.decided or self.proposed
        return moment_between(told, self.settled or clock.now())

    def sides(self) -> tuple[tuple[int, AnswerChoice | None], ...]:
        return ((self.india, self.fate.answers[0]), (self.us, self.fate.answers[1]))


def moment_between(one: datetime, other: datetime) -> datetime:
    return (one + (other - one) / 2).replace(microsecond=0)


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
        pouring.pour(IntroductionLine, (row for story in decided for row in _lines(story)))
        pouring.pour(MatchEnd, (_end(story) for story in decided if story.fate.end))
        pouring.pour(AnswerReminder, (row for story in decided for row in _reminders(story)))
        introduced.write(pouring, world, [story for story in decided if story.is_introduced])
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
    fate = chance.choices(list(FATES), list(FATES.values()))[0] if state is MatchState.APPROVED else UNTOLD
    is_open = state in {MatchState.PROPOSED, MatchState.HELD, MatchState.INFO_REQUESTED}
    age = chance.uniform(fate.youngest, fate.oldest)
    decided = moment_before(age) if state in DECIDED else None
    return Story(
        id=number,
        india=india,
        us=us,
        program=chance.choice([*world.programs, None]),
        state=state,
        score=round(chance.random(), 6),
        # A fifth of the open ones is late, and none so late that its lead has to hear of it.
        proposed=moment_before(chance.random() * 4.6 if is_open else age + 3),
        decided=decided,
        manager=1 + number % MANAGERS,
        fate=fate,
        settled=_settled(fate, decided, chance.random() * min(age, 6)),
    )


def _settled(fate: Fate, decided: datetime | None, days: float) -> datetime | None:
    if decided is None or not fate.is_settled:
        return None
    took = TIME_TO_ANSWER if fate.end is EndReason.EXPIRED else timedelta(days=days)
    return (decided + took).replace(microsecond=0)


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
            "until": (clock.now() + timedelta(days=10 + story.id % 30)).date() if says is LATER else None,
            "by_id": MANAGERS + organization,
            "at": story.settled if says is NO else story.answered,
            "version": 1,
        }


def _lines(story: Story) -> Iterator[dict[str, Any]]:
    for organization, says in story.sides():
        if says is YES:
            own = {"match_id": story.id, "organization_id": organization, "by_id": MANAGERS + organization}
            yield {**own, "text": LINE, "at": story.answered, "version": 1}


def _end(story: Story) -> dict[str, Any]:
    """Who said no or took the yes back; nobody when the time was over."""
    why = story.fate.end
    cause = {EndReason.DECLINED: NO, EndReason.WITHDRAWN: YES}.get(why) if why else None
    by = next((organization for organization, says in story.sides() if cause and says is cause), None)
    row = {"match_id": story.id, "ended_at": story.settled, "why": why}
    return {**row, "by_id": MANAGERS + by if by else None, "organization_id": by}


def _reminders(story: Story) -> Iterator[dict[str, Any]]:
    if story.fate.end is EndReason.EXPIRED and story.decided:
        for organization, says in story.sides():
            if says is None:
                user = MANAGERS + organization
                yield {"match_id": story.id, "user_id": user, "at": story.decided + REMINDED_AFTER}


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
