"""What an organization could add to its profile, if it is true, so that more partners would say yes: found by re-scoring.

Nothing is invented. An addition is either a field that says nothing yet ("state your stage"), or a label that several of
the organizations most like this one state ("if you work in semiconductors, say so"). Each is tried on a copy of the
profile, whose vector is held against every eligible counterpart; the nearest are scored exactly, as lists are. What an
empty field would say is not ours to guess: it is tried with what like organizations say there and counts what that gains
on average; no value is suggested, so that nobody is told which answer pays.

Only what profiles say is re-scored: past investments do not change by what is written now.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml import scoring
from ml.additions import Addition, additions_to
from ml.corridor import Corridor
from ml.eligibility import Eligibility, PositionedEligibility
from ml.features import FeatureBuilder, Features, Floats
from ml.links import LinkIndex
from ml.profiles import KINDS, Profile
from ml.ranker import Ranker

# Both sides this good is a pair that people call good; see the bands of the application.
WILLING = 0.35
LIKE = 40
# Likeness to somebody else, over that to oneself, below which two are like in nothing that counts.
LEAST_LIKENESS = 0.3
# Counterparts of each variant that are scored exactly: who is farther away is not willing.
NEAREST = 1000
MOST_EXAMPLES = 3
FIELDS = (
    *("technologies", "tags", "needs", "offers", "skills", "certifications"),
    *("description", "thesis", "stage", "stages", "ticket", "countries"),
)
# What two of the same kind can have in common.
_LIKE_IN = ("topic",)
_BLOCK = 16_384


class Fitted(Protocol):
    """What of a fitted `Recommender` is read here."""

    index_: pd.Index
    features_: Features
    builder_: FeatureBuilder
    links_: LinkIndex

    @property
    def ranker_(self) -> Ranker:
        """How much each kind of evidence counts."""
        ...

    _corridor: Corridor
    _profiles: list[Profile]


@dataclass(frozen=True, slots=True)
class Advice:
    """One addition to a profile, to be made only if it is true.

    Attributes
    ----------
    field : one of `FIELDS`
    suggestion : what to add there, as like organizations write it (a code of `technologies`, a tag, a topic, a skill, a
        certificate); "" when the field is empty and only its owner knows what belongs there
    gained : how many more eligible counterparts would be willing, both sides at least `WILLING`
    examples : ids of at most three of them, best first
    """

    field: str
    suggestion: str
    gained: int
    examples: tuple[Hashable, ...]


def advice(
    recommender: Fitted,
    id: Hashable,  # noqa: A002
    k: int = 3,
    eligible: Eligibility | None = None,
    line: float = WILLING,
) -> list[Advice]:
    """The k additions to the profile of `id` that would open the most willing counterparts, most first.

    Each next one is the addition that opens the most besides those before it; its `gained` is what it opens alone, less
    what it closes. Empty when nothing is missing, or nothing missing would open anybody.

    Raises
    ------
    KeyError
        When `id` is not known.
    """
    at = int(recommender.index_.get_indexer(pd.Index([id]))[0])
    if at < 0:
        raise KeyError(id)
    profile = recommender._profiles[at]
    tried = additions_to(profile, *_like(recommender, at))
    if not tried:
        return []
    positioned = eligible.on(recommender.index_) if eligible is not None else None
    columns = _counterparts(recommender.features_, at, positioned)
    variants = [profile, *(variant for addition in tried for variant in addition.variants)]
    scores = _scores(recommender, at, variants, columns, line)
    return _chosen(tried, scores, k, recommender.index_.take(columns))


def _like(recommender: Fitted, at: int) -> tuple[list[Profile], int]:
    """Organizations of the same kind, most like this one first, and how many of them are really like it."""
    corridor, features = recommender._corridor, recommender.features_
    same = np.flatnonzero(features.kind == features.kind[at])
    same = same[same != at]
    own = np.zeros((1, corridor.towers.width), dtype=np.float32)
    for name in _LIKE_IN:
        if name in corridor.towers.spans_:
            span = slice(*corridor.towers.spans_[name])
            own[:, span] = corridor.vectors(np.array([at]))[:, span]
    likeness = _products(own, corridor, same)[0]
    nearest = np.lexsort((features.spread[same], -likeness))[:LIKE]
    like = [recommender._profiles[position] for position in same[nearest].tolist()]
    itself = float((own**2).sum())
    return like, int((likeness[nearest] >= LEAST_LIKENESS * itself).sum()) if itself else 0


def _products(rows: Floats, corridor: Corridor, columns: NDArray[np.intp]) -> Floats:
    """(rows, columns) float32 inner products with the vectors of organizations."""
    found = np.empty((len(rows), len(columns)), dtype=np.float32)
    for start in range(0, len(columns), _BLOCK):
        part = slice(start, start + _BLOCK)
        found[:, part] = rows @ corridor.vectors(columns[part]).T
    return found


def _counterparts(features: Features, at: int, eligible: PositionedEligibility | None) -> NDArray[np.intp]:
    """Positions of those it may meet."""
    across = np.flatnonzero(features.country != features.country[at])
    if eligible is None:
        return across
    place = np.full(len(features), -1, dtype=np.intp)
    place[across] = np.arange(len(across))
    mask = eligible.mask(np.array([at]), across, place)
    return across if mask is None else across[mask[0]]


def _scores(
    recommender: Fitted, at: int, variants: Sequence[Profile], columns: NDArray[np.intp], line: float
) -> Floats:
    """(variants, columns) float32: the score where both sides are willing, 0 elsewhere."""
    found = np.zeros((len(variants), len(columns)), dtype=np.float32)
    rows = recommender.builder_.transform(variants)
    recommender.links_.mark(rows, np.full(len(rows), at))
    row, column = _nearest(recommender._corridor, rows, columns, recommender.features_.kind[columns])
    one, other = rows.take(row), recommender.features_.take(columns[column])
    links = recommender._corridor.scorer.known(np.full(len(column), at), columns[column])
    forward = _side(recommender.ranker_, one, other, links)
    backward = _side(recommender.ranker_, other, one, links)
    willing = (forward >= line) & (backward >= line)
    found[row, column] = np.where(willing, scoring.combine(forward, backward), 0)
    return found


def _side(ranker: Ranker, served: Features, serving: Features, links: Floats | None) -> Floats:
    """(n,) one side of pairs given row by row, as the ranker in use judges it."""
    return scoring.squash(ranker.weigh(scoring.contributions(served, serving, links)).sum(axis=1))


def _nearest(
    corridor: Corridor, rows: Features, columns: NDArray[np.intp], kinds: NDArray[np.int8]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and places in `columns` of the pairs worth an exact score."""
    vectors, own, country = corridor.towers.transform(rows), int(rows.kind[0]), int(rows.country[0])
    products = np.empty((len(rows), len(columns)), dtype=np.float32)
    for kind in range(len(KINDS)):
        here = np.flatnonzero(kinds == kind)
        products[:, here] = _products(
            vectors * corridor.towers.toward(own, kind, country), corridor, columns[here]
        )
    most = min(NEAREST, len(columns))
    place = np.argpartition(-products, most - 1, axis=1)[:, :most] if most else np.empty((len(rows), 0), int)
    return np.repeat(np.arange(len(rows)), most), np.sort(place, axis=1).ravel()


def _chosen(tried: Sequence[Addition], scores: Floats, k: int, ids: pd.Index) -> list[Advice]:
    """Greedy choice of k additions by what each opens besides those before."""
    willing = scores > 0
    opens, closes = willing[1:] & ~willing[0], (willing[0] & ~willing[1:]).sum(axis=1)
    stops = np.cumsum([len(addition.variants) for addition in tried])
    groups = [slice(stop - len(one.variants), stop) for one, stop in zip(tried, stops.tolist(), strict=True)]
    net = [float((opens[group].sum(axis=1) - closes[group]).mean()) for group in groups]
    left = [place for place in range(len(tried)) if net[place] >= 1]
    opened = np.zeros(scores.shape[1], dtype=bool)
    found: list[Advice] = []
    while left and len(found) < k:
        more = [float(((opens[groups[p]] & ~opened).sum(axis=1) - closes[groups[p]]).mean()) for p in left]
        best = left[int(np.argmax(more))]
        if max(more) < 1:
            break
        addition, group = tried[best], groups[best]
        usual = opens[group].mean(axis=0) >= 0.5
        examples = _examples(scores[1:][group].mean(axis=0) * (usual & ~opened), ids)
        found.append(Advice(addition.field, addition.suggestion, int(net[best]), examples))
        opened |= usual
        left = [p for p in left if p != best and not _same_advice(tried[p], addition)]
    return found


def _same_advice(one: Addition, other: Addition) -> bool:
    """Whether one tells to fill the very field that the other is about."""
    return one.field == other.field and not (one.suggestion and other.suggestion)


def _examples(scores: Floats, ids: pd.Index) -> tuple[Hashable, ...]:
    best = np.argsort(-scores, kind="stable")[:MOST_EXAMPLES]
    return tuple(ids[position] for position in best.tolist() if scores[position] > 0)
