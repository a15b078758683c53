"""What a worker has done on a filled world already, so that one that starts there finds nothing overdue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from app import clock
from app.claims.models import Claim, ProfileReading
from app.claims.stating import FIELDS, statements_in
from app.digests.models import Digest, DigestState, LetterWish, Part
from app.directory.models import SavedSearch
from app.matching.advising import RULE
from app.matching.models import Advice, Attention, RankingModel, Refresh
from app.organizations.duplicates import SCANNED
from app.programs.models import Program
from tests.load.made import World
from tests.load.pouring import Pouring, moment_before

COLUMNS = (*FIELDS.values(), "ticket_max", "ticket_currency")
SEARCHES = {
    "Chips": "technology=semiconductors",
    "Young firms": "kind=startup&technology=ai",
    "Power": "q=solar+battery",
    "Schools": "kind=skill_program",
}
LEARNED = ("AutoCAD", "PLC programming", "Python")


def write(pouring: Pouring, world: World, profiles: Sequence[Mapping[str, Any]]) -> None:
    """`profiles` are the organizations as they were written."""
    pouring.pour(Claim, (row for profile in profiles for row in _claims(profile)))
    pouring.pour(ProfileReading, (_changed(profile) for profile in profiles))
    now = clock.now()
    refreshed = {"refreshed_at": now, "model_version": "load"}
    pouring.pour(Refresh, ({"organization_id": one["id"], **refreshed} for one in profiles))
    pouring.pour(Advice, (_advice(profile) for profile in profiles))
    pouring.pour(Attention, (_attention(world, one["id"]) for one in profiles if one["id"] % 25 == 0))
    pouring.pour(RankingModel, [_attempt()])
    pouring.pour(SavedSearch, _searches(world))
    pouring.pour(LetterWish, _wishes(world))
    pouring.pour(Digest, _last_week(world))
    pouring.connection.execute(sa.update(Program).values(shared_out_at=now))


def scanned() -> dict[str, Any]:
    """The trail's word that profiles were compared a few hours ago."""
    subject = {"subject_type": "duplicate", "subject_id": "scan"}
    return {"at": moment_before(0.1), "actor_id": None, "action": SCANNED, **subject}


def _changed(profile: Mapping[str, Any]) -> dict[str, Any]:
    return {"organization_id": profile["id"], "profile_changed_at": profile["profile_changed_at"]}


def _claims(profile: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    at = profile["profile_changed_at"]
    stated = statements_in(SimpleNamespace(**{name: profile.get(name) for name in COLUMNS}))
    for subject, value in sorted(stated):
        own = {"organization_id": profile["id"], "subject": subject, "value": value}
        yield {**own, "stated_at": at, "confirmed_at": at}


def _advice(profile: Mapping[str, Any]) -> dict[str, Any]:
    number = profile["id"]
    skill = LEARNED[number % len(LEARNED)]
    told = [{"field": "certifications", "suggestion": "ISO 9001", "gained": 3 + number % 9}]
    if number % 2:
        told.append({"field": "skills", "suggestion": skill, "gained": 2})
    computed = {"model_version": RULE, "computed_at": moment_before(number % 4)}
    return {**_changed(profile), **computed, "suggestions": told}


def _attention(world: World, number: int) -> dict[str, Any]:
    own = {"organization_id": number, "by_id": world.owner_of(number), "changed_at": moment_before(100)}
    return {**own, "most_in": 3, "most_out": 6}


def _attempt() -> dict[str, Any]:
    """A training of yesterday whose model was refused: the rule goes on, and nothing is learned anew this week."""
    at = moment_before(1)
    why = "It foretells no better than the rule."
    return {"version": "load-1", "why": why, "created_at": at, "profiles_at": at, "learned_until": at}


def _searches(world: World) -> Iterator[dict[str, Any]]:
    names = list(SEARCHES)
    for number in range(1, world.organizations + 1, 20):
        name = names[(number // 20) % len(names)]
        seen = {"seen_at": moment_before(7), "created_at": moment_before(90)}
        yield {"user_id": world.owner_of(number), "name": name, "query": SEARCHES[name], **seen}


def _wishes(world: World) -> Iterator[dict[str, Any]]:
    """One person in fifteen has an hour of their own, half of them on a Monday; few have a pause or leave something out."""
    for number, user in enumerate(range(1, world.people + 1, 15)):
        yield {
            "user_id": user,
            "weekday": 1 if number % 2 else 2 + number % 6,
            "hour": 7 + number % 13,
            "hour_changed_at": moment_before(100),
            "paused_until": clock.now() + timedelta(days=20) if number % 20 == 1 else None,
            "muted": [Part.CALLS.value] if number % 3 == 0 else [],
        }


def _last_week(world: World) -> Iterator[dict[str, Any]]:
    at = _monday(clock.now())
    year, week, _day = at.isocalendar()
    settled = {"week": f"{year}-W{week:02}", "state": DigestState.ENQUEUED, "at": at}
    for user in range(1, world.people + 1):
        yield {"user_id": user, **settled}


def _monday(moment: datetime) -> datetime:
    day = moment - timedelta(days=moment.weekday())
    return day.replace(hour=14, minute=0, second=0, microsecond=0)
