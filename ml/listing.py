"""Ids to positions and lists of positions back to frames of ids."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.ranking import TopK


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
    lists = lists or [(np.empty(0, dtype=np.intp), TopK.empty())]
    order = np.concatenate([positions for positions, _ in lists])
    by_position = np.argsort(order, kind="stable")
    partner, score, forward, backward = (
        np.concatenate([getattr(top, name) for _, top in lists])[by_position]
        for name in ("partner", "score", "forward", "backward")
    )
    row, rank = np.nonzero(partner >= 0)
    return pd.DataFrame(
        {
            "id": index.take(order[by_position][row]),
            "candidate": index.take(partner[row, rank]),
            "rank": (rank + 1).astype(np.int32),
            "score": score[row, rank],
            "forward": forward[row, rank],
            "backward": backward[row, rank],
        }
    )
