"""What has happened in the demo world: matches in every state, decided and answered through the services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import sqlalchemy as sa

from app import clock
from app.accounts.models import User
from app.db import db
from app.introductions import queries as introduction_reads
from app.introductions import services as introductions
from app.introductions.models import NoReason
from app.introductions.sides import Side
from app.matching import services as matching
from app.matching.models import Match, MatchState, RejectReason
from app.organizations.models import Membership
from app.taxonomy import Country


def best_matches(limit: int) -> Sequence[Match]:
    """The most promising proposals, no organization twice, so that the story has many heroes."""
    found: list[Match] = []
    seen: set[int] = set()
    for match in db.session.scalars(sa.select(Match).order_by(Match.score.desc(), Match.id)):
        if not seen.intersection((match.india_id, match.us_id)):
            found.append(match)
            seen.update((match.india_id, match.us_id))
    return found[:limit]


def tell(manager: User) -> None:
    """Decide and answer: introduced, one yes, waiting, postponed, declined, rejected, held, asked."""
    matches = iter(best_matches(18))
    _approve(matches, manager, 10)
    approved = db.session.scalars(
        sa.select(Match).where(Match.state == MatchState.APPROVED).order_by(Match.id)
    ).all()
    for match in approved[:4]:
        _say_yes(match, Country.INDIA)
        _say_yes(match, Country.UNITED_STATES)
    for match in approved[4:6]:
        _say_yes(match, Country.UNITED_STATES)
    india, by = _side(approved[6], Country.INDIA)
    introductions.say_not_now(india, by=by, until=clock.now().date() + timedelta(days=30))
    us, by = _side(approved[7], Country.UNITED_STATES)
    introductions.decline(us, by=by, reason=NoReason.TIMING)
    _decide_others(matches, manager)


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


def _side(match: Match, country: Country) -> tuple[Side, User]:
    """The match as the owner of one side sees it."""
    own = match.side(country)
    owner = db.session.scalars(sa.select(Membership).where(Membership.organization_id == own.id)).first()
    if owner is None:
        raise LookupError(f"{own.name} has no owner")
    return introduction_reads.side_to_answer(owner.user, match.id, own.id), owner.user


def _say_yes(match: Match, country: Country) -> None:
    side, by = _side(match, country)
    introductions.accept(side, by=by)
