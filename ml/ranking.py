"""Ranked lists in two stages: candidates by the product of towers, then the exact score of each with all evidence of the pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml import scheduler, scoring
from ml.candidates import Best, MayMeet, Quantized, two_way_best
from ml.eligibility import PositionedEligibility
from ml.features import Features, Floats
from ml.profiles import KINDS
from ml.towers import Towers

Positions = NDArray[np.intp]

# Candidates that are scored exactly, beyond twice the length of a list; small markets are scored whole.
MARGIN = 100
# Pairs of one task of exact scoring: their gathered features stay in tens of megabytes.
TASK_PAIRS = 8192
# Scores closer than this are equal: they are ordered by a fixed number of the pair, so that ties spread attention evenly.
TIE = np.float32(1e-4)


@dataclass(frozen=True, slots=True)
class TopK:
    """Best k of n organizations.

    Attributes
    ----------
    partner : (n, k) int64, positions, -1 where fewer
    score, forward, backward : (n, k) float32, seen from the organization whose list it is, 0 where fewer
    floor : (n,) float32, the tower product above which an organization was a candidate; -inf where everybody was
    """

    partner: NDArray[np.int64]
    score: Floats
    forward: Floats
    backward: Floats
    floor: Floats

    @classmethod
    def empty(cls) -> TopK:
        """Nobody's."""
        none = np.empty((0, 1), dtype=np.float32)
        return cls(np.empty((0, 1), dtype=np.int64), none, none, none, np.empty(0, dtype=np.float32))


@dataclass(frozen=True, slots=True)
class PairScorer:
    """Exact forward, backward and score of pairs given by position."""

    features: Features

    def __call__(self, ones: Positions, others: Positions) -> tuple[Floats, Floats, Floats]:
        forward, backward = scoring.pair_sides(self.features.take(ones), self.features.take(others))
        return forward, backward, scoring.combine(forward, backward)


@dataclass(frozen=True, slots=True)
class Corridor:
    """Everybody of both countries, as ranking reads them.

    Attributes
    ----------
    scorer : exact scores of pairs by position
    towers : fitted
    vectors : (n, d) float32, from the towers
    kind, country : (n,) int8
    spread : (n,) float64 in [0, 1), orders ties
    """

    scorer: PairScorer
    towers: Towers
    vectors: Floats
    kind: NDArray[np.int8]
    country: NDArray[np.int8]
    spread: NDArray[np.float64]


def breadth(k: int) -> int:
    """Candidates that are scored for lists of k."""
    return 2 * k + MARGIN


def best_partners(
    corridor: Corridor,
    rows: Positions,
    columns: Positions,
    k: int,
    eligible: PositionedEligibility | None,
    *,
    for_rows: bool = True,
    for_columns: bool = True,
) -> list[tuple[Positions, TopK]]:
    """Best k columns of each row and best k rows of each column.

    Parameters
    ----------
    corridor : of all organizations
    rows, columns : positions of organizations of one country each
    eligible : who may meet; None for everybody
    for_rows, for_columns : whose lists are wanted

    Returns
    -------
    (order, top) of the rows and of the columns where wanted: `top`'s i-th list is of the organization at ``order[i]``
    """
    if not len(rows) or not len(columns):
        return []
    rows, columns = _by_kind(corridor, rows), _by_kind(corridor, columns)
    many = breadth(k)
    down, across = two_way_best(
        _toward_each_kind(corridor, rows),
        Quantized.of(corridor.vectors[columns]),
        many,
        MayMeet.of(eligible, rows, columns),
        corridor.kind[columns],
    )
    wanted = ((for_rows, rows, columns, down), (for_columns, columns, rows, across))
    return [(mine, rescored(corridor, mine, theirs, best, k)) for want, mine, theirs, best in wanted if want]


def _by_kind(corridor: Corridor, positions: Positions) -> Positions:
    return positions[np.argsort(corridor.kind[positions], kind="stable")]


def _toward_each_kind(corridor: Corridor, rows: Positions) -> list[Quantized]:
    """The vectors of rows of one country, sorted by kind, as they meet columns of each kind."""
    country = int(corridor.country[rows[0]])
    own = corridor.kind[rows]
    return [
        Quantized.of(
            corridor.vectors[rows]
            * np.stack([corridor.towers.toward(kind, other, country) for kind in range(len(KINDS))])[own]
        )
        for other in range(len(KINDS))
    ]


def rescored(corridor: Corridor, mine: Positions, theirs: Positions, best: Best, k: int) -> TopK:
    """The best k of candidates by exact score.

    Parameters
    ----------
    mine, theirs : (n,) and (m,) positions of those whose lists these are and of those in them
    best : n lists of places in `theirs`
    """
    step = max(1, TASK_PAIRS // best.partner.shape[1])
    tasks = [(start, min(start + step, len(mine))) for start in range(0, len(mine), step)]
    parts = scheduler.run(_rescore, tasks, (corridor, mine, theirs, best, k))
    floor = np.where((best.partner >= 0).all(axis=1), best.score.min(axis=1), -np.inf).astype(np.float32)
    held = [np.concatenate(arrays) for arrays in zip(*parts, strict=True)]
    return TopK(held[0], held[1], held[2], held[3], floor)


def _rescore(
    corridor: Corridor, mine: Positions, theirs: Positions, best: Best, k: int, start: int, stop: int
) -> tuple[NDArray[np.int64], Floats, Floats, Floats]:
    """Partner, score, forward and backward of some of the lists."""
    partner = best.partner[start:stop]
    row, place = np.nonzero(partner >= 0)
    ones, others = mine[start:stop][row], theirs[partner[row, place]]
    there, back, scores = corridor.scorer(ones, others)
    key = np.full(partner.shape, -1, dtype=np.float32)
    key[row, place] = scores + tie_break(corridor.spread[ones], corridor.spread[others])
    sorted_ = np.lexsort((partner, -key), axis=1)[:, :k]
    positions = np.where(partner >= 0, theirs[partner], -1).astype(np.int64)
    held = []
    for values in (scores, there, back):
        wide = np.zeros(partner.shape, dtype=np.float32)
        wide[row, place] = values
        held.append(_widened(np.take_along_axis(wide, sorted_, axis=1), k, 0))
    return _widened(np.take_along_axis(positions, sorted_, axis=1), k, -1), held[0], held[1], held[2]


def _widened(values: NDArray[Any], k: int, fill: int) -> NDArray[Any]:
    if values.shape[1] == k:
        return values
    wide = np.full((len(values), k), fill, dtype=values.dtype)
    wide[:, : values.shape[1]] = values
    return wide


def tie_break(one: NDArray[np.float64], other: NDArray[np.float64]) -> Floats:
    """(n,) in [0, TIE): each organization's order of all others is a turn of one circle, so none is favored."""
    sum_ = (one + other).astype(np.float32)
    sum_ -= sum_ >= 1
    return np.asarray(sum_ * TIE, dtype=np.float32)
