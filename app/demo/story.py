"""What has happened in the demo world: matches in every state, decided and answered through the services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app import clock
from app.accounts.models import User
from app.db import db
from app.demo.sides import side_of
from app.introductions import services as introductions
from app.introductions.models import NoReason
from app.matching import services as matching
from app.matching.models import Match, MatchState, RejectReason
from app.organizations.models import Organization
from app.taxonomy import Country

# Introduced; one yes; nobody has answered.
FOUNDERS = [
    ("Kaveri Chip Packaging", "Superstition Equipment"),
    ("Kaveri Chip Packaging", "Mesa Sensor Circuits"),
    ("Kaveri Chip Packaging", "Saguaro Semiconductor Ventures"),
]


def best_matches(limit: int) -> Sequence[Match]:
    """The most promising proposals, no organization twice, so that the story has many heroes."""
    found: list[Match] = []
    seen: set[int] = set()
    proposed = sa.select(Match).where(Match.state == MatchState.PROPOSED)
    for match in db.session.scalars(proposed.order_by(Match.score.desc(), Match.id)):
        if not seen.intersection((match.india_id, match.us_id)):
            found.append(match)
            seen.update((match.india_id, match.us_id))
    return found[:limit]


def between(india: str, us: str) -> Match:
    """The proposal of two organizations by name."""
    one, other = aliased(Organization), aliased(Organization)
    query = (
        sa.select(Match)
        .join(one, one.id == Match.india_id)
        .join(other, other.id == Match.us_id)
        .where(one.name == india, other.name == us)
    )
    return db.session.scalars(query).one()


def tell_of_founders(manager: User) -> None:
    """What the two demo founders find when they sign in: an introduction, a question each, and one who waits."""
    met, waits, asked = (between(*pair) for pair in FOUNDERS)
    for match in (met, waits, asked):
        matching.approve(match, manager, version=match.version)
    for country in Country:
        _say_yes(met, country)
    _say_yes(waits, Country.UNITED_STATES)


def tell(manager: User) -> None:
    """Decide and answer: introduced, one yes, waiting, postponed, declined, rejected, held, asked."""
    tell_of_founders(manager)
    matches = iter(best_matches(18))
    _approve(matches, manager, 10)
    approved = _approved_for_caretakers()
    for match in approved[:4]:
        _say_yes(match, Country.INDIA)
        _say_yes(match, Country.UNITED_STATES)
    for match in approved[4:6]:
        _say_yes(match, Country.UNITED_STATES)
    india, by = side_of(approved[6], Country.INDIA)
    introductions.say_not_now(india, by=by, until=clock.now().date() + timedelta(days=30))
    us, by = side_of(approved[7], Country.UNITED_STATES)
    introductions.decline(us, by=by, reason=NoReason.TIMING)
    _decide_others(matches, manager)


def _approved_for_caretakers() -> Sequence[Match]:
    told = [between(*pair).id for pair in FOUNDERS]
    query = (
        sa.select(Match).where(Match.state == MatchState.APPROVED, Match.id.not_in(told)).order_by(Match.id)
    )
    return db.session.scalars(query).all()


def _approve(matches: Iterator[Match], manager: User, count: int) -> None:
    for _ in range(count):
        match = next(matches)
        matching.approve(match, manager, version=match.version, note="")


def _decide_others(matches: Iterator[Match], manager: User) -> None:
    first, second, held, asked = (next(matches) for _ in range(4))
    matching.reject(first, manager, RejectReason.NOT_COMPLEMENTARY, version=first.version)
    matching.reject(second, manager, RejectReason.NEED_NOT_CURRENT, version=second.version)
    until = clock.now().date() + timedelta(days=7)
    matching.hold(held, manager, until, version=held.version, note="Wait for the audit of the test floor.")
    question = "Which volumes do you expect in the first year?"
    matching.ask_more(asked, manager, question, version=asked.version)


def _say_yes(match: Match, country: Country) -> None:
    side, by = side_of(match, country)
    introductions.accept(side, by=by)
