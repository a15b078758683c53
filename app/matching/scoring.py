"""The door to `ml`: organizations become frames here, and nowhere else."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

import ml
from app.db import db
from app.organizations.models import Organization, OrganizationTechnology, ProfileState

# Whether a startup raises money is not public, so no reason may rest on it: the column stays out.
_COLUMNS = [
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
    "summary",
    "description",
    "tags",
    "investor_type",
    "offers",
    "needs",
    "ticket_min",
    "ticket_max",
    "stages",
    "skills",
    "thesis",
    "capabilities",
    "certifications",
    "sector",
    "size_class",
    "level",
    "seats",
]
CANDIDATES = 50
# Below this a pair is noise to a manager, found by reading pairs of the demo world and of imported profiles.
WORTH_A_LOOK = 0.15
# A model is fitted anew when this share of its organizations is new or changed.
REFIT_SHARE = 0.1
# So few are learned anew each time, in about a second: new words count at once.
FEW = 2000


@dataclass(frozen=True)
class Rules:
    """Who may meet: a group code for each organization, which groups may meet, and pairs that may not."""

    groups: dict[int, int]
    allowed: list[list[bool]]
    excluded: Sequence[tuple[int, int]]
    capacity: dict[int, int]


@dataclass(frozen=True)
class ScoredPair:
    """A chosen pair with what `ml` says of it; `forward` is how well `candidate` serves `id`."""

    id: int
    candidate: int
    score: float
    forward: float
    backward: float
    forward_reasons: list[dict[str, Any]]
    backward_reasons: list[dict[str, Any]]


class Model:
    """One fitted recommender a process. It remembers which state of each profile it has seen.

    Its lock lets one thread compute at a time.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._recommender: ml.Recommender | None = None
        self._owner: object = None
        self._seen: dict[int, datetime] = {}
        self._changed_since_fit = 0

    def fresh(
        self,
        owner: object,
        profiles: Mapping[int, datetime],
        load: Callable[[Sequence[int] | None], pd.DataFrame],
        *,
        anew: bool,
    ) -> ml.Recommender:
        """The recommender of database `owner`, up to date with `profiles` (id -> when it last changed).

        It learns anew when there is none, when a large share has changed, or, with `anew`, when anything has: two full
        runs over the same profiles then give the same, whatever this process has seen before.
        """
        known = self._seen if self._owner == owner else {}
        changed = sorted(id_ for id_, at in profiles.items() if known.get(id_) != at)
        worn = self._changed_since_fit + len(changed) > REFIT_SHARE * len(profiles)
        has_news = bool(changed) or known.keys() != profiles.keys()
        wants_fit = worn or (has_news and (anew or len(profiles) <= FEW))
        if self._recommender is None or self._owner != owner or wants_fit:
            self._recommender = ml.Recommender(random_state=0).fit(load(None))
            self._owner, self._changed_since_fit = owner, 0
        elif changed:
            self._recommender.update(load(changed))
            self._changed_since_fit += len(changed)
        self._seen = dict(profiles)
        return self._recommender


model = Model()


def organization_frame(ids: Sequence[int] | None = None) -> pd.DataFrame:
    """Listed organizations as `ml` reads them, by id."""
    columns = [getattr(Organization, name) for name in _COLUMNS]
    renamed = [Organization.ticket_currency.label("currency"), Organization.invests_in.label("countries")]
    listed = Organization.state == ProfileState.LISTED
    query = sa.select(*columns, *renamed).where(listed).order_by(Organization.id)
    areas = sa.select(OrganizationTechnology.organization_id, OrganizationTechnology.technology)
    if ids is not None:
        query = query.where(Organization.id.in_(ids))
        areas = areas.where(OrganizationTechnology.organization_id.in_(ids))
    rows = db.session.execute(query).all()
    frame = pd.DataFrame(rows, columns=[*_COLUMNS, "currency", "countries"])
    technologies: dict[int, list[str]] = defaultdict(list)
    for organization_id, code in db.session.execute(areas):
        technologies[organization_id].append(code)
    frame["technologies"] = [technologies[i] for i in frame["id"].tolist()]
    return frame


def eligibility(rules: Rules) -> ml.Eligibility:
    """`Rules` in the form `ml` obeys."""
    group = pd.Series(rules.groups, dtype="int64")
    return ml.Eligibility(group, np.array(rules.allowed, dtype=bool), rules.excluded)


def shared_out(recommender: ml.Recommender, rules: Rules) -> pd.DataFrame:
    """Pairs for everybody, under everybody's capacity."""
    capacity = pd.Series(rules.capacity, dtype="int64")
    return worth_proposing(ml.propose(recommender, capacity, k=CANDIDATES, eligible=eligibility(rules)))


def worth_proposing(pairs: pd.DataFrame) -> pd.DataFrame:
    """Pairs that deserve a manager's minute; a poorer one stays only where a side would be left with nothing."""
    good = pairs["score"] >= WORTH_A_LOOK
    served = set(pairs.loc[good, "id"]) | set(pairs.loc[good, "candidate"])
    kept = pairs.index[good].tolist()
    rest = pairs.loc[~good].sort_values("score", ascending=False, kind="stable")
    for row, one, other in zip(rest.index, rest["id"], rest["candidate"], strict=True):
        if one not in served or other not in served:
            served.update((one, other))
            kept.append(row)
    return pairs.loc[sorted(kept)]


def candidates_for(recommender: ml.Recommender, rules: Rules, only: Sequence[int]) -> pd.DataFrame:
    """The best partners of some organizations, capacity aside."""
    return recommender.recommend(ids=only, k=CANDIDATES, eligible=eligibility(rules))


def explained(recommender: ml.Recommender, pairs: pd.DataFrame) -> list[ScoredPair]:
    """The chosen pairs with their reasons."""
    ids, candidates = pairs["id"].tolist(), pairs["candidate"].tolist()
    reasons = recommender.explain_pairs(ids, candidates)
    numbers = zip(*(pairs[name].tolist() for name in ("score", "forward", "backward")), strict=True)
    return [
        ScoredPair(one, other, score, there, back, _side(found, "forward"), _side(found, "backward"))
        for one, other, (score, there, back), found in zip(ids, candidates, numbers, reasons, strict=True)
    ]


def _side(reasons: list[ml.Reason], side: str) -> list[dict[str, Any]]:
    return [
        {"kind": r.kind, "text_key": r.text_key, "evidence": r.evidence, "weight": r.weight}
        for r in reasons
        if r.side == side and r.kind != "rest"
    ]
