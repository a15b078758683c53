"""The best k by inner product in float32, both ways: a few more than k by int8, ranked again by the vectors themselves."""

from __future__ import annotations

import numpy as np

from ml import kernels, scheduler
from ml.candidates import Best, Quantized, two_way_best
from ml.kernels import Floats, Places

# Where lists are ranked again: an eighth longer than asked, by so many at the least, and so many lists a task.
FEW_MORE = 6
RANKED_TOGETHER = 8192


def two_way_nearest(left: Floats, right: Floats, k: int) -> tuple[Best, Best]:
    """Best k by inner product in float32, both ways: a few more than k by int8, ranked again by the vectors themselves.

    Parameters
    ----------
    left, right : (n, d) and (m, d) float32
    k : length of a list

    Returns
    -------
    lists of the rows of `left` and of those of `right`, best first
    """
    few_more = k + max(k // 8, FEW_MORE)
    down, across = two_way_best([Quantized.of(left)], Quantized.of(right), few_more)
    return _ranked_again(left, right, down, k), _ranked_again(right, left, across, k)


def _ranked_again(mine: Floats, theirs: Floats, best: Best, k: int) -> Best:
    tasks = [
        (start, min(start + RANKED_TOGETHER, len(mine))) for start in range(0, len(mine), RANKED_TOGETHER)
    ]
    parts = scheduler.run(_rank_again, tasks, (mine, theirs, best, k))
    empty = (np.empty((0, k), dtype=np.int32), np.empty((0, k), dtype=np.float32))
    partner, score = zip(*(parts or [empty]), strict=True)
    return Best(np.concatenate(partner), np.concatenate(score))


def _rank_again(
    mine: Floats, theirs: Floats, best: Best, k: int, start: int, stop: int
) -> tuple[Places, Floats]:
    partner = best.partner[start:stop].copy()
    score = np.empty(partner.shape, dtype=np.float32)
    kernels.list_products(mine[start:stop], theirs, partner, score)
    kernels.sort_lists(score, partner)
    return partner[:, :k], score[:, :k]
