"""The door to `ml`: organizations become frames here, and nowhere else."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

import ml
from app.db import db
from app.organizations.models import Organization, OrganizationTechnology, ProfileState

CANDIDATES = 50
# Beyond this share of new and changed profiles the learned vocabulary is out of date.
REFIT_SHARE = 0.1
_CHUNK = 5000
_SAME = (
    *(
        "id",
        "kind",
        "name",
        "country",
        "region_code",
        "city",
        "founded_year",
        "stage",
        "team_size",
        "website",
    ),
    *("summary", "description", "tags", "investor_type", "invests_in", "offers", "needs", "ticket_min"),
    *("ticket_max", "stages", "skills", "thesis", "capabilities", "certifications", "sector", "size_class"),
    *("level", "seats"),
)
_RENAMED = {"ticket_currency": "currency", "is_raising": "raising"}
# Whether somebody is raising money is for declared investors only: it may count, and is never told.
_UNTOLD_KINDS = frozenset({"raising"})


@dataclass
class Fitted:
    """A recommender and the profiles it knows, by the moment each was last changed."""

    recommender: ml.Recommender
    known: dict[int, datetime] = field(default_factory=dict)

    @property
    def version(self) -> str:
        return str(self.recommender.version_)


@dataclass(frozen=True)
class Scored:
    """A pair with its fit in both directions."""

    india_id: int
    us_id: int
    score: float
    fit_for_india: float
    fit_for_us: float


_lock = threading.Lock()
_fitted: dict[str, Fitted] = {}


def listed_profiles() -> dict[int, datetime]:
    """When each profile that takes part in matching was last changed."""
    query = sa.select(Organization.id, Organization.profile_changed_at).where(
        Organization.state == ProfileState.LISTED
    )
    return {one: changed for one, changed in db.session.execute(query)}


def frame(ids: Sequence[int] | None = None) -> pd.DataFrame:
    """Listed organizations as `ml` reads them, by id; with `ids`, only these."""
    rows: list[Mapping[str, Any]] = []
    for query in _profile_queries(ids):
        rows += db.session.execute(query).mappings().all()
    found = pd.DataFrame(rows, columns=[*_SAME, *_RENAMED.values()], dtype=object)
    found = found.sort_values("id", ignore_index=True)
    technologies = _technologies(ids)
    found["technologies"] = [technologies.get(one, []) for one in found["id"]]
    found["countries"] = found["invests_in"]
    return found


def _profile_queries(ids: Sequence[int] | None) -> Iterator[sa.Select[Any]]:
    table = Organization.__table__
    columns = [table.c[name] for name in _SAME] + [
        table.c[name].label(label) for name, label in _RENAMED.items()
    ]
    query = sa.select(*columns).where(Organization.state == ProfileState.LISTED)
    if ids is None:
        yield query.order_by(Organization.id)
        return
    for chunk in _chunks(ids):
        yield query.where(Organization.id.in_(chunk))


def _technologies(ids: Sequence[int] | None) -> dict[int, list[str]]:
    row = OrganizationTechnology
    query = sa.select(row.organization_id, row.technology).order_by(row.organization_id, row.technology)
    found: dict[int, list[str]] = {}
    for one in [query] if ids is None else [query.where(row.organization_id.in_(c)) for c in _chunks(ids)]:
        for organization_id, technology in db.session.execute(one):
            found.setdefault(organization_id, []).append(technology)
    return found


def _chunks(ids: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), _CHUNK):
        yield list(ids[start : start + _CHUNK])
