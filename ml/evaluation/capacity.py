"""Lists of k in which no candidate comes more often than its capacity: the best assignment of a model's own scores.

An ascending auction: queries bid for the candidates that are worth most to them net of prices, a full candidate drops
its lowest bid. It ends within (queries x k x step) of the highest sum of scores (Bertsekas 1988, "The auction
algorithm"; Kelso and Crawford 1982, for bidders who take several). A bonus on the first list of each candidate spreads
the lists over more candidates: the supply of a candidate then has two prices.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ml.evaluation.metrics import Lists, Values, coverage, exposure

# Of the span of utilities: the auction's step, and how fine the bonus is sought.
STEP = 5e-4
BONUS_HALVINGS = 10
# An empty place is worth less than the worst candidate. Prices only rise, so a query that leaves one empty is done with it.
EMPTY = -2.0


def capped(utility: Values, k: int, capacity: int, floor: float = 0.0) -> Lists:
    """The lists of highest total utility under the capacity.

    Parameters
    ----------
    utility : (q, c) float64, -inf where a pair may not be shown
    k : length of a list
    capacity : most lists of one candidate
    floor : share of candidates to be in at least one list, where places permit; the smallest bonus that does it is used

    Returns
    -------
    (q, k) columns by falling utility, -1 where the capacities left nothing
    """
    allowed = np.isfinite(utility)
    low, high = utility[allowed].min(initial=0.0), utility[allowed].max(initial=0.0)
    span = float(high - low) or 1.0
    scaled = np.where(allowed, (utility - low) / span, -np.inf)
    lists = _assigned(scaled, k, capacity, 0.0)
    wanted = min(floor, lists.size / utility.shape[1]) if floor else 0.0
    if coverage(exposure(lists, utility.shape[1])) >= wanted:
        return lists
    low_bonus, high_bonus = 0.0, 1.0
    for _ in range(BONUS_HALVINGS):
        bonus = (low_bonus + high_bonus) / 2
        tried = _assigned(scaled, k, capacity, bonus)
        if coverage(exposure(tried, utility.shape[1])) >= wanted:
            high_bonus, lists = bonus, tried
        else:
            low_bonus = bonus
    return lists if high_bonus < 1.0 else _assigned(scaled, k, capacity, 1.0)


def _assigned(scaled: Values, k: int, capacity: int, bonus: float) -> Lists:
    q, c = scaled.shape
    # A query that skips this many better candidates would find one of them neither full nor its own.
    enough = c if bonus else min(c, (q * k - 1) // capacity + k)
    columns = np.argpartition(-scaled, enough - 1, axis=1)[:, :enough]
    values = np.take_along_axis(scaled, columns, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    columns, values = np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1)
    held = _auction(values, columns.astype(np.int64), c, min(k, enough), capacity, bonus, STEP)
    lists = np.full((q, k), -1, dtype=np.int64)
    # Columns are sorted by value, so each query's places come best first.
    row, at = np.nonzero(held)
    place = np.arange(len(row)) - np.searchsorted(row, row)
    lists[row, place] = columns[row, at]
    return lists


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _auction(
    values: Values, columns: Lists, n_candidates: int, k: int, capacity: int, bonus: float, step: float
) -> NDArray[np.bool_]:
    """(q, m) bool, which of each query's m candidates it holds in the end."""
    q, m = values.shape
    held = np.zeros((q, m), np.bool_)
    n_held = np.zeros(q, np.int64)
    bidders = np.full((n_candidates, capacity), -1, np.int64)
    places = np.full((n_candidates, capacity), -1, np.int64)
    bids = np.zeros((n_candidates, capacity), np.float64)
    count = np.zeros(n_candidates, np.int64)
    price = np.full(n_candidates, -bonus)
    waiting, waits, n_waiting = np.arange(q), np.ones(q, np.bool_), q
    best_at, best_net = np.empty(k + 1, np.int64), np.empty(k + 1, np.float64)
    while n_waiting:
        n_waiting -= 1
        query = waiting[n_waiting]
        waits[query] = False
        need = k - n_held[query]
        found = _best_net(values[query], columns[query], held[query], price, bonus, need, best_at, best_net)
        next_best = best_net[need] if found > need else EMPTY
        for taken in range(min(found, need)):
            at = best_at[taken]
            column = columns[query, at]
            slot = _slot(bids[column], count[column], capacity)
            loser = bidders[column, slot]
            if loser < 0:
                count[column] += 1
            else:
                held[loser, places[column, slot]] = False
                n_held[loser] -= 1
                if not waits[loser]:
                    waits[loser], waiting[n_waiting] = True, loser
                    n_waiting += 1
            bidders[column, slot], places[column, slot] = query, at
            bids[column, slot] = price[column] + best_net[taken] - next_best + step
            held[query, at] = True
            n_held[query] += 1
            price[column] = _price(bids[column], count[column], capacity)
    return held


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _best_net(
    values: Values,
    columns: Lists,
    held: NDArray[np.bool_],
    price: Values,
    bonus: float,
    need: int,
    best_at: Lists,
    best_net: Values,
) -> int:
    """Write the best need + 1 candidates net of prices, best first; how many there are."""
    found = 0
    for at in range(len(values)):
        if found == need + 1 and values[at] + bonus <= best_net[need]:
            break
        net = values[at] - price[columns[at]]
        if held[at] or net <= EMPTY or (found == need + 1 and net <= best_net[need]):
            continue
        place = min(found, need)
        while place > 0 and best_net[place - 1] < net:
            best_net[place], best_at[place] = best_net[place - 1], best_at[place - 1]
            place -= 1
        best_net[place], best_at[place] = net, at
        found = min(found + 1, need + 1)
    return found


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _slot(bids: Values, count: int, capacity: int) -> int:
    """Where a new bid goes: a free place, or over the lowest bid; the first place is cheap until it is dear."""
    if count == capacity:
        return int(np.argmin(bids))
    return 0 if count == 1 and bids[0] < 0 else count


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _price(bids: Values, count: int, capacity: int) -> float:
    """What the next list costs: the bid to beat, or nothing while there is room."""
    if count == capacity:
        return float(bids.min())
    return min(bids[0], 0.0) if count == 1 else 0.0
