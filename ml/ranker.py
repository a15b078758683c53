"""How much each kind of evidence counts: by the rule, or as learned from what managers and sides said and what came of it.

Both weigh named contributions and add them up, so that reasons add up to the side they explain. The learned ranker only
stretches or shrinks the rule's evidence: nothing that speaks for a pair can come to speak against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ml import scoring
from ml.features import Floats
from ml.weights import EVIDENCE

Doubles = NDArray[np.float64]

YES = frozenset({"approve", "yes", "introduced", "outcome"})
NO = frozenset({"reject", "no", "not_now", "hold"})
# What one person or one organization says counts as so many decisions at most, and as this share of all.
MOST_SAID, MOST_SHARE = 20.0, 0.2
# Fewer decisions than this, or of either sort, teach nothing that can be checked.
FEWEST, FEWEST_OF_A_SORT = 30, 4
# The newest share of decisions, by which a learned ranker is compared with the rule.
HELD_OUT = 0.3
# Multipliers stay in these bounds, and one is pulled to 1 as by this many decisions.
BOUNDS = (0.2, 4.0)
PULL = 6.0
# Probabilities stay this far from 0 and 1 when they are judged.
_MARGIN = 1e-3


class Ranker(Protocol):
    """What ranks: evidence of a side, weighed."""

    def weigh(self, evidence: Floats) -> Floats:
        """(n, e) contributions to the side, whose sum is its evidence."""
        ...

    def multipliers(self) -> Floats:
        """(e,) float32, what each kind of evidence is multiplied with, in the order of `EVIDENCE`."""
        ...


class RuleRanker(BaseEstimator):
    """The cold start: the weights of `ml.weights` as they are."""

    def weigh(self, evidence: Floats) -> Floats:
        return evidence

    def multipliers(self) -> Floats:
        return np.ones(len(EVIDENCE), dtype=np.float32)


RULE = RuleRanker()


class LearnedRanker(BaseEstimator):
    """Multipliers of the rule's evidence, fitted to decisions by penalized maximum likelihood.

    The chance of a yes is ``1 - exp(-sum(multiplier * evidence))``, the complementary log-log model (McCullagh and Nelder
    1989) with its scale at one, as the rule has it. A quadratic penalty holds multipliers near 1: without decisions this is
    the rule.

    Parameters
    ----------
    pull : float, the penalty's strength in decisions
    bounds : the least and the highest multiplier

    Attributes
    ----------
    multipliers_ : (e,) float32, by `names_`
    names_ : list of str, kinds of evidence
    """

    def __init__(self, pull: float = PULL, bounds: tuple[float, float] = BOUNDS) -> None:
        self.pull = pull
        self.bounds = bounds

    def fit(self, X: Floats, y: Doubles, sample_weight: Doubles | None = None) -> Self:  # noqa: N803
        """Learn from (n, e) evidence of sides, and (n,) 1.0 where the side was a yes, 0.0 where a no."""
        evidence, said = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64)
        weight = np.ones(len(said)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        found = optimize.minimize(
            _penalized,
            np.ones(evidence.shape[1]),
            args=(evidence, said, weight, self.pull),
            jac=True,
            method="L-BFGS-B",
            bounds=[self.bounds] * evidence.shape[1],
        )
        self.multipliers_ = np.asarray(found.x, dtype=np.float32)
        self.names_ = list(EVIDENCE[: evidence.shape[1]])
        return self

    def weigh(self, evidence: Floats) -> Floats:
        return np.asarray(evidence * self.multipliers(), dtype=np.float32)

    def multipliers(self) -> Floats:
        """As `Ranker`; evidence that was unknown when this was fitted counts as the rule has it."""
        check_is_fitted(self, "multipliers_")
        known = dict(zip(self.names_, self.multipliers_.tolist(), strict=True))
        return np.array([known.get(name, 1.0) for name in EVIDENCE], dtype=np.float32)


def _penalized(
    multipliers: Doubles, evidence: Doubles, said: Doubles, weight: Doubles, pull: float
) -> tuple[float, Doubles]:
    """Minus the weighted log likelihood and penalty, with the gradient."""
    total = evidence @ multipliers
    side = np.maximum(total, _MARGIN)
    likelihood = said * np.log(-np.expm1(-side)) - (1 - said) * side
    slope = np.where(total > _MARGIN, said / np.expm1(side) - (1 - said), 0.0)
    away = multipliers - 1
    value = -float(weight @ likelihood) + pull * float(away @ away)
    return value, -(evidence.T @ (weight * slope)) + 2 * pull * away


@dataclass(frozen=True, slots=True)
class Decided:
    """What was said, by position: `one` spoke of `other`, or somebody spoke of what `other` is to `one`.

    Attributes
    ----------
    one, other : (n,) positions, oldest decision first
    said : (n,) float64, 1 a yes, 0 a no
    weight : (n,) float64, after the caps on persons and organizations
    """

    one: NDArray[np.intp]
    other: NDArray[np.intp]
    said: Doubles
    weight: Doubles

    def __len__(self) -> int:
        return len(self.one)


def read_decisions(decisions: pd.DataFrame | None, index: pd.Index) -> Decided:
    """Decisions that tell something, of organizations in `index`.

    Parameters
    ----------
    decisions : frame with id, candidate, decision (a word of `YES` or `NO`, or a number from 0 to 1), decided_at and weight;
        and maybe `by`, the person who decided. Rows with another word, no weight or unknown ends are left out.
    """
    if decisions is None or not len(decisions):
        none = np.empty(0, dtype=np.intp)
        return Decided(none, none, none.astype(np.float64), none.astype(np.float64))
    rows = decisions.sort_values("decided_at", kind="stable")
    one, other = (index.get_indexer(pd.Index(rows[name])) for name in ("id", "candidate"))
    said = np.array([_said(value) for value in rows["decision"]], dtype=np.float64)
    given = pd.to_numeric(rows["weight"], errors="coerce") if "weight" in rows else pd.Series(1.0, rows.index)
    weight: Doubles = np.clip(np.nan_to_num(given.to_numpy(dtype=np.float64), nan=0.0, posinf=1.0), 0, 1)
    kept = np.isfinite(said) & (weight > 0) & (one >= 0) & (other >= 0)
    persons = rows["by"] if "by" in rows.columns else pd.Series(pd.NA, rows.index)
    speakers = [pd.factorize(persons[kept])[0], one[kept], other[kept]]
    return Decided(one[kept], other[kept], said[kept], capped_weights(weight[kept], speakers))


def _said(value: object) -> float:
    if isinstance(value, str):
        return 1.0 if value in YES else 0.0 if value in NO else np.nan
    if isinstance(value, (bool, int, float, np.bool_, np.number)):
        number = float(value)
        return number if 0 <= number <= 1 else np.nan
    return np.nan


def capped_weights(weight: Doubles, groups: Sequence[NDArray[np.intp]]) -> Doubles:
    """Weights scaled down until nobody counts for more than `MOST_SAID` decisions, or more than `MOST_SHARE` of all.

    Parameters
    ----------
    weight : (n,) at least 0
    groups : ways to tell who stands behind each of the n; -1 where that is not known
    """
    capped = weight.astype(np.float64).copy()
    for group in groups:
        known = group >= 0
        held = np.bincount(group[known], weights=capped[known]) if known.any() else np.empty(0)
        parties = np.count_nonzero(held) + int((~known).sum())
        if not parties:
            continue
        # Among few, everybody has a large share.
        most = min(MOST_SAID, max(MOST_SHARE, 1 / parties) * capped.sum())
        scale = np.minimum(1, most / np.maximum(held, 1e-12))
        capped[known] *= scale[group[known]]
    return capped


def chosen(decided: Decided, evidence: Floats) -> RuleRanker | LearnedRanker:
    """A ranker learned from all decisions, if one learned from the older foretells the newer better than the rule; else the rule.

    Parameters
    ----------
    decided : decisions, oldest first
    evidence : (n, e) float32, the rule's contributions to each decided side
    """
    yes = int((decided.said >= 0.5).sum())
    if len(decided) < FEWEST or min(yes, len(decided) - yes) < FEWEST_OF_A_SORT:
        return RULE
    old = int(len(decided) * (1 - HELD_OUT))
    trial = LearnedRanker().fit(evidence[:old], decided.said[:old], decided.weight[:old])
    newer = (evidence[old:], decided.said[old:], decided.weight[old:])
    if not _surprise(trial, *newer) < _surprise(RULE, *newer):
        return RULE
    learned = LearnedRanker().fit(evidence, decided.said, decided.weight)
    return learned if np.isfinite(learned.multipliers_).all() else RULE


def _surprise(ranker: Ranker, evidence: Floats, said: Doubles, weight: Doubles) -> float:
    """Weighted mean log loss."""
    side = scoring.squash(ranker.weigh(evidence).sum(axis=1)).astype(np.float64)
    chance = np.clip(side, _MARGIN, 1 - _MARGIN)
    loss = -(said * np.log(chance) + (1 - said) * np.log1p(-chance))
    return float(weight @ loss / max(weight.sum(), 1e-12))
