"""Figures that everybody may read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.db import db
from app.introductions.models import Introduction
from app.matching.models import Match, MatchState
from app.organizations.models import Organization, ProfileState
from app.taxonomy import region_name

RIBBONS = 12


@dataclass(frozen=True)
class Figures:
    """The three live numbers of the home page."""

    organizations: int
    matches: int
    introductions: int


def live_figures() -> Figures:
    """Organizations listed, matches now proposed or approved, introductions made."""
    listed = (
        sa.select(sa.func.count()).where(Organization.state == ProfileState.LISTED).select_from(Organization)
    )
    gone = (MatchState.STALE, MatchState.REJECTED)
    matches = sa.select(sa.func.count()).where(Match.state.not_in(gone)).select_from(Match)
    introductions = sa.select(sa.func.count()).select_from(Introduction)
    row = db.session.execute(
        sa.select(listed.scalar_subquery(), matches.scalar_subquery(), introductions.scalar_subquery())
    ).one()
    return Figures(*row)


def corridor() -> list[tuple[str, str, int]]:
    """(Indian state, US state, introductions between them), most first; unknown states are left out."""
    india, us = aliased(Organization), aliased(Organization)
    count = sa.func.count()
    query = (
        sa.select(india.region_code, us.region_code, count)
        .select_from(Introduction)
        .join(Match, Match.id == Introduction.match_id)
        .join(india, india.id == Match.india_id)
        .join(us, us.id == Match.us_id)
        .where(india.region_code.is_not(None), us.region_code.is_not(None))
        .group_by(india.region_code, us.region_code)
        .order_by(count.desc(), india.region_code, us.region_code)
        .limit(RIBBONS)
    )
    ribbons: Counter[tuple[str, str]] = Counter()
    for left, right, number in db.session.execute(query):
        ribbons[region_name(left), region_name(right)] += number
    return [(left, right, number) for (left, right), number in ribbons.most_common()]
