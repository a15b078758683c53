"""The directory's questions and its answer."""

from __future__ import annotations

from enum import StrEnum
from types import GenericAlias
from typing import Annotated, Any

from pydantic import AfterValidator, Field, create_model
from pydantic_core import PydanticCustomError

from app.api.schemas.base import In, Out
from app.directory.wish import FACETS, MOST_CHARACTERS, MOST_VALUES
from app.organizations.models import Verification
from app.taxonomy import Country, Kind, Stage, is_technology, region_name
from app.taxonomy.exchange import CooperationType


def _known_technology(value: str) -> str:
    if not is_technology(value):
        raise PydanticCustomError("unknown", "is no technology we know; /terms lists them")
    return value


def _known_region(value: str) -> str:
    if not region_name(value):
        raise PydanticCustomError("unknown", "must be a code of ISO 3166-2, like IN-KA or US-TX")
    return value


_TYPES: dict[str, Any] = {
    "kind": Kind,
    "country": Country,
    "region": Annotated[str, AfterValidator(_known_region)],
    "technology": Annotated[str, AfterValidator(_known_technology)],
    "stage": Stage,
    "needs": CooperationType,
    "offers": CooperationType,
    "certification": Annotated[str, Field(max_length=80)],
    "verification": Verification,
}


class Sort(StrEnum):
    """The order of what is found."""

    BEST = "best"
    NAME = "name"
    NEWEST = "newest"
    LONGEST = "longest"


class _Asked(In):
    q: str = Field("", max_length=MOST_CHARACTERS)
    sort: Sort | None = None
    after: str = Field("", max_length=300)


def _values(facet: str) -> Any:
    return GenericAlias(list, (_TYPES[facet],)), Field(max_length=MOST_VALUES, default_factory=list)


_FIELDS: dict[str, Any] = {f"{prefix}{facet}": _values(facet) for prefix in ("", "not_") for facet in FACETS}
# Each facet, chosen or left out, as in the address of the page.
DirectoryQuery: Any = create_model("DirectoryQuery", __base__=_Asked, **_FIELDS)


class OrganizationRow(Out):
    """One of those found."""

    id: int
    kind: Kind
    name: str
    name_hi: str
    country: Country
    region_code: str | None
    city: str | None
    website: str | None
    summary: str
    technologies: list[str]
    verification: Verification
    is_illustrative: bool


class FoundOut(Out):
    """A page of what was found; `after` is the place where the next one begins, null on the last."""

    count: int
    organizations: list[OrganizationRow]
    after: str | None
