"""Candidates widened until everybody with a feasible partner has one, then shared out."""

from __future__ import annotations

import pandas as pd

from ml.allocation import allocate, promise
from ml.eligibility import Eligibility
from ml.recommender import Recommender


def propose(
    recommender: Recommender,
    capacity: pd.Series,
    k: int = 50,
    eligible: Eligibility | None = None,
    floor: int = 1,
    rounds: int = 6,
    alpha: float = 0.0,
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

    Returns
    -------
    DataFrame with id, candidate, score, forward, backward, as from `ml.allocate`.
    """
    candidates = recommender.recommend(k=k, eligible=eligible)
    capacity = capacity[capacity.index.isin(recommender.index_)].fillna(0).clip(lower=0).astype(int)
    seed = recommender.random_state
    left_out_before = len(capacity)
    for _ in range(rounds if floor else 0):
        promised = promise(candidates, capacity, floor, seed)
        used = pd.concat([promised["id"], promised["candidate"]]).value_counts()
        left = capacity - used.reindex(capacity.index, fill_value=0)
        left_out, room = left.index[(left == capacity) & (left > 0)], left.index[left > 0]
        if not 0 < len(left_out) < left_out_before:
            break
        left_out_before = len(left_out)
        wider = recommender.recommend(ids=left_out, k=k, eligible=eligible, among=room)
        if wider.empty:
            break
        candidates = pd.concat([candidates, wider], ignore_index=True)
    return allocate(candidates, capacity, floor, alpha, seed)
