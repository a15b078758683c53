"""Everybody who can have a pair gets one, at the least loss: shortest augmenting paths on an auction's prices.

For each organization without a pair, the cheapest chain of changes that gives it one and leaves nobody with too few:
Dijkstra's search with reduced costs from the prices, which it then brings up to date (successive shortest paths; Ahuja,
Magnanti and Orlin 1993, chapter 9). Where some organization cannot be reached, so cannot all that its search came by,
and nobody searches there again. Serving first the one side and then the other reaches the most of both (the theorem of
supply and demand, Ford and Fulkerson 1962).
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from ml.allocation.auction import Gains, Ints, Outcome, Places, compiled
from ml.allocation.pairs import Pairs, counted


def cover(pairs: Pairs, outcome: Outcome, gains: Gains, least: int) -> NDArray[np.bool_]:
    """(e,) bool: `outcome` changed so that as many as can have `least` pairs, with as little loss as can be."""
    held = outcome.held.copy()
    row_of = np.repeat(np.arange(len(pairs.row_most), dtype=np.int32), np.diff(pairs.starts))
    by_column = counted(pairs.columns, len(pairs.column_most))
    column_degree = np.bincount(pairs.columns, minlength=len(pairs.column_most))
    column_starts = np.concatenate([[0], np.cumsum(column_degree)])
    degrees = tuple(degree.astype(np.int64) for degree in pairs.degrees(held))
    rows = (
        pairs.starts,
        np.arange(len(row_of), dtype=by_column.dtype),
        row_of,
        pairs.row_most,
        gains.row,
        outcome.level.copy(),
    )
    columns = (
        column_starts,
        by_column,
        pairs.columns,
        pairs.column_most,
        gains.column,
        outcome.price.copy(),
    )
    # One place more than anybody's most: along a chain what comes is added before what goes is taken away.
    slots = tuple(
        _slots(held, side[2], np.concatenate([[0], np.cumsum(side[3] + np.int64(1), dtype=np.int64)]))
        for side in (rows, columns)
    )
    for enough in range(1, least + 1):
        for here, there in ((0, 1), (1, 0)):
            sides = (rows, columns)[here], (rows, columns)[there]
            _serve(
                *sides,
                held,
                pairs.values,
                (degrees[here], degrees[there]),
                (slots[here], slots[there]),
                enough,
            )
    return held


def _slots(held: NDArray[np.bool_], end: Places, starts: Ints) -> tuple[Ints, Ints]:
    """Room for each organization's chosen pairs, and the pairs in it."""
    chosen = np.flatnonzero(held)
    chosen = chosen[np.argsort(end[chosen], kind="stable")]
    ends = end[chosen]
    room = np.full(int(starts[-1]), -1, dtype=np.int64)
    room[starts[ends] + np.arange(len(ends)) - np.searchsorted(ends, ends)] = chosen
    return starts, room


@compiled
def _serve(here, there, held, values, degrees, slots, least):  # type: ignore[no-untyped-def]
    """Give each organization `here` that has fewer than `least` pairs one more, where a chain of changes can."""
    n, m = len(here[3]), len(there[3])
    dist = np.full(n + m, np.inf)
    via = np.full(n + m, -1, np.int64)
    dead = np.zeros(m, np.bool_)
    for start in range(n):
        if degrees[0][start] >= least or here[3][start] < least:
            continue
        touched = [start]
        paths = dist, via, touched
        last, total = _search(here, there, held, values, degrees, slots[1], least, start, paths, dead)
        _settle(touched, n, dist, total, here[5], there[5], dead)
        if last >= 0:
            _change(here[2], there[2], held, degrees, slots, start, last, via, n)
        for node in touched:
            dist[node], via[node] = np.inf, -1


@compiled
def _settle(touched, n, dist, total, level, price, dead):  # type: ignore[no-untyped-def]
    """Bring prices up to date with a chain of this length; without one, note where nobody need search again."""
    for node in touched:
        if total == np.inf:
            if node >= n:
                dead[node - n] = True
        elif dist[node] < total:
            if node < n:
                level[node] += dist[node] - total
            else:
                price[node - n] += total - dist[node]


@compiled
def _search(here, there, held, values, degrees, slots, least, start, paths, dead):  # type: ignore[no-untyped-def]
    """The end of the cheapest chain, and its length; -1 and infinity when there is none. Writes `paths`."""
    n = len(here[3])
    dist = paths[0]
    last, total = -1, np.inf
    dist[start] = 0.0
    heap = [(0.0, start)]
    while heap:
        far, node = heapq.heappop(heap)
        if far >= total:
            break
        if far > dist[node]:
            continue
        if node < n:
            length = far + _end_here(here, node, degrees[0][node], least, start)
            _add_pairs(here, there, held, values, node, far, min(total, length), paths, dead, heap)
        else:
            length = far + _end_there(there, node - n, degrees[1][node - n])
            chosen = slots[1][slots[0][node - n] : slots[0][node - n] + degrees[1][node - n]]
            _drop_pairs(here, there, values, chosen, node - n, far, min(total, length), paths, heap)
        if length < total:
            last, total = node, length
    return last, total


@compiled
def _end_here(here, node, degree, least, start):  # type: ignore[no-untyped-def]
    """What it costs that an organization here is left with one pair fewer; infinite when it needs them."""
    if node == start or degree <= least:
        return np.inf
    return max(0.0, here[5][node] + here[4][degree])


@compiled
def _end_there(there, other, degree):  # type: ignore[no-untyped-def]
    """What it costs that an organization there has one pair more; infinite when it has no room."""
    if degree >= there[3][other]:
        return np.inf
    return max(0.0, -there[4][degree + 1] - there[5][other])


@compiled
def _add_pairs(here, there, held, values, node, far, total, paths, dead, heap):  # type: ignore[no-untyped-def]
    """Go on to those whom an organization here might have as well."""
    for at in range(here[0][node], here[0][node + 1]):
        pair = here[1][at]
        other = np.int64(there[2][pair])
        if not held[pair] and not dead[other]:
            length = far + max(0.0, here[5][node] + there[5][other] - values[pair])
            if length < total:
                _reach(len(here[3]) + other, length, pair, paths, heap)


@compiled
def _drop_pairs(here, there, values, chosen, other, far, total, paths, heap):  # type: ignore[no-untyped-def]
    """Go on to those whom an organization there might give up."""
    for pair in chosen:
        back = np.int64(here[2][pair])
        length = far + max(0.0, values[pair] - here[5][back] - there[5][other])
        if length < total:
            _reach(back, length, pair, paths, heap)


@compiled
def _reach(node, length, pair, paths, heap):  # type: ignore[no-untyped-def]
    dist, via, touched = paths
    if length < dist[node]:
        if dist[node] == np.inf:
            touched.append(node)
        dist[node], via[node] = length, pair
        heapq.heappush(heap, (length, node))


@compiled
def _change(here_of, there_of, held, degrees, slots, start, last, via, n):  # type: ignore[no-untyped-def]
    """Turn the pairs along a chain, from its end."""
    node = last
    while node != start:
        pair = via[node]
        here, there = np.int64(here_of[pair]), np.int64(there_of[pair])
        if node < n:
            held[pair] = False
            _remove(slots[0], degrees[0], here, pair)
            _remove(slots[1], degrees[1], there, pair)
            node = n + there
            # What comes to this organization is added before its next pair goes.
            added = via[node]
            held[added] = True
            _add(slots[1], degrees[1], there, added)
            _add(slots[0], degrees[0], here_of[added], added)
            node = np.int64(here_of[added])
        else:
            held[pair] = True
            _add(slots[0], degrees[0], here, pair)
            _add(slots[1], degrees[1], there, pair)
            node = here


@compiled
def _remove(slots, degree, end, pair):  # type: ignore[no-untyped-def]
    first = slots[0][end]
    degree[end] -= 1
    for at in range(first, first + degree[end]):
        if slots[1][at] == pair:
            slots[1][at] = slots[1][first + degree[end]]
            break


@compiled
def _add(slots, degree, end, pair):  # type: ignore[no-untyped-def]
    slots[1][slots[0][end] + degree[end]] = pair
    degree[end] += 1
