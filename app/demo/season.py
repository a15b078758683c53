"""What the desk decided in the demo world before today: enough for the recommender to learn from.

The managers of the story have a taste that the rule does not know: to them a need that is met counts for more than a
field that is shared, and two firms of one kind that share only their field are competitors.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.db import db
from app.demo.sides import side_of
from app.introductions import services as introductions
from app.introductions.models import NoReason
from app.matching import services as matching
from app.matching.models import Match, MatchState, RejectReason
from app.taxonomy import Country

DECIDED, APPROVED = 60, 18


def tell(managers: Sequence[User], apart_from: set[int]) -> None:
    """Decide on many proposals, by turns, and let one side answer each that was approved.

    Nobody is introduced here, and the matches of `apart_from` (organization ids) stay as they are.
    """
    approved = 0
    for number, match in enumerate(_proposals(apart_from)[:DECIDED]):
        manager = managers[number % len(managers)]
        if not _completes(match):
            matching.reject(match, manager, _reason(match), version=match.version)
        elif approved < APPROVED:
            matching.approve(match, manager, version=match.version)
            _answer(match, Country.INDIA if approved % 2 else Country.UNITED_STATES)
            approved += 1


def _proposals(apart_from: set[int]) -> list[Match]:
    """Open proposals in an order that has nothing to do with how good they are."""
    query = (
        sa.select(Match)
        .where(Match.state == MatchState.PROPOSED)
        .options(joinedload(Match.india), joinedload(Match.us))
        .order_by(Match.id)
    )
    found = [m for m in db.session.scalars(query) if apart_from.isdisjoint((m.india_id, m.us_id))]
    return sorted(found, key=lambda match: (match.india_id * 31 + match.us_id * 17) % 101)


def _completes(match: Match) -> bool:
    """Whether needs that are met outweigh what the two merely have in common."""
    return _weight(match, ("need_offer.",)) > 1.2 * _weight(match, ("technology.", "text."))


def _weight(match: Match, kinds: tuple[str, ...]) -> float:
    every = (reason for reasons in match.reasons.values() for reason in reasons)
    return sum(float(reason["weight"]) for reason in every if reason["text_key"].startswith(kinds))


def _reason(match: Match) -> RejectReason:
    is_same_kind = match.india.kind is match.us.kind
    return RejectReason.COMPETITORS if is_same_kind else RejectReason.NOT_COMPLEMENTARY


def _answer(match: Match, country: Country) -> None:
    """A side says yes to what serves it well, and no to what does not."""
    side, by = side_of(match, country)
    if match.fit_for(side.organization) >= 0.5:
        introductions.accept(side, by=by)
    else:
        introductions.decline(side, by=by, reason=NoReason.NOT_RELEVANT)
