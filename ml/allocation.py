"""From candidates to proposals: shared attention under everybody's capacity, nobody feasible left out.

The floor is a many-to-one deferred acceptance (Gale and Shapley 1962): the larger side proposes down its lists, the
other side holds its best up to capacity, then those of the other side still without a partner propose in turn. The
rest of the capacity is filled greedily by score.
"""

from __future__ import annotations

import heapq

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order, connected_components

_CARRIED = ("score", "forward", "backward")


class _Market:
    """Distinct undirected pairs, best first, with the capacity of both ends."""

    def __init__(self, candidates: pd.DataFrame, capacity: pd.Series) -> None:
        missing = [column for column in ("id", "candidate", "score") if column not in candidates.columns]
        if missing:
            raise ValueError(f"candidates lack the columns {', '.join(missing)}")
        if not capacity.index.is_unique:
            raise ValueError("capacity names an organization twice")
        one = capacity.index.get_indexer(pd.Index(candidates["id"]))
        other = capacity.index.get_indexer(pd.Index(candidates["candidate"]))
        score = candidates["score"].to_numpy(dtype=np.float64)
        if np.isnan(score).any():
            raise ValueError("candidates have scores that are not numbers")
        low, high = np.minimum(one, other), np.maximum(one, other)
        row = np.flatnonzero((low >= 0) & (low != high))
        row = row[np.lexsort((row, high[row], low[row], -score[row]))]
        key = low[row] * len(capacity) + high[row]
        # np.unique keeps the first of equal keys: a pair's best row.
        first = np.sort(np.unique(key, return_index=True)[1])
        self.row, self.key = row[first], key[first]
        self.one, self.other = one[self.row], other[self.row]
        self.score = score[self.row]
        self.left = capacity.fillna(0).to_numpy(dtype=np.int64).clip(min=0).tolist()
        self.chosen = np.zeros(len(self.row), dtype=bool)
        self.degree = [0] * len(self.left)

    def pairs(self, candidates: pd.DataFrame) -> pd.DataFrame:
        """The chosen rows of the frame the market was made of, best first."""
        columns = ["id", "candidate", *(column for column in _CARRIED if column in candidates.columns)]
        return candidates[columns].iloc[self.row[self.chosen]].reset_index(drop=True)

    def take(self, edge: int) -> None:
        self.chosen[edge] = True
        for end in (self.one[edge], self.other[edge]):
            self.left[end] -= 1
            self.degree[end] += 1

    def lists(self) -> list[list[int]]:
        """Edges of each organization, best first."""
        lists: list[list[int]] = [[] for _ in self.left]
        for edge, (one, other) in enumerate(zip(self.one.tolist(), self.other.tolist(), strict=True)):
            lists[one].append(edge)
            lists[other].append(edge)
        return lists


def allocate(candidates: pd.DataFrame, capacity: pd.Series, floor: int = 1) -> pd.DataFrame:
    """Choose pairs by score so that nobody exceeds a capacity and everybody with a feasible partner has `floor`.

    Parameters
    ----------
    candidates : frame with id, candidate, score and maybe forward, backward; undirected pairs between two sides (a pair
        may come in both directions: its best row counts)
    capacity : Series, id -> most pairs of an organization; ids it does not name get nothing
    floor : pairs promised to everyone before attention goes to the best scores, where capacities permit

    Returns
    -------
    DataFrame with id, candidate, score (and forward, backward when given), best first; the same for the same input.

    Raises
    ------
    ValueError
        When a column is missing, a score is NaN, capacity names an id twice, or pairs are not between two sides.
    """
    market = _Market(candidates, capacity)
    _promise(market, floor)
    _fill(market)
    return market.pairs(candidates)


def promise(candidates: pd.DataFrame, capacity: pd.Series, floor: int = 1) -> pd.DataFrame:
    """The floor alone: as `allocate`, without filling the capacity that remains."""
    market = _Market(candidates, capacity)
    _promise(market, floor)
    return market.pairs(candidates)


def fill(candidates: pd.DataFrame, capacity: pd.Series, promised: pd.DataFrame) -> pd.DataFrame:
    """Promised pairs, and the best of the others that capacities still permit; as from `allocate`."""
    pairs = pd.concat([promised, candidates], ignore_index=True)
    market = _Market(pairs, capacity)
    for edge in np.flatnonzero(np.isin(market.key, _Market(promised, capacity).key)).tolist():
        market.take(edge)
    _fill(market)
    return market.pairs(pairs)


def _promise(market: _Market, floor: int) -> None:
    if len(market.row):
        for _ in range(floor):
            _give_everyone_one(market)


def _give_everyone_one(market: _Market) -> None:
    """One more pair for everybody, the larger side first; then for those of the other side left with fewer."""
    sides = _two_sides(market)
    lists = market.lists()
    wanted = min(market.degree[end] for end in range(len(lists)) if lists[end]) + 1 if any(lists) else 0
    for side in sorted((0, 1), key=lambda side: -int((sides == side).sum())):
        seekers = [
            end
            for end in np.flatnonzero(sides == side).tolist()
            if lists[end] and market.degree[end] < wanted
        ]
        for edge in _deferred_acceptance(market, seekers, lists):
            market.take(edge)


def _two_sides(market: _Market) -> NDArray[np.int64]:
    """(n,) 0 or 1 for the two ends of every pair, -1 for organizations in none."""
    n = len(market.left)
    graph = sparse.csr_array((np.ones(len(market.row)), (market.one, market.other)), shape=(n, n))
    _, component = connected_components(graph, directed=False)
    _, roots = np.unique(component, return_index=True)
    # One more node, tied to the first of every component, lets a single search reach them all.
    links = sparse.csr_array((np.ones(len(roots)), (np.full(len(roots), n), roots)), shape=(n + 1, n + 1))
    graph.resize((n + 1, n + 1))
    order, parent = breadth_first_order(graph + links, n, directed=False)
    depth = np.zeros(n + 1, dtype=np.int64)
    for node in order[1:].tolist():
        depth[node] = depth[parent[node]] + 1
    sides = depth[:n] % 2
    if (sides[market.one] == sides[market.other]).any():
        raise ValueError("pairs must be between two sides, such as two countries")
    paired = np.zeros(n, dtype=bool)
    paired[market.one] = paired[market.other] = True
    return np.where(paired, sides, -1)


def _deferred_acceptance(market: _Market, seekers: list[int], lists: list[list[int]]) -> list[int]:
    """Edges that give as many seekers as possible along their lists one partner, partners keeping their best."""
    held: dict[int, list[tuple[float, int, int]]] = {}
    at = dict.fromkeys(seekers, 0)
    open_seekers = [seeker for seeker in reversed(seekers) if market.left[seeker] > 0]
    ones, others, scores, chosen = (
        market.one.tolist(),
        market.other.tolist(),
        market.score.tolist(),
        market.chosen,
    )
    while open_seekers:
        seeker = open_seekers.pop()
        while at[seeker] < len(lists[seeker]):
            edge = lists[seeker][at[seeker]]
            at[seeker] += 1
            partner = others[edge] if ones[edge] == seeker else ones[edge]
            if market.left[partner] <= 0 or chosen[edge]:
                continue
            heap = held.setdefault(partner, [])
            offer = (scores[edge], -edge, seeker)
            if len(heap) < market.left[partner]:
                heapq.heappush(heap, offer)
                break
            worst = heapq.heappushpop(heap, offer)
            if worst is not offer:
                open_seekers.append(worst[2])
                break
    return sorted(-edge for heap in held.values() for _, edge, _ in heap)


def _fill(market: _Market) -> None:
    """Greedy by score: an edge is taken when both ends have capacity left."""
    left, chosen = market.left, market.chosen
    for edge, (one, other) in enumerate(zip(market.one.tolist(), market.other.tolist(), strict=True)):
        if left[one] > 0 and left[other] > 0 and not chosen[edge]:
            market.take(edge)
