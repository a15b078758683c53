"""What needs and offers say beyond their lines, in the texts the recommender reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app import clock
from app.db import db
from app.later import later
from app.organizations.models import Aspect, Brief, BriefWish, Side, Weight
from app.taxonomy import region_name

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = later("pandas")


def with_briefs(frame: pd.DataFrame, ids: Sequence[int] | None) -> pd.DataFrame:
    """With what needs and offers say beyond their lines: detail, cooperation and preferences; and their technologies."""
    said: dict[str, dict[int, list[str]]] = {"needs": defaultdict(list), "offers": defaultdict(list)}
    technologies: dict[int, list[str]] = defaultdict(list)
    for brief, wishes in _briefs_saying_more(ids):
        column = "needs" if brief.side is Side.NEED else "offers"
        said[column][brief.organization_id] += _lines_of(brief, wishes)
        technologies[brief.organization_id] += brief.technologies
    organization_ids = frame["id"].tolist()
    for column, more in said.items():
        own = zip(organization_ids, frame[column].tolist(), strict=True)
        frame[column] = ["\n".join([text, *more[i]]) if i in more else text for i, text in own]
    areas = zip(organization_ids, frame["technologies"].tolist(), strict=True)
    frame["technologies"] = [list(dict.fromkeys([*codes, *technologies.get(i, ())])) for i, codes in areas]
    return frame


def _briefs_saying_more(ids: Sequence[int] | None) -> list[tuple[Any, list[str]]]:
    """Valid needs and offers that say more than their line, each with what it prefers."""
    columns = (
        Brief.id,
        Brief.organization_id,
        Brief.side,
        Brief.detail,
        Brief.cooperation,
        Brief.technologies,
    )
    valid, prefers = Brief.valid_on(clock.now().date()), BriefWish.weight == Weight.PREFER
    wished = sa.exists().where(BriefWish.brief_id == Brief.id, prefers)
    says_more = sa.or_(Brief.cooperation.is_not(None), Brief.detail != "", Brief.segment.is_not(None), wished)
    briefs = (
        sa.select(*columns).where(valid, says_more).order_by(Brief.organization_id, Brief.place, Brief.id)
    )
    wishes = (
        sa.select(BriefWish.brief_id, BriefWish.aspect, BriefWish.value).join(Brief).where(valid, prefers)
    )
    if ids is not None:
        briefs = briefs.where(Brief.organization_id.in_(ids))
        wishes = wishes.where(Brief.organization_id.in_(ids))
    preferred: dict[int, list[str]] = defaultdict(list)
    for brief_id, aspect, value in db.session.execute(wishes.order_by(BriefWish.id)):
        preferred[brief_id] += _preferred(aspect, value)
    return [(row, preferred[row.id]) for row in db.session.execute(briefs)]


def _preferred(aspect: Aspect, value: str) -> list[str]:
    """A preference in words that may also stand in the profile of who meets it; levels have none."""
    if aspect is Aspect.STATE:
        return [region_name(value)]
    if aspect is Aspect.TECHNOLOGY:
        return [value.split(".")[-1].replace("_", " ")]
    return [value.replace("_", " ")] if aspect not in (Aspect.TRL, Aspect.VERIFICATION) else []


def _lines_of(brief: Any, wishes: Sequence[str]) -> list[str]:
    sort = [brief.cooperation.value.replace("_", " ")] if brief.cooperation else []
    return [line for line in (*brief.detail.splitlines(), ", ".join([*sort, *wishes])) if line.strip()]
