"""The directory: what a reader asks for, and one page of the answer, paged by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.db import db
from app.forms import clean, is_storable
from app.organizations.models import LISTED_STATES, Organization, OrganizationTechnology
from app.organizations.queries import LARGEST_ID
from app.taxonomy import (
    COUNTRIES,
    TECHNOLOGIES,
    Country,
    Kind,
    Stage,
    labels,
    region_name,
    regions_of,
)

PAGE_SIZE = 40
COUNT_LIMIT = 1000
MOST_WORDS = 8
MOST_CHARACTERS = 100


@dataclass(frozen=True)
class Wish:
    """What a reader looks for. Values nobody knows are left out, so that an old address still works."""

    text: str = ""
    kind: str = ""
    country: str = ""
    region: str = ""
    technology: str = ""
    stage: str = ""
    sort: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Wish:
        """The wish in an address's query."""
        text = asked.get("q", "")[:MOST_CHARACTERS]
        known: dict[str, set[str]] = {
            "kind": set(Kind),
            "country": set(Country),
            "technology": set(TECHNOLOGIES),
            "stage": set(Stage),
            "sort": {"newest"},
        }
        chosen = {name: asked[name] for name, values in known.items() if asked.get(name) in values}
        region = asked.get("region", "")
        return cls(
            text=clean(text) if is_storable(text) else "",
            region=region if region_name(region) else "",
            **{name: str(value) for name, value in chosen.items()},
        )

    def address(self, **other: str) -> dict[str, str]:
        """The query of an address that asks for the same again, with `other` values in place."""
        own = {
            "q": self.text,
            "kind": self.kind,
            "country": self.country,
            "region": self.region,
            "technology": self.technology,
            "stage": self.stage,
            "sort": self.sort,
        }
        return {name: value for name, value in {**own, **other}.items() if value}

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.address(sort=""))


@dataclass(frozen=True)
class Page:
    """One page of organizations. `count` stops at `COUNT_LIMIT`, then `is_counted` is False."""

    organizations: Sequence[Organization]
    count: int
    is_counted: bool
    after: str
    before: str


def choices() -> dict[str, list[tuple[Any, Any]]]:
    """What the filters offer, as (value, label)."""
    return {
        "kinds": labels(Kind),
        "countries": [(code.value, words) for code, words in COUNTRIES.items()],
        "regions": [(words, regions_of(code)) for code, words in COUNTRIES.items()],
        "technologies": [(code, area.label) for code, area in TECHNOLOGIES.items()],
        "stages": labels(Stage),
    }


def page(wish: Wish, after: str = "", before: str = "") -> Page:
    """The organizations a wish finds, after or before the one a key names."""
    backwards, key = bool(before), _key_of(before or after, wish)
    found = sa.select(Organization).where(*_conditions(wish))
    if key is not None:
        found = found.where(_beyond(key, wish, backwards))
    rows = list(db.session.scalars(_ordered(found, wish, backwards).limit(PAGE_SIZE + 1)))
    has_more = len(rows) > PAGE_SIZE
    rows = rows[:PAGE_SIZE]
    if backwards:
        rows.reverse()
    is_all = key is None and not has_more
    count = len(rows) if is_all else _count(wish)
    return Page(
        organizations=rows,
        count=min(count, COUNT_LIMIT),
        is_counted=count <= COUNT_LIMIT,
        after=_key(rows[-1], wish) if rows and (has_more or (backwards and key is not None)) else "",
        before=_key(rows[0], wish) if rows and key is not None and (has_more or not backwards) else "",
    )


def _count(wish: Wish) -> int:
    some = sa.select(Organization.id).where(*_conditions(wish)).limit(COUNT_LIMIT + 1).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def _conditions(wish: Wish) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [Organization.state.in_(LISTED_STATES)]
    if wish.kind:
        conditions.append(Organization.kind == Kind(wish.kind))
    if wish.country:
        conditions.append(Organization.country == Country(wish.country))
    if wish.region:
        conditions.append(Organization.region_code == wish.region)
    if wish.technology:
        works_in = sa.select(OrganizationTechnology.organization_id).where(
            OrganizationTechnology.technology == wish.technology
        )
        conditions.append(Organization.id.in_(works_in))
    if wish.stage:
        # Startups at this stage, and investors who join at it.
        joined = sa.cast(Organization.stages, sa.Text).contains(f'"{wish.stage}"', autoescape=True)
        conditions.append(sa.or_(Organization.stage == Stage(wish.stage), joined))
    return conditions + [_mentions(word) for word in wish.text.split()[:MOST_WORDS]]


def _mentions(word: str) -> sa.ColumnElement[bool]:
    columns: tuple[Any, ...] = (Organization.name, Organization.summary, sa.cast(Organization.tags, sa.Text))
    return sa.or_(*(column.icontains(word, autoescape=True) for column in columns))


def _ordered(query: sa.Select[Any], wish: Wish, backwards: bool) -> Any:
    if wish.sort == "newest":
        return query.order_by(Organization.id.asc() if backwards else Organization.id.desc())
    columns = (Organization.name, Organization.id)
    return query.order_by(*(column.desc() if backwards else column.asc() for column in columns))


def _beyond(key: tuple[int, str], wish: Wish, backwards: bool) -> sa.ColumnElement[bool]:
    number, name = key
    if wish.sort == "newest":
        return Organization.id > number if backwards else Organization.id < number
    own = sa.tuple_(Organization.name, Organization.id)
    other = sa.tuple_(sa.literal(name), sa.literal(number))
    return own < other if backwards else own > other


def _key(organization: Organization, wish: Wish) -> str:
    return str(organization.id) if wish.sort == "newest" else f"{organization.id}-{organization.name}"


def _key_of(text: str, wish: Wish) -> tuple[int, str] | None:
    """The place a key names. The name is in it, so that the order of hidden profiles tells nothing."""
    number, _dash, name = text.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) <= 10 and is_storable(name)):
        return None
    place = int(number)
    return (place, name[:200]) if place <= LARGEST_ID and (name or wish.sort == "newest") else None
