"""From a frame of candidates to proposals: shared attention under everybody's capacity, nobody feasible left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.allocation.evenness import gini
from ml.allocation.pairs import Ends, Pairs, two_sided
from ml.allocation.solving import optimum, solve

_CARRIED = ("score", "forward", "backward")
# As pandas' own, 16 bytes: another seed orders equals otherwise.
_HASH_KEY = "%016d"


@dataclass(frozen=True, slots=True)
class Price:
    """What one setting of the dial gives and costs; see `price_of_evenness`.

    Attributes
    ----------
    alpha : the setting
    proposals : number of pairs
    expected_matches : sum over pairs of the chance that both say yes, as scored
    lost : share of the expected matches of alpha = 0 that is lost
    newly_reached : organizations with a proposal that have none with alpha = 0
    gini : of proposals over organizations with capacity and a candidate, on the less even side
    """

    alpha: float
    proposals: int
    expected_matches: float
    lost: float
    newly_reached: int
    gini: float


@dataclass(frozen=True, slots=True)
class _Market:
    """The pairs of a frame, and which organizations are rows and columns."""

    pairs: Pairs
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    value: NDArray[np.float64]

    def chosen(self, candidates: pd.DataFrame, held: NDArray[np.bool_]) -> pd.DataFrame:
        """Chosen rows of the frame that the market was made of, best first."""
        columns = ["id", "candidate", *(column for column in _CARRIED if column in candidates.columns)]
        at = self.pairs.origin[held]
        # Pairs are in the order of who they are; equal scores keep it.
        found = candidates[columns].iloc[at[np.argsort(-candidates["score"].to_numpy()[at], kind="stable")]]
        return found.reset_index(drop=True)

    def matches(self, held: NDArray[np.bool_]) -> float:
        return float(self.value[self.pairs.origin[held]].sum())


def allocate(
    candidates: pd.DataFrame,
    capacity: pd.Series,
    floor: int = 1,
    alpha: float = 0.0,
    random_state: int = 0,
) -> pd.DataFrame:
    """Choose the pairs with the most expected matches, so that nobody exceeds a capacity and everybody has `floor`.

    A pair's chance that both say yes is forward x backward where the frame has them, else its score.

    Parameters
    ----------
    candidates : frame with id, candidate, score and maybe forward, backward; undirected pairs between two sides (a pair
        may come in both directions: its best row counts)
    capacity : Series, id -> most pairs of an organization; ids it does not name get nothing, nor do those with 0
    floor : pairs promised to everyone before chances count, where capacities permit; as many have it as can
    alpha : in [0, 1], weight of even exposure against expected matches; see `ml.allocation.evenness`
    random_state : orders equal pairs; neither the order of rows nor that of capacities does

    Returns
    -------
    DataFrame with id, candidate, score (and forward, backward when given), best first; the same for the same input.
    For each chosen pair it loses at most a step to the optimum: of the largest chance, two thousandths with a
    million candidates, a hundred-thousandth with a few thousand; `welfare_bound` proves how near it came.

    Raises
    ------
    ValueError
        When a column is missing, a score is NaN or negative, capacity names an id twice, alpha is outside [0, 1], or
        pairs are not between two sides.
    """
    market = _market(candidates, capacity, random_state)
    return market.chosen(candidates, solve(market.pairs, floor, alpha))


def promise(
    candidates: pd.DataFrame, capacity: pd.Series, floor: int = 1, random_state: int = 0
) -> pd.DataFrame:
    """The floor alone, next to nothing more: as `allocate`, to see whom the candidates leave out."""
    market = _market(candidates, capacity, random_state)
    return market.chosen(candidates, solve(market.pairs, floor, 0.0, only_floor=True))


def welfare_bound(
    candidates: pd.DataFrame, capacity: pd.Series, random_state: int = 0
) -> tuple[float, float]:
    """Expected matches of the best allocation without a floor, and a bound that no allocation exceeds, proven by prices."""
    market = _market(candidates, capacity, random_state)
    reached, above = optimum(market.pairs)
    scale = float(market.value[market.pairs.origin].max(initial=0.0)) or 1.0
    return reached * scale, above * scale


def price_of_evenness(
    candidates: pd.DataFrame,
    capacity: pd.Series,
    alphas: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0),
    floor: int = 1,
    random_state: int = 0,
) -> list[Price]:
    """What each setting of `alpha` gives and costs, beside alpha = 0; raises as `allocate`."""
    market = _market(candidates, capacity, random_state)
    plain = solve(market.pairs, floor, 0.0)
    reached = [degree > 0 for degree in market.pairs.degrees(plain)]
    prices = []
    for alpha in alphas:
        held = solve(market.pairs, floor, alpha)
        degrees = market.pairs.degrees(held)
        newly = sum(
            int(((degree > 0) & ~before).sum()) for degree, before in zip(degrees, reached, strict=True)
        )
        matches, most = market.matches(held), market.matches(plain)
        prices.append(
            Price(
                alpha,
                int(held.sum()),
                matches,
                1 - matches / most if most else 0.0,
                newly,
                max(gini(degree) for degree in degrees),
            )
        )
    return prices


def _market(candidates: pd.DataFrame, capacity: pd.Series, random_state: int) -> _Market:
    missing = [column for column in ("id", "candidate", "score") if column not in candidates.columns]
    if missing:
        raise ValueError(f"candidates lack the columns {', '.join(missing)}")
    if not capacity.index.is_unique:
        raise ValueError("capacity names an organization twice")
    value = _chances(candidates)
    one = capacity.index.get_indexer(pd.Index(candidates["id"]))
    other = capacity.index.get_indexer(pd.Index(candidates["candidate"]))
    # An organization that capacity does not name is one more, without any.
    most = np.append(capacity.fillna(0).to_numpy(dtype=np.float64).clip(0, len(candidates)), 0).astype(
        np.int64
    )
    spread = np.append(spread_of(capacity.index, random_state), 0.0)
    one, other = np.where(one < 0, len(capacity), one), np.where(other < 0, len(capacity), other)
    return _Market(*two_sided(Ends(one, other, value), most, spread), value)


def spread_of(ids: pd.Index, random_state: int) -> NDArray[np.float64]:
    """(n,) in [0, 1), a fixed number of each id that orders equals."""
    hashed = pd.util.hash_array(ids.to_numpy(), hash_key=_HASH_KEY % random_state)
    return np.asarray(hashed / 2.0**64, dtype=np.float64)


def _chances(candidates: pd.DataFrame) -> NDArray[np.float64]:
    score = candidates["score"].to_numpy(dtype=np.float64)
    if {"forward", "backward"} <= set(candidates.columns):
        value = candidates["forward"].to_numpy(dtype=np.float64) * candidates["backward"].to_numpy(
            dtype=np.float64
        )
    else:
        value = score
    if np.isnan(score).any() or np.isnan(value).any():
        raise ValueError("candidates have scores that are not numbers")
    if len(value) and value.min() < 0:
        raise ValueError("candidates have scores below zero")
    return value
