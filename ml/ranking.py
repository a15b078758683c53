"""Ranked lists in two stages: candidates by the product of towers, then the exact score of each with all evidence of the pair."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml import kernels, scheduler
from ml.candidates import Best, MayMeet, one_way_best, two_way_best
from ml.corridor import Corridor, PairScorer
from ml.eligibility import PositionedEligibility
from ml.features import Floats
from ml.profiles import COUNTRIES
from ml.returning import give_back

Positions = NDArray[np.intp]
# Positions of pairs, of which there may be tens of millions.
Ends = NDArray[np.intp] | NDArray[np.int32]

# Candidates that are scored exactly, beyond twice the length of a list: half as many from so many organizations on, where
# scoring them would take longer than all the rest. Markets of a few hundred are scored whole.
MARGIN = 200
LARGE = 300_000
# Pairs of one task of exact scoring: their gathered features stay in tens of megabytes.
TASK_PAIRS = 8192
# Scores closer than this are equal: they are ordered by a fixed number of the pair, so that ties spread attention evenly.
TIE = np.float32(1e-4)


@dataclass(frozen=True, slots=True)
class TopK:
    """Best k of n organizations.

    Attributes
    ----------
    partner : (n, k) int32, positions, -1 where fewer
    score, forward, backward : (n, k) float32, seen from the organization whose list it is, 0 where fewer
    floor : (n,) float32, the tower product above which an organization was a candidate; -inf where everybody was
    """

    partner: NDArray[np.int32]
    score: Floats
    forward: Floats
    backward: Floats
    floor: Floats

    @classmethod
    def empty(cls) -> TopK:
        """Nobody's."""
        none = np.empty((0, 1), dtype=np.float32)
        return cls(np.empty((0, 1), dtype=np.int32), none, none, none, np.empty(0, dtype=np.float32))


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs by position, (n,) each; score, forward and backward float32, seen from the first."""

    one: Ends
    other: Ends
    score: Floats
    forward: Floats
    backward: Floats

    @classmethod
    def of(cls, parts: list[Pairs]) -> Pairs:
        """Pairs of several, one after the other."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__))


def breadth(k: int, organizations: int) -> int:
    """Candidates that are scored for lists of k."""
    return 2 * k + (MARGIN if organizations < LARGE else MARGIN // 2)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who is scored exactly: lists of rows (positions `rows`) of places in `columns`, and the reverse."""

    rows: Positions
    columns: Positions
    down: Best
    across: Best


def find_candidates(
    corridor: Corridor,
    rows: Positions,
    columns: Positions,
    k: int,
    eligible: PositionedEligibility | None,
    *,
    everybody: bool = False,
) -> Candidates:
    """Candidates for lists of k, both ways, of organizations of one country each.

    Parameters
    ----------
    everybody : whether these are all there are, so that floors of the run before apply
    """
    rows, columns = _by_kind(corridor, rows), _by_kind(corridor, columns)
    down, across = two_way_best(
        corridor.toward_each_kind(rows),
        corridor.plain(columns),
        breadth(k, len(corridor)),
        MayMeet.of(eligible, rows, columns),
        corridor.features.kind[columns],
        corridor.floors(rows, columns, k) if everybody else None,
        only_lowest=True,
    )
    give_back()
    return Candidates(rows, columns, down, across)


def best_partners(
    corridor: Corridor,
    rows: Positions,
    columns: Positions,
    k: int,
    eligible: PositionedEligibility | None,
    looked_at: int | None = None,
) -> list[tuple[Positions, TopK]]:
    """Best k columns of each row: (order, top), where `top`'s i-th list is of the organization at ``order[i]``.

    Parameters
    ----------
    corridor : everybody
    rows, columns : positions of organizations of one country each
    eligible : who may meet; None for everybody
    looked_at : candidates that are scored for a list; None for `breadth`
    """
    if not len(rows) or not len(columns):
        return []
    rows, columns = _by_kind(corridor, rows), _by_kind(corridor, columns)
    found = one_way_best(
        corridor.toward_each_kind(rows),
        corridor.plain(columns),
        looked_at or breadth(k, len(corridor)),
        MayMeet.of(eligible, rows, columns),
        corridor.features.kind[columns],
    )
    return [(rows, rescored(corridor, rows, columns, found, k))]


def market_candidates(
    corridor: Corridor, k: int, eligible: PositionedEligibility | None
) -> Candidates | None:
    """`find_candidates` of everybody; None where a country has nobody."""
    country = corridor.features.country
    sides = [np.flatnonzero(country == place) for place in range(len(COUNTRIES))]
    fewer, more = sorted(sides, key=len)
    return find_candidates(corridor, fewer, more, k, eligible, everybody=True) if len(fewer) else None


def market_lists(corridor: Corridor, k: int, found: Candidates | None) -> list[tuple[Positions, TopK]]:
    """Lists of both sides from their candidates; the corridor keeps where they end."""
    if found is None:
        return []
    links = corridor.scorer.links
    with links.remembering(corridor.features) if links is not None else nullcontext():
        lists = [
            (found.rows, rescored(corridor, found.rows, found.columns, found.down, k)),
            (found.columns, rescored(corridor, found.columns, found.rows, found.across, k)),
        ]
    corridor.keep(lists, k)
    return lists


def few_lists(
    corridor: Corridor,
    asked: Positions,
    k: int,
    eligible: PositionedEligibility | None,
    offered: Positions | None = None,
) -> tuple[list[tuple[Positions, TopK]], Pairs]:
    """Lists of a few organizations, each against everybody at once, and the lists of others that they enter.

    Parameters
    ----------
    offered : the only candidates considered; None for all
    """
    none = np.empty(0, dtype=np.intp)
    lists, entered = [], [Pairs(none, none, *(np.empty(0, dtype=np.float32),) * 3)]
    for position in asked.tolist():
        who, products, near = corridor.search(
            position, _open_to(corridor, position, eligible, offered), breadth(k, len(corridor))
        )
        best = Best(who[None], products[None])
        mine = np.array([position])
        lists.append((mine, rescored(corridor, mine, np.arange(len(corridor)), best, k)))
        entered.append(_entered(corridor, position, near.astype(np.intp)))
    return lists, Pairs.of(entered)


def _open_to(
    corridor: Corridor, position: int, eligible: PositionedEligibility | None, offered: Positions | None
) -> NDArray[np.bool_]:
    """(n,) who may be proposed to one organization."""
    country = corridor.features.country
    open_ = np.asarray(country != country[position])
    if offered is not None:
        among = np.zeros(len(open_), dtype=bool)
        among[offered] = True
        open_ &= among
    if eligible is not None:
        open_ &= eligible.partners(position)
    return open_


def _entered(corridor: Corridor, position: int, near: Positions) -> Pairs:
    """Those whose last list ended below this organization's score with them."""
    forward, backward, score = corridor.scorer(near, np.full(len(near), position))
    inside = score > corridor.worst[near]
    near, forward, backward, score = near[inside], forward[inside], backward[inside], score[inside]
    return Pairs(near, np.full(len(near), position), score, forward, backward)


def _by_kind(corridor: Corridor, positions: Positions) -> Positions:
    return positions[np.argsort(corridor.features.kind[positions], kind="stable")]


def rescored(corridor: Corridor, mine: Positions, theirs: Positions, best: Best, k: int) -> TopK:
    """The best k of candidates by exact score.

    Parameters
    ----------
    mine, theirs : (n,) and (m,) positions of those whose lists these are and of those in them
    best : n lists of places in `theirs`
    """
    step = max(1, TASK_PAIRS // best.partner.shape[1])
    tasks = [(start, min(start + step, len(mine))) for start in range(0, len(mine), step)]
    parts = scheduler.run(_rescore, tasks, (corridor.scorer, mine, theirs, best, k))
    floor = np.where((best.partner >= 0).all(axis=1), best.score.min(axis=1), -np.inf).astype(np.float32)
    score, forward, backward = (np.empty((len(mine), k), dtype=np.float32) for _ in range(3))
    held = TopK(np.empty((len(mine), k), dtype=np.int32), score, forward, backward, floor)
    for at, (start, stop) in enumerate(tasks):
        part, parts[at] = parts[at], None
        for array, values in zip((held.partner, held.score, held.forward, held.backward), part, strict=True):
            array[start:stop] = values
    return held


def _rescore(
    scorer: PairScorer, mine: Positions, theirs: Positions, best: Best, k: int, start: int, stop: int
) -> tuple[NDArray[np.int32], Floats, Floats, Floats]:
    """Partner, score, forward and backward of some of the lists."""
    partner = best.partner[start:stop]
    row, place = np.nonzero(partner >= 0)
    ones, others = mine[start:stop][row], theirs[partner[row, place]]
    there, back, scores = scorer(ones, others)
    spread = scorer.features.spread
    key = scores + tie_break(spread[ones], spread[others])
    at = np.full((stop - start, k), -1, dtype=np.int64)
    kernels.best_places(partner, key, at)
    held = [
        np.where(at >= 0, np.append(values, np.float32(0))[at], np.float32(0))
        for values in (scores, there, back)
    ]
    positions = np.where(at >= 0, np.append(others, -1)[at], -1).astype(np.int32)
    return positions, held[0], held[1], held[2]


def tie_break(one: NDArray[np.float64], other: NDArray[np.float64]) -> Floats:
    """(n,) in [0, TIE): each organization's order of all others is a turn of one circle, so none is favored."""
    sum_ = (one + other).astype(np.float32)
    sum_ -= sum_ >= 1
    return np.asarray(sum_ * TIE, dtype=np.float32)
