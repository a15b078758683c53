"""An ascending auction over sparse pairs with a capacity at both ends.

Rows bid for columns that are worth most to them net of prices; a full column drops its lowest bid (Bertsekas 1988, "The
auction algorithm: a distributed relaxation method for the assignment problem"; Kelso and Crawford 1982, for bidders that
take several). Each organization also has a gain that falls with every further pair, so the supply of a column has rising
reserve prices and the demand of a row a rising threshold: the first pair may be worth more than the fifth. Such gains keep
the bidders' demand one of gross substitutes, and the auction ends within `step` a pair of the optimum. Prices prove it:
`bound` is the dual value at any prices, and no allocation is worth more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Places = NDArray[np.int32]
Values = NDArray[np.float64]

compiled = numba.njit(cache=True, nogil=True)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an auction ends with.

    Attributes
    ----------
    held : (e,) bool, the chosen pairs
    price : (m,) float64, what one more pair costs at each column
    level : (n,) float64, what one more pair must be worth to each row, net of its price
    """

    held: NDArray[np.bool_]
    price: Values
    level: Values


@dataclass(frozen=True, slots=True)
class Gains:
    """What the k-th pair of an organization is worth beside its value: (most + 2,) float64 that fall with k, from k = 1.

    `row[0]` and `column[0]` are not read.
    """

    row: Values
    column: Values


def auction(
    pairs: tuple[Ints, Places, NDArray[np.float32]],
    row_most: Places,
    column_most: Places,
    gains: Gains,
    step: float,
) -> Outcome:
    """Pairs of nearly the highest total of values and gains.

    Parameters
    ----------
    pairs : starts (n + 1,), columns (e,) and values (e,) of each row's pairs, the best first
    row_most, column_most : (n,) and (m,) int32, capacities
        at least 1 for each that has pairs
    gains : of the k-th pair
    step : least raise of a bid; the total is within ``step`` times the number of pairs of the optimum
    """
    starts, columns, values = pairs
    slots = np.concatenate([[0], np.cumsum(column_most, dtype=np.int64)])
    held = np.zeros(len(columns), dtype=np.bool_)
    price = np.full(len(column_most), -gains.column[1], dtype=np.float64)
    level = np.zeros(len(row_most), dtype=np.float64)
    _bid(starts, columns, values, row_most, slots, gains.row, gains.column, step, held, price)
    _levels(starts, columns, values, row_most, gains.row, held, price, level)
    return Outcome(held, price, level)


@compiled
def _bid(starts, columns, values, row_most, slots, row_gain, column_gain, step, held, price):  # type: ignore[no-untyped-def]
    """Let rows bid until none wants more; writes `held` and `price`.

    Who lost a place waits behind all others: bidding again at once raised prices in many more, smaller steps.
    """
    n = len(row_most)
    n_held, count = np.zeros(n, np.int32), np.zeros(len(price), np.int32)
    heaps = np.empty(slots[-1], np.float64), np.empty(slots[-1], np.int32), np.empty(slots[-1], np.int64)
    waits, waiting, first, n_waiting = np.ones(n, np.bool_), np.arange(n), 0, n
    most = row_most.max() if n else 0
    best = np.empty(most + 1, np.int64), np.empty(most + 1, np.float64)
    while n_waiting:
        row = waiting[first]
        first, n_waiting = (first + 1) % n, n_waiting - 1
        waits[row] = False
        have = n_held[row]
        need = row_most[row] - have
        if need <= 0:
            continue
        pairs = starts[row], starts[row + 1]
        found = _best_net(
            pairs, columns, values, held, price, need, -row_gain[have + 1], column_gain[1], best
        )
        taken, fallback = _wanted(best[1], found, need, row_gain, have)
        for at in best[0][:taken]:
            bid = values[at] - fallback + step
            loser = _sell(columns[at], bid, row, at, slots, column_gain, heaps, count, held, price)
            n_held[row] += 1
            if loser >= 0:
                n_held[loser] -= 1
                if not waits[loser]:
                    waits[loser], waiting[(first + n_waiting) % n] = True, loser
                    n_waiting += 1


@compiled
def _best_net(pairs, columns, values, held, price, need, lowest, subsidy, best):  # type: ignore[no-untyped-def]
    """Write the best need + 1 of a row's pairs, net of prices and above `lowest`, best first; how many there are.

    No price is below minus `subsidy`, and values fall along a row.
    """
    found = 0
    best_at, best_net = best
    for at in range(pairs[0], pairs[1]):
        if values[at] + subsidy <= lowest:
            break
        net = values[at] - price[columns[at]]
        if held[at] or net <= lowest:
            continue
        place = min(found, need)
        while place > 0 and best_net[place - 1] < net:
            best_net[place], best_at[place] = best_net[place - 1], best_at[place - 1]
            place -= 1
        best_net[place], best_at[place] = net, at
        found = min(found + 1, need + 1)
        if found > need:
            lowest = best_net[need]
    return found


@compiled
def _wanted(best_net, found, need, row_gain, have):  # type: ignore[no-untyped-def]
    """How many of the best pairs a row takes, and the net value of the next best thing to the last of them."""
    taken = 0
    while taken < min(found, need) and best_net[taken] + row_gain[have + taken + 1] > 0:
        taken += 1
    fallback = -row_gain[have + taken]
    if found > taken:
        fallback = max(fallback, best_net[taken])
    return taken, fallback


@compiled
def _sell(column, bid, row, at, slots, column_gain, heaps, count, held, price):  # type: ignore[no-untyped-def]
    """Give a row a place at a column: a free one, or that of the lowest bid, whose row is returned; else -1.

    A further place is opened only when no place is cheaper to take over.
    """
    bids, bidders, places = heaps
    first, size = slots[column], count[column]
    room = first + size < slots[column + 1]
    loser = -1
    if room and (size == 0 or bids[first] >= -column_gain[size + 1]):
        count[column] += 1
        _rise(bids, bidders, places, first, size, bid, row, at)
    else:
        loser = bidders[first]
        held[places[first]] = False
        _sink(bids, bidders, places, first, size, bid, row, at)
    held[at] = True
    price[column] = bids[first]
    if first + count[column] < slots[column + 1]:
        price[column] = min(price[column], -column_gain[count[column] + 1])
    return loser


@compiled
def _rise(bids, bidders, places, first, size, bid, row, at):  # type: ignore[no-untyped-def]
    """Put a bid into the heap of a column, the lowest at the top; it held `size`."""
    child = size
    while child > 0:
        parent = (child - 1) // 2
        if bids[first + parent] <= bid:
            break
        bids[first + child] = bids[first + parent]
        bidders[first + child] = bidders[first + parent]
        places[first + child] = places[first + parent]
        child = parent
    bids[first + child], bidders[first + child], places[first + child] = bid, row, at


@compiled
def _sink(bids, bidders, places, first, size, bid, row, at):  # type: ignore[no-untyped-def]
    """Put a bid into the place of the lowest."""
    parent = 0
    while True:
        child = 2 * parent + 1
        if child >= size:
            break
        if child + 1 < size and bids[first + child + 1] < bids[first + child]:
            child += 1
        if bids[first + child] >= bid:
            break
        bids[first + parent] = bids[first + child]
        bidders[first + parent] = bidders[first + child]
        places[first + parent] = places[first + child]
        parent = child
    bids[first + parent], bidders[first + parent], places[first + parent] = bid, row, at


@compiled
def _levels(starts, columns, values, row_most, row_gain, held, price, level):  # type: ignore[no-untyped-def]
    """The best net value that a row does not have, at least what its last pair had to bring."""
    for row in range(len(row_most)):
        have, best = 0, -np.inf
        for at in range(starts[row], starts[row + 1]):
            if held[at]:
                have += 1
            else:
                best = max(best, values[at] - price[columns[at]])
        level[row] = max(best, -row_gain[have]) if have else best


def bound(
    pairs: tuple[Ints, Places, NDArray[np.float32]],
    row_most: Places,
    column_most: Places,
    gains: Gains,
    price: Values,
) -> float:
    """No allocation is worth more than this: the value of the linear program's dual at these prices."""
    starts, columns, values = pairs
    return float(_bound(starts, columns, values, row_most, column_most, gains.row, gains.column, price))


@compiled
def _bound(starts, columns, values, row_most, column_most, row_gain, column_gain, price):  # type: ignore[no-untyped-def]
    sum_ = 0.0
    for column in range(len(price)):
        k = 1
        while k <= column_most[column] and price[column] + column_gain[k] > 0:
            sum_ += price[column] + column_gain[k]
            k += 1
    for row in range(len(row_most)):
        part = slice(starts[row], starts[row + 1])
        nets = np.sort(values[part] - price[columns[part]])[::-1]
        k = 1
        while k <= row_most[row] and nets[k - 1] + row_gain[k] > 0:
            sum_ += nets[k - 1] + row_gain[k]
            k += 1
    return sum_
