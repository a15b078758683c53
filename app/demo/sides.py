"""A match as the owner of one side sees it, for those who tell the story."""

from __future__ import annotations

import sqlalchemy as sa

from app.accounts.models import User
from app.db import db
from app.introductions import queries as introductions
from app.introductions.sides import Side
from app.matching.models import Match
from app.organizations.models import Membership
from app.taxonomy import Country


def side_of(match: Match, country: Country) -> tuple[Side, User]:
    """One side of a match, and its owner."""
    own = match.side(country)
    owner = db.session.scalars(sa.select(Membership).where(Membership.organization_id == own.id)).first()
    if owner is None:
        raise LookupError(f"{own.name} has no owner")
    return introductions.side_to_answer(owner.user, match.id, own.id), owner.user
