"""One allocation of sparse pairs: the auction, then the floor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ml.allocation.auction import auction, bound
from ml.allocation.evenness import gains as even_gains
from ml.allocation.evenness import weighed as weighed_values
from ml.allocation.floor import cover
from ml.allocation.pairs import Pairs

# Least raise of a bid, of the largest value: it grows with the number of pairs, so that the turns of bidding do not. What is
# lost by it is far less than a step a pair: at five and a half million pairs .013 % of the value with a step of .01, .04 % with
# .02. Who would be left out by the floor alone is asked with a coarse step: the values of that answer are thrown away.
FINEST, COARSEST, PAIRS_AT_A_THOUSANDTH, FOR_THE_FLOOR = 1e-5, 2e-2, 500_000, 5e-2
# What a promised pair is worth to the auction, of the largest value: as much as any pair, so that the floor is next to
# never left to repairs, each of which may search the whole market.
BONUS = 1.0


def step_of(n_pairs: int) -> float:
    """The least raise for so many pairs."""
    return float(np.clip(1e-3 * n_pairs / PAIRS_AT_A_THOUSANDTH, FINEST, COARSEST))


def solve(pairs: Pairs, floor: int, alpha: float, only_floor: bool = False) -> NDArray[np.bool_]:
    """(e,) bool, the chosen pairs: the most value and evenness under capacities, after everybody's first `floor` pairs.

    Parameters
    ----------
    floor : pairs promised to everyone before values count, where capacities permit
    alpha : in [0, 1], weight of evenness
    only_floor : bid for no more than the floor; columns may still come to more
    """
    if not len(pairs.values):
        return np.zeros(0, dtype=np.bool_)
    weighed = replace(pairs, values=weighed_values(pairs.values, alpha))
    asked = np.minimum(pairs.row_most, floor) if only_floor else pairs.row_most
    gains = even_gains(_most(pairs), alpha, float(pairs.values.mean()), floor, BONUS if floor else 0.0)
    step = FOR_THE_FLOOR if only_floor else step_of(len(pairs.values))
    outcome = auction(weighed.sparse, asked, pairs.column_most, gains, step)
    return cover(weighed, outcome, gains, floor) if floor else outcome.held


def _most(pairs: Pairs) -> int:
    return int(max(pairs.row_most.max(initial=0), pairs.column_most.max(initial=0)))


def optimum(pairs: Pairs) -> tuple[float, float]:
    """Value of the best allocation of `pairs` without a floor, and a proven bound above it."""
    none = even_gains(_most(pairs), 0.0, 0.0)
    outcome = auction(pairs.sparse, pairs.row_most, pairs.column_most, none, step_of(len(pairs.values)))
    above = bound(pairs.sparse, pairs.row_most, pairs.column_most, none, outcome.price)
    return float(pairs.values[outcome.held].sum(dtype=np.float64)), above
