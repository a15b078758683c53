"""Ids to positions and lists of positions back to frames of ids."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.ranking import Pairs, TopK

# Lists that are made flat at a time.
_TOGETHER = 50_000


def positions_of(index: pd.Index, ids: Sequence[Hashable]) -> NDArray[np.intp]:
    """(n,) where ids stand in an index.

    Raises
    ------
    KeyError
        When an id is not known.
    """
    if not ids:
        return np.empty(0, dtype=np.intp)
    found = index.get_indexer(pd.Index(list[Any](ids)))
    if (found < 0).any():
        raise KeyError(ids[int(np.argmax(found < 0))])
    return np.asarray(found, dtype=np.intp)


def frame_of(index: pd.Index, lists: list[tuple[NDArray[np.intp], TopK]]) -> pd.DataFrame:
    """Lists of positions as one frame of ids with rank, score, forward and backward, in the order of `index`."""
    found, rank = _flat(lists)
    return pd.DataFrame(
        {
            "id": index.take(found.one),
            "candidate": index.take(found.other),
            "rank": rank,
            "score": found.score,
            "forward": found.forward,
            "backward": found.backward,
        }
    )


def pairs_of(lists: list[tuple[NDArray[np.intp], TopK]]) -> Pairs:
    """Lists of positions as pairs, by the position whose list it is and rank; positions are int32."""
    return _flat(lists)[0]


def _flat(lists: list[tuple[NDArray[np.intp], TopK]]) -> tuple[Pairs, NDArray[np.int32]]:
    """Pairs and their ranks from 1. Lists are written where they belong one chunk at a time: there are tens of millions."""
    lists = lists or [(np.empty(0, dtype=np.intp), TopK.empty())]
    order = np.concatenate([positions for positions, _ in lists])
    lengths = np.concatenate([(top.partner >= 0).sum(axis=1) for _, top in lists])
    by_position = np.argsort(order, kind="stable")
    begin = np.empty(len(order), dtype=np.int64)
    begin[by_position] = np.cumsum(lengths[by_position]) - lengths[by_position]
    size = int(lengths.sum())
    one, other, rank = (np.empty(size, dtype=np.int32) for _ in range(3))
    score, forward, backward = (np.empty(size, dtype=np.float32) for _ in range(3))
    first = 0
    for positions, top in lists:
        for start in range(0, len(positions), _TOGETHER):
            part = slice(start, start + _TOGETHER)
            row, place = np.nonzero(top.partner[part] >= 0)
            # Lists have their empty places at the end.
            at = begin[first + start + row] + place
            one[at], rank[at] = positions[part][row], place + 1
            other[at] = top.partner[part][row, place]
            for values, given in ((score, top.score), (forward, top.forward), (backward, top.backward)):
                values[at] = given[part][row, place]
        first += len(positions)
    return Pairs(one, other, score, forward, backward), rank
