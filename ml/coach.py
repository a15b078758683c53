"""What an organization could add to its profile, if it is true, so that more partners would say yes: found by re-scoring.

Nothing is invented. An addition is either a field that says nothing yet ("state your stage"), or a label that several of
the organizations most like this one state ("if you work in semiconductors, say so"). Each is tried on a copy of the
profile, which is scored against every eligible counterpart in one block product. What an empty field would say is not
ours to guess: it is tried with what like organizations say there and counts what that gains on average; no value is
suggested, so that nobody is told which answer pays.

Only what profiles say is re-scored: past investments do not change by what is written now.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml import scoring
from ml.additions import Addition, additions_to
from ml.eligibility import Eligibility, PositionedEligibility
from ml.features import FeatureBuilder, Features, Floats
from ml.profiles import KINDS, Profile

# Both sides this good is a pair that people call good; see the bands of the application.
WILLING = 0.35
LIKE = 40
# Organizations less like than this are like in nothing.
LEAST_LIKENESS = 0.12
# More counterparts than this are sampled, and their number projected.
MOST_COUNTERPARTS = 60_000
MOST_EXAMPLES = 3
FIELDS = (
    *("technologies", "tags", "needs", "offers", "skills", "certifications"),
    *("description", "thesis", "stage", "stages", "ticket", "countries"),
)
_BLOCK = 4096


class Fitted(Protocol):
    """What of a fitted `Recommender` is read here."""

    index_: pd.Index
    features_: Features
    builder_: FeatureBuilder
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
    tried = additions_to(profile, *_like(recommender, at, profile))
    if not tried:
        return []
    positioned = eligible.on(recommender.index_) if eligible is not None else None
    columns, projected = _counterparts(recommender.features_, at, positioned)
    variants = [profile, *(variant for addition in tried for variant in addition.variants)]
    scores = _scores(recommender, variants, columns, line)
    return _chosen(tried, scores, k, projected, recommender.index_.take(columns))


def _like(recommender: Fitted, at: int, profile: Profile) -> tuple[list[Profile], int]:
    """Organizations of the same kind, most like this one first, and how many of them are really like it."""
    features = recommender.features_
    same = np.flatnonzero(features.kind == features.kind[at])
    same = same[same != at]
    # Without its needs, whoever serves it best among its own kind is who says the same.
    itself = recommender.builder_.transform([replace(profile, need_lines=())])
    likeness = np.concatenate(
        [np.empty((1, 0), np.float32)]
        + [scoring.block_sides(itself, features.take(same[part]))[0] for part in _parts(len(same))],
        axis=1,
    )[0]
    nearest = np.lexsort((features.spread[same], -likeness))[:LIKE]
    like = [recommender._profiles[position] for position in same[nearest].tolist()]
    return like, int((likeness[nearest] >= LEAST_LIKENESS).sum())


def _parts(n: int) -> list[slice]:
    return [slice(start, start + _BLOCK) for start in range(0, n, _BLOCK)]


def _counterparts(
    features: Features, at: int, eligible: PositionedEligibility | None
) -> tuple[NDArray[np.intp], float]:
    """Positions of those it may meet, by kind, and how many each stands for."""
    across = np.flatnonzero(features.country != features.country[at])
    if eligible is not None:
        place = np.full(len(features), -1, dtype=np.intp)
        place[across] = np.arange(len(across))
        mask = eligible.mask(np.array([at]), across, place)
        across = across if mask is None else across[mask[0]]
    asked = min(len(across), MOST_COUNTERPARTS)
    projected = len(across) / max(asked, 1)
    chosen = across[np.argsort(features.spread[across], kind="stable")[:asked]]
    return chosen[np.argsort(features.kind[chosen], kind="stable")], projected


def _scores(
    recommender: Fitted, variants: Sequence[Profile], columns: NDArray[np.intp], line: float
) -> Floats:
    """(variants, columns) float32: the score where both sides are willing, 0 elsewhere."""
    rows = recommender.builder_.transform(variants)
    found = np.zeros((len(variants), len(columns)), dtype=np.float32)
    kinds = recommender.features_.kind[columns]
    for kind in range(len(KINDS)):
        start, stop = np.searchsorted(kinds, [kind, kind + 1]).tolist()
        for part in _parts(stop - start):
            here = slice(start + part.start, min(start + part.stop, stop))
            forward, backward = scoring.block_sides(rows, recommender.features_.take(columns[here]))
            willing = (forward >= line) & (backward >= line)
            found[:, here] = np.where(willing, scoring.combine(forward, backward), 0)
    return found


def _chosen(
    tried: Sequence[Addition], scores: Floats, k: int, projected: float, ids: pd.Index
) -> list[Advice]:
    """Greedy choice of k additions by what each opens besides those before."""
    willing = scores > 0
    opens, closes = willing[1:] & ~willing[0], (willing[0] & ~willing[1:]).sum(axis=1)
    stops = np.cumsum([len(addition.variants) for addition in tried])
    groups = [slice(stop - len(one.variants), stop) for one, stop in zip(tried, stops.tolist(), strict=True)]
    net = [float((opens[group].sum(axis=1) - closes[group]).mean()) for group in groups]
    left = [place for place in range(len(tried)) if int(net[place] * projected) >= 1]
    opened = np.zeros(scores.shape[1], dtype=bool)
    found: list[Advice] = []
    while left and len(found) < k:
        more = [float(((opens[groups[p]] & ~opened).sum(axis=1) - closes[groups[p]]).mean()) for p in left]
        best = left[int(np.argmax(more))]
        if max(more) * projected < 1:
            break
        addition, group = tried[best], groups[best]
        usual = opens[group].mean(axis=0) >= 0.5
        examples = _examples(scores[1:][group].mean(axis=0) * (usual & ~opened), ids)
        found.append(Advice(addition.field, addition.suggestion, int(net[best] * projected), examples))
        opened |= usual
        left = [p for p in left if p != best and not _same_advice(tried[p], addition)]
    return found


def _same_advice(one: Addition, other: Addition) -> bool:
    """Whether one tells to fill the very field that the other is about."""
    return one.field == other.field and not (one.suggestion and other.suggestion)


def _examples(scores: Floats, ids: pd.Index) -> tuple[Hashable, ...]:
    best = np.argsort(-scores, kind="stable")[:MOST_EXAMPLES]
    return tuple(ids[position] for position in best.tolist() if scores[position] > 0)
