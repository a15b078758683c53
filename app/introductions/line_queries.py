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
    query = sa.select(IntroductionLine).where(IntroductionLine.match_id == match.id)
    written = {line.organization_id: line.text for line in db.session.scalars(query)}
    return {own.id: written.get(own.id, lines.drafted(own)) for own in (match.india, match.us)}


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
    own, texts = line_of(side.match, side.organization), lines_of(side.match)
    theirs = texts[side.partner.id] if side.partner else ""
    return Lines(texts[side.organization.id], own.version if own else 0, theirs)
