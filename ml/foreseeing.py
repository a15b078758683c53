"""Who funds whom next: past investments, and full fit among those of whom nothing is known."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from ml.corridor import PairScorer
from ml.links import LinkIndex
from ml.weights import LINK_EVIDENCE

# What full fit adds to the evidence of past investments: an investor who was never active stays behind those who are.
FIT_SHARE = np.float32(0.3)
# Fit is foreseen for about so many pairs at once.
PAIRS_AT_ONCE = 8192


def foreseen(
    links: LinkIndex,
    scorer: PairScorer,
    companies: NDArray[np.intp],
    investors: NDArray[np.intp],
    without: Collection[str] = (),
) -> NDArray[np.float32]:
    """(companies, investors) float32, at least 0, by position; see `Recommender.foresee`."""
    kept = [name not in without for name in LINK_EVIDENCE]
    found: NDArray[np.float32] = links.block(companies, investors, scorer.features)[..., kept].sum(axis=2)
    if "fit" in without or not found.size:
        return found
    step = max(1, PAIRS_AT_ONCE // len(investors))
    for start in range(0, len(companies), step):
        some = companies[start : start + step]
        fit = scorer(np.repeat(some, len(investors)), np.tile(investors, len(some)))[2]
        found[start : start + step] += FIT_SHARE * fit.reshape(len(some), -1)
    return found
