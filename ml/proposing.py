"""Candidates widened until everybody with a feasible partner has one, then shared out."""

from __future__ import annotations

import pandas as pd

from ml.allocation import allocate
from ml.eligibility import Eligibility
from ml.recommender import Recommender


def propose(
    recommender: Recommender,
    capacity: pd.Series,
    k: int = 50,
    eligible: Eligibility | None = None,
    floor: int = 1,
    rounds: int = 6,
) -> pd.DataFrame:
    """Allocated pairs of all organizations: recommend, see who would be left out, widen their lists, allocate.

    Where a crowd shares the same few best partners, lists of k end before the crowd does. Those left without get lists
    among organizations that still have room, until nobody is left or nothing changes.

    Parameters
    ----------
    recommender : fitted
    capacity : Series, id -> most pairs of an organization
    k : length of everyone's candidate list
    eligible, floor : as in `Recommender.recommend` and `allocate`
    rounds : times lists are widened at most

    Returns
    -------
    DataFrame with id, candidate, score, forward, backward, as from `allocate`.
    """
    candidates = recommender.recommend(k=k, eligible=eligible)
    willing = capacity[capacity.fillna(0) > 0]
    willing = willing[willing.index.isin(recommender.index_)]
    left_before = len(willing) + 1
    for _ in range(rounds if floor else 0):
        promised = allocate(candidates, capacity, floor, fill=False)
        used = pd.concat([promised["id"], promised["candidate"]]).value_counts().reindex(willing.index, fill_value=0)
        left_out, room = willing.index[used == 0], willing.index[used < willing]
        if len(left_out) in (0, left_before):
            break
        left_before = len(left_out)
        wider = recommender.recommend(ids=left_out, k=k, eligible=eligible, among=room)
        candidates = pd.concat([candidates, wider], ignore_index=True)
    return allocate(candidates, capacity, floor)
