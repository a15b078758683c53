"""How well numbers between 0 and 1 foretold yes and no: AUC, nDCG and Brier score with intervals, and calibration.

Arrays in, figures out: knows no database. Intervals are percentile bootstrap over the decisions (Efron 1979).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DRAWS, LEVEL, SEED = 500, 0.95, 0
TENTHS = 10


@dataclass(frozen=True)
class Figure:
    """A measure with the bounds of its interval; NaN where it cannot be told."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Bin:
    """Decisions whose prediction lies in [low, high): how many, what was foretold on average, and what came."""

    low: float
    high: float
    count: int
    foretold: float
    observed: float


def auc(outcome: Floats, score: Floats, draws: Floats) -> Floats:
    """(b,) chance that a yes scores above a no, ties half (Mann and Whitney 1947), in each draw.

    `outcome`, `score` (n,); `draws` (b, n): how often each decision counts. NaN where one of the two does not occur.
    """
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(score[order]) != 0])
    yes = np.add.reduceat((draws * outcome)[:, order], starts, axis=1)
    no = np.add.reduceat((draws * (1 - outcome))[:, order], starts, axis=1)
    won = (yes * (np.cumsum(no, axis=1) - no / 2)).sum(axis=1)
    return _divided(won, yes.sum(axis=1) * no.sum(axis=1))


def ndcg(outcome: Floats, score: Floats, draws: Floats) -> Floats:
    """(b,) normalized discounted cumulative gain of all decisions by score, gain 1 a yes (Järvelin and Kekäläinen 2002)."""
    order = np.argsort(-score, kind="stable")
    counted = draws[:, order].astype(np.int64)
    ends = np.cumsum(counted, axis=1)
    discount = np.r_[0.0, np.cumsum(1 / np.log2(np.arange(2, int(ends[:, -1].max(initial=0)) + 2)))]
    gained = ((discount[ends] - discount[ends - counted]) * outcome[order]).sum(axis=1)
    ideal = discount[(counted * outcome[order]).sum(axis=1).astype(np.int64)]
    return _divided(gained, ideal)


def brier(outcome: Floats, score: Floats, draws: Floats) -> Floats:
    """(b,) mean squared distance of prediction and outcome (Brier 1950)."""
    return _divided(draws @ (score - outcome) ** 2, draws.sum(axis=1))


def _divided(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)


MEASURES: dict[str, Callable[[Floats, Floats, Floats], Floats]] = {"auc": auc, "ndcg": ndcg, "brier": brier}


def figures(outcome: Floats, score: Floats) -> dict[str, Figure]:
    """Every measure of `MEASURES` with its interval; the same draws for whatever score is given."""
    n = len(outcome)
    random = np.random.default_rng(SEED)
    draws = random.multinomial(n, np.full(n, 1 / n), size=DRAWS).astype(np.float64)
    every = np.ones((1, n))
    return {
        name: _figure(float(measure(outcome, score, every)[0]), measure(outcome, score, draws))
        for name, measure in MEASURES.items()
    }


def _figure(value: float, drawn: Floats) -> Figure:
    known = drawn[~np.isnan(drawn)]
    if not len(known):
        return Figure(value, float("nan"), float("nan"))
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Figure(value, float(low), float(high))


def calibration(outcome: Floats, score: Floats) -> list[Bin]:
    """What was foretold and what came, by tenths of the prediction; empty tenths are left out."""
    tenth = np.minimum((score * TENTHS).astype(np.int64), TENTHS - 1)
    return [
        Bin(
            low=one / TENTHS,
            high=(one + 1) / TENTHS,
            count=int((tenth == one).sum()),
            foretold=float(score[tenth == one].mean()),
            observed=float(outcome[tenth == one].mean()),
        )
        for one in np.unique(tenth).tolist()
    ]
