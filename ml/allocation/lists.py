"""Places in ranked lists, shared out: nobody in more lists than its capacity, and the lists as good as that permits."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ml.allocation.auction import Gains, Places, Values, auction
from ml.allocation.evenness import gains as even_gains
from ml.allocation.evenness import weighed
from ml.allocation.pairs import TIE, Pairs, sorted_pairs

# Least raise of a bid, of the span of scores.
STEP = 5e-4
# A place in a list is filled at any loss in value up to this many spans.
FILLED = 2.0
BONUS_HALVINGS = 8
# Each candidate is offered to this many of the lists it serves best, so that the floor finds it a place.
OFFERED = 20
MOST_PAIRS = 40_000_000


def assign(
    scores: ArrayLike,
    list_length: int = 20,
    capacity: int | ArrayLike = 30,
    floor: float = 0.0,
    alpha: float = 0.0,
    random_state: int = 0,
) -> NDArray[np.int64]:
    """Lists of the highest total score in which no candidate comes more often than its capacity.

    Parameters
    ----------
    scores : (q, c) numbers, -inf where a candidate may not be shown
    list_length : candidates of a list, at most
    capacity : most lists of one candidate, of all or (c,) of each; 0 for those that pause
    floor : share of candidates to be in at least one list, as far as places permit, at the least loss
    alpha : in [0, 1], weight of even exposure; see `ml.allocation.evenness`
    random_state : orders equal scores

    Returns
    -------
    (q, list_length) int64, columns by falling score; -1 where capacities leave no candidate

    Raises
    ------
    ValueError
        When scores are not a matrix, one is NaN or +inf, or a setting lies outside its range.
    """
    scores = np.asarray(scores, dtype=np.float32)
    most = _checked(scores, list_length, capacity, floor)
    lists = np.full((len(scores), list_length), -1, dtype=np.int64)
    if not lists.size or not (most > 0).any():
        return lists
    pairs = _worthwhile(scores, list_length, most, bool(floor or alpha), random_state)
    held = _covering(pairs, list_length, floor, alpha, scores.shape[1]) if len(pairs.values) else None
    if held is not None:
        row = np.repeat(np.arange(len(scores)), np.diff(pairs.starts))[held]
        lists[row, np.arange(len(row)) - np.searchsorted(row, row)] = pairs.columns[held]
    return lists


def _checked(
    scores: NDArray[np.float32], list_length: int, capacity: int | ArrayLike, floor: float
) -> Places:
    """(c,) capacities."""
    if scores.ndim != 2:
        raise ValueError("scores must be a matrix of lists by candidates")
    if np.isnan(scores).any() or np.isposinf(scores).any():
        raise ValueError("scores have values that are not numbers")
    if list_length < 1 or not 0 <= floor <= 1:
        raise ValueError("list_length must be at least 1, and floor between 0 and 1")
    most = np.broadcast_to(np.asarray(capacity), scores.shape[1:])
    return np.clip(most, 0, len(scores)).astype(np.int32)


def _worthwhile(
    scores: NDArray[np.float32], list_length: int, most: Places, spreads: bool, random_state: int
) -> Pairs:
    """The pairs that an optimum may use, scaled to [0, 1].

    A list that skips more candidates than the others can fill would find one of them with room.
    """
    q, c = scores.shape
    least = int(most[most > 0].min())
    deep = min(c, (q * list_length - 1) // least + list_length, max(list_length, MOST_PAIRS // q))
    scaled = np.where((most > 0) & np.isfinite(scores), scores, -np.inf).astype(np.float32)
    known = scaled > -np.inf
    low, high = scaled.min(where=known, initial=np.inf), scaled.max(where=known, initial=-np.inf)
    scaled = (scaled - low) / (high - low if high > low else 1.0)
    rng = np.random.default_rng(random_state)
    scaled += (np.add.outer(rng.random(q), rng.random(c)) % 1.0 * TIE).astype(np.float32)
    column = np.argpartition(-scaled, deep - 1, axis=1)[:, :deep].ravel()
    row = np.repeat(np.arange(q), deep)
    if spreads:
        offered = min(q, OFFERED)
        row = np.append(row, np.argpartition(-scaled, offered - 1, axis=0)[:offered].ravel())
        column = np.append(column, np.tile(np.arange(c), offered))
    value = scaled[row, column]
    kept = np.flatnonzero(value > -np.inf)
    places = np.full(q, list_length, dtype=np.int32)
    return sorted_pairs(row[kept], column[kept], value[kept], kept, places, most)


def _covering(
    pairs: Pairs, list_length: int, floor: float, alpha: float, n_candidates: int
) -> NDArray[np.bool_]:
    """The chosen pairs with the smallest bonus on a candidate's first place that brings the floor."""
    held = _held(pairs, list_length, alpha, 0.0)
    places = min(int(pairs.row_most.sum()), int((pairs.column_most > 0).sum()))
    wanted = min(floor * n_candidates, places)
    if _covered(pairs, held) >= wanted:
        return held
    low, high = 0.0, 1.0
    held = _held(pairs, list_length, alpha, high)
    for _ in range(BONUS_HALVINGS):
        bonus = (low + high) / 2
        tried = _held(pairs, list_length, alpha, bonus)
        if _covered(pairs, tried) >= wanted:
            high, held = bonus, tried
        else:
            low = bonus
    return held


def _covered(pairs: Pairs, held: NDArray[np.bool_]) -> int:
    return int((pairs.degrees(held)[1] > 0).sum())


def _held(pairs: Pairs, list_length: int, alpha: float, bonus: float) -> NDArray[np.bool_]:
    most = max(list_length, int(pairs.column_most.max()))
    first = pairs.starts[:-1][np.diff(pairs.starts) > 0]
    gain: Values = even_gains(most, alpha, float(pairs.values[first].mean()), 1, bonus).column
    # Where candidates have fewer places than the lists, some stay short: then nobody bids beyond what a place is worth.
    scarce = pairs.column_most.sum() < pairs.row_most.sum()
    filled = np.full(most + 2, 0.0 if scarce else FILLED)
    values = weighed(pairs.values, alpha)
    outcome = auction(
        (pairs.starts, pairs.columns, values), pairs.row_most, pairs.column_most, Gains(filled, gain), STEP
    )
    return outcome.held
