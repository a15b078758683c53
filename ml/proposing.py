"""Candidates widened until everybody with a feasible partner has one, then shared out. All by position: ids come last."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.allocation.auction import Ints
from ml.allocation.frames import spread_of
from ml.allocation.pairs import Ends, two_sided
from ml.allocation.solving import solve
from ml.eligibility import Eligibility
from ml.ranking import LARGE, Pairs
from ml.recommender import Recommender
from ml.returning import give_back

# In a large market, those whose lists were full look for a place and not for the best: out of so many beyond the list's
# length. At 100,000 it costs .03 % of the value, and halves the search.
FEW_MORE = 30


def propose(
    recommender: Recommender,
    capacity: pd.Series,
    k: int = 50,
    eligible: Eligibility | None = None,
    floor: int = 1,
    rounds: int = 6,
    alpha: float = 0.0,
    candidates: Pairs | None = None,
) -> pd.DataFrame:
    """Allocated pairs of all organizations: recommend, see who would be left out, widen their lists, allocate.

    Where a crowd shares the same few best partners, lists of k end before the crowd does. Those left without get lists
    among organizations that still have room, until nobody is left or nothing changes.

    Parameters
    ----------
    recommender : fitted
    capacity : Series, id -> most pairs of an organization; 0 while it pauses
    k : length of everyone's candidate list
    eligible : as in `Recommender.recommend`; pairs already seen are excluded there
    floor, alpha : as in `ml.allocate`
    rounds : times lists are widened at most
    candidates : everyone's list where it is known already, as from `Recommender.candidate_pairs`

    Returns
    -------
    DataFrame with id, candidate, score, forward, backward, as from `ml.allocate`.
    """
    candidates = recommender.candidate_pairs(k, eligible) if candidates is None else candidates
    index = recommender.index_
    most = capacity.reindex(index).fillna(0).clip(lower=0).to_numpy(dtype=np.int64)
    spread = spread_of(index, recommender.random_state)
    left_out_before = int(capacity.index.isin(index).sum())
    chosen = _chosen(candidates, most, spread, floor, alpha, only_floor=bool(floor))
    is_whole = not floor
    for _ in range(rounds if floor else 0):
        used = np.bincount(candidates.one[chosen], minlength=len(most))
        used += np.bincount(candidates.other[chosen], minlength=len(most))
        left_out, room = index[(used == 0) & (most > 0)], index[used < most]
        if not 0 < len(left_out) < left_out_before:
            break
        left_out_before = len(left_out)
        looked_at = k + FEW_MORE if len(index) >= LARGE else None
        wider = recommender.candidate_pairs(k, eligible, ids=left_out, among=room, looked_at=looked_at)
        if not len(wider.one):
            break
        columns = [getattr(candidates, name) for name in Pairs.__slots__]
        # One column is there twice at a time, and not all of them.
        del candidates
        for at, name in enumerate(Pairs.__slots__):
            columns[at] = np.concatenate([columns[at], getattr(wider, name)])
        candidates = Pairs(*columns)
        del columns, wider
        # Next to nobody is left out now: the answer itself tells who is.
        chosen, is_whole = _chosen(candidates, most, spread, floor, alpha), True
    if not is_whole:
        chosen = _chosen(candidates, most, spread, floor, alpha)
    return _frame(index, candidates, chosen)


def _chosen(
    candidates: Pairs,
    most: Ints,
    spread: NDArray[np.float64],
    floor: int,
    alpha: float,
    *,
    only_floor: bool = False,
) -> NDArray[np.int64]:
    """Places of the candidates that are allocated, in the order of who they are."""
    chance = candidates.forward.astype(np.float64)
    chance *= candidates.backward
    pairs, _, _ = two_sided(Ends(candidates.one, candidates.other, chance), most, spread)
    del chance
    give_back()
    return np.asarray(pairs.origin[solve(pairs, floor, alpha, only_floor)], dtype=np.int64)


def _frame(index: pd.Index, candidates: Pairs, at: NDArray[np.int64]) -> pd.DataFrame:
    """Candidates with their ids, best first; equal scores keep their order."""
    at = at[np.argsort(-candidates.score[at], kind="stable")]
    return pd.DataFrame(
        {
            "id": index.take(candidates.one[at]),
            "candidate": index.take(candidates.other[at]),
            "score": candidates.score[at],
            "forward": candidates.forward[at],
            "backward": candidates.backward[at],
        }
    )
