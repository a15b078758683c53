"""Reads of the lines that sides are introduced with."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from app.db import db
from app.introductions import lines
from app.introductions.models import IntroductionLine
from app.introductions.sides import Side
from app.matching.models import Match
from app.organizations.models import Organization


def line_of(match: Match, organization: Organization, *, fresh: bool = False) -> IntroductionLine | None:
    """What this side agreed to be introduced with; none while it only has the draft."""
    query = sa.select(IntroductionLine).where(
        IntroductionLine.match_id == match.id, IntroductionLine.organization_id == organization.id
    )
    return db.session.scalars(query.execution_options(populate_existing=fresh)).one_or_none()


def lines_of(match: Match) -> dict[int, str]:
    """What each side is introduced with, by organization; for the eyes of both only when both said yes."""
    return _texts(match, _written(match))


def _written(match: Match) -> dict[int, IntroductionLine]:
    query = sa.select(IntroductionLine).where(IntroductionLine.match_id == match.id)
    return {line.organization_id: line for line in db.session.scalars(query)}


def _texts(match: Match, written: dict[int, IntroductionLine]) -> dict[int, str]:
    both = (match.india, match.us)
    return {own.id: written[own.id].text if own.id in written else lines.drafted(own) for own in both}


@dataclass(frozen=True)
class Lines:
    """The lines of an introduction as one side sees them."""

    ours: str
    # Which version of ours this is; 0 for the draft.
    version: int
    # Empty until both said yes.
    theirs: str


def lines_for(side: Side) -> Lines:
    """The lines that this side may see."""
    written = _written(side.match)
    own, texts = written.get(side.organization.id), _texts(side.match, written)
    theirs = texts[side.partner.id] if side.partner else ""
    return Lines(texts[side.organization.id], own.version if own else 0, theirs)
