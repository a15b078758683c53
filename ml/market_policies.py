"""Ways to propose in a simulated market. All may propose the same pairs and know the same, but for the oracle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ml import scoring
from ml.allocation import allocate
from ml.market_world import Market, Values
from ml.recommender import Recommender


@dataclass(frozen=True, slots=True)
class Known:
    """What a recommender knows of a market.

    Attributes
    ----------
    forward, backward : (here, there) fit from the profiles: there serves here, here serves there
    yes_here, yes_there : (here, there) chances of a yes, learned from fit and past decisions
    fame_here, fame_there : (here,) and (there,) log-odds of a yes received, as past decisions show it
    """

    forward: Values
    backward: Values
    yes_here: Values
    yes_there: Values
    fame_here: Values
    fame_there: Values


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a policy proposes: scores as each side orders its own proposals, and the pairs, (here, there) each."""

    order_here: Values
    order_there: Values
    pairs: NDArray[np.bool_]


# A rate counts as if so many decisions had been as usual.
PRIOR = 10.0

Policy = Callable[[Market, Known, np.random.Generator], Proposed]


def learn(market: Market, random_state: int) -> Known:
    """Fit the recommender to the profiles, and chances of a yes to past decisions."""
    recommender = Recommender(random_state=random_state).fit(
        market.organizations, decisions=_said(market, random_state)
    )
    evidence = _evidence(market, recommender)
    recommender.ranker_ = None
    forward, backward = _fit(market, recommender)
    by_here = _Decisions.of(market.decisions, is_here=True, shape=market.open.shape)
    by_there = _Decisions.of(market.decisions, is_here=False, shape=market.open.shape)
    return Known(
        forward,
        backward,
        by_here.chances(evidence[0]),
        by_there.chances(evidence[1].transpose(1, 0, 2)).T,
        by_there.fame(),
        by_here.fame(),
    )


def _fit(market: Market, recommender: Recommender) -> tuple[Values, Values]:
    """(here, there) forward and backward of all pairs."""
    shape = market.open.shape
    one, other = (side.ravel() for side in np.indices(shape))
    ids = market.organizations["id"].to_numpy()
    found = recommender.score_pairs(ids[one].tolist(), ids[shape[0] + other].tolist())
    forward, backward = (
        found[name].to_numpy(dtype=np.float64).reshape(shape) for name in ("forward", "backward")
    )
    return forward, backward


def _evidence(market: Market, recommender: Recommender) -> tuple[Values, Values]:
    """(here, there, e) for each side: the learned fit, and what each named kind of evidence adds to it."""
    one, other = (side.ravel() for side in np.indices(market.open.shape))
    features = recommender.features_
    ends = features.take(one), features.take(market.open.shape[0] + other)
    sides = []
    for fit, served, serving in zip(_fit(market, recommender), ends, ends[::-1], strict=True):
        adds = recommender.ranker_.weigh(scoring.contributions(served, serving)).astype(np.float64)
        sides.append(np.concatenate([fit[..., None], adds.reshape(*fit.shape, -1)], axis=-1))
    return sides[0], sides[1]


def _said(market: Market, random_state: int) -> pd.DataFrame:
    """Past decisions as the recommender takes them, in an order that tells nothing."""
    ids = market.organizations["id"].to_numpy()
    asked = market.decisions.sample(frac=1, random_state=random_state)
    here, there = ids[asked["one"]], ids[market.world.here + asked["other"].to_numpy()]
    is_here = asked["is_here"].to_numpy()
    return pd.DataFrame(
        {
            "id": np.where(is_here, here, there),
            "candidate": np.where(is_here, there, here),
            "decision": np.where(asked["is_yes"], "yes", "no"),
            "decided_at": np.arange(len(asked)),
            "weight": 1.0,
        }
    )


@dataclass(frozen=True, slots=True)
class _Decisions:
    """Past decisions of one side: who decided on whom, and whether it was a yes; `shape` counts deciding and others."""

    deciding: NDArray[np.int64]
    other: NDArray[np.int64]
    is_yes: NDArray[np.bool_]
    shape: tuple[int, int]

    @classmethod
    def of(cls, decisions: pd.DataFrame, is_here: bool, shape: tuple[int, int]) -> _Decisions:
        mine = decisions[decisions["is_here"] == is_here]
        ends = ("one", "other") if is_here else ("other", "one")
        deciding, other = (mine[end].to_numpy() for end in ends)
        return cls(deciding, other, mine["is_yes"].to_numpy(), shape if is_here else shape[::-1])

    def fame(self) -> Values:
        """(others,) log-odds of the yes they received."""
        return self._rates(self.other, self.shape[1])

    def chances(self, evidence: Values) -> Values:
        """(deciding, others) chances of a yes, from evidence, the counterpart's fame and how readily the deciding side agrees.

        A decision is not among the rates by which it is explained.
        """
        if len(np.unique(self.is_yes)) < 2:
            return evidence[..., 0]
        warmth = self._rates(self.deciding, self.shape[0])
        asked = _traits(
            evidence[self.deciding, self.other],
            self._others_rates(self.other),
            self._others_rates(self.deciding),
        )
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500)).fit(
            asked, self.is_yes
        )
        every = _traits(evidence, *np.broadcast_arrays(self.fame()[None, :], warmth[:, None]))
        chance = expit(model.decision_function(every.reshape(-1, every.shape[-1])))
        return np.asarray(chance).reshape(self.shape)

    def _rates(self, end: NDArray[np.int64], n: int) -> Values:
        return self._drawn(np.bincount(end, self.is_yes, minlength=n), np.bincount(end, minlength=n))

    def _others_rates(self, end: NDArray[np.int64]) -> Values:
        """For each decision, the log-odds at its end without it."""
        return self._drawn(np.bincount(end, self.is_yes)[end] - self.is_yes, np.bincount(end)[end] - 1)

    def _drawn(self, yes: NDArray[Any], count: NDArray[Any]) -> Values:
        """Log-odds drawn toward all."""
        mean = (self.is_yes.sum() + 1) / (len(self.is_yes) + 2)
        return np.asarray(logit((yes + PRIOR * mean) / (count + PRIOR)))


def _traits(evidence: Values, fame: Values, warmth: Values) -> Values:
    """(..., e + 3): the fit's log-odds, evidence, fame and warmth."""
    strength = logit(np.clip(evidence[..., 0], 0.02, 0.98))
    return np.concatenate([strength[..., None], evidence, fame[..., None], warmth[..., None]], axis=-1)


def _lists(market: Market, for_here: Values, for_there: Values) -> Proposed:
    """Everybody's best by its own order, as many as it attends to: sorting, whatever the others get."""
    pairs = np.zeros(market.open.shape, dtype=bool)
    for order, is_open, view in (
        (for_here, market.open, pairs),
        (for_there.T, market.open.T, pairs.T),
    ):
        best = np.argsort(-np.where(is_open, order, -np.inf), axis=1, kind="stable")[:, : market.world.budget]
        np.put_along_axis(view, best, True, axis=1)
    return Proposed(for_here, for_there, pairs & market.open)


def shared_out(market: Market, chance: Values, alpha: float = 0.0, floor: int = 1) -> Proposed:
    """Proposals by `allocate` of these chances that both say yes."""
    one, other = np.nonzero(market.open)
    candidates = pd.DataFrame(
        {"id": one, "candidate": market.world.here + other, "score": chance[one, other]}
    )
    capacity = pd.Series(market.world.budget, index=np.arange(sum(market.open.shape)))
    found = allocate(candidates, capacity, floor=floor, alpha=alpha)
    pairs = np.zeros(market.open.shape, dtype=bool)
    pairs[found["id"].to_numpy(), found["candidate"].to_numpy() - market.world.here] = True
    return Proposed(chance, chance, pairs)


def _random(market: Market, _known: Known, rng: np.random.Generator) -> Proposed:
    return _lists(market, rng.random(market.open.shape), rng.random(market.open.shape))


def _popularity(market: Market, known: Known, rng: np.random.Generator) -> Proposed:
    tie = 1e-9 * rng.random(market.open.shape)
    return _lists(market, known.fame_there[None, :] + tie, known.fame_here[:, None] + tie)


def _one_sided(market: Market, known: Known, rng: np.random.Generator) -> Proposed:
    tie = 1e-9 * rng.random(market.open.shape)
    return _lists(market, known.forward + tie, known.backward + tie)


def _reciprocal(market: Market, known: Known, rng: np.random.Generator) -> Proposed:
    product = known.forward * known.backward + 1e-9 * rng.random(market.open.shape)
    return _lists(market, product, product)


def _learned_lists(market: Market, known: Known, rng: np.random.Generator) -> Proposed:
    product = known.yes_here * known.yes_there + 1e-9 * rng.random(market.open.shape)
    return _lists(market, product, product)


def _greedy(market: Market, known: Known, rng: np.random.Generator) -> Proposed:
    chance = known.yes_here * known.yes_there + 1e-9 * rng.random(market.open.shape)
    left_here, left_there = (np.full(n, market.world.budget) for n in chance.shape)
    pairs = np.zeros(chance.shape, dtype=bool)
    for at in np.argsort(-np.where(market.open, chance, -1), axis=None)[: int(market.open.sum())].tolist():
        one, other = divmod(at, chance.shape[1])
        if left_here[one] and left_there[other]:
            pairs[one, other] = True
            left_here[one] -= 1
            left_there[other] -= 1
    return Proposed(chance, chance, pairs)


def _fit_shared(market: Market, known: Known, _rng: np.random.Generator) -> Proposed:
    return shared_out(market, known.forward * known.backward)


def _ours(market: Market, known: Known, _rng: np.random.Generator) -> Proposed:
    return shared_out(market, known.yes_here * known.yes_there)


def _ours_even(market: Market, known: Known, _rng: np.random.Generator) -> Proposed:
    return shared_out(market, known.yes_here * known.yes_there, alpha=0.5)


def _reading(market: Market, _known: Known, _rng: np.random.Generator) -> Proposed:
    return shared_out(market, market.told)


def _knowing(market: Market, _known: Known, _rng: np.random.Generator) -> Proposed:
    return shared_out(market, market.both)


def _oracle(market: Market, _known: Known, _rng: np.random.Generator) -> Proposed:
    return shared_out(market, market.both, floor=0)


POLICIES: dict[str, Policy] = {
    "random": _random,
    "popularity": _popularity,
    "one-sided content": _one_sided,
    "reciprocal product": _reciprocal,
    "chances, sorted": _learned_lists,
    "chances, greedy": _greedy,
    "fit, allocated": _fit_shared,
    "ours": _ours,
    "ours, alpha 0.5": _ours_even,
    "all that is told": _reading,
    "ours, true chances": _knowing,
    "welfare optimum": _oracle,
}
