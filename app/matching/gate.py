"""Whether a newly trained model may take the place of the one in force: only if it foretells better, and is sane.

Judged on decisions that neither has learned from. Pure: numbers in, a verdict with its reason out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.matching import measures
from app.matching.measures import Floats

# Fewer different partners than this share of the present model's, and attention would collapse onto a few.
LEAST_REACH = 0.6
# Predictions closer together than this tell nobody from anybody.
LEAST_SPREAD = 0.005


@dataclass(frozen=True)
class Contender:
    """What one model foretold of the held-out decisions, and how many different partners its lists hold."""

    foretold: Floats
    partners: int


@dataclass(frozen=True)
class Verdict:
    """Whether the challenger takes over, why in one line, and the figures that were compared."""

    is_accepted: bool
    why: str
    metrics: dict[str, float | int | None]


def judge(outcome: Floats, present: Contender, challenger: Contender) -> Verdict:
    """Accept a challenger that ranks no worse and foretells better; refuse whatever is not sane.

    Parameters
    ----------
    outcome : (n,) 1.0 a yes, 0.0 a no, of decisions that neither model has learned from
    """
    if (fault := _fault_of(present, challenger)) is not None:
        return Verdict(False, fault, {"held_out": len(outcome)})
    every = np.ones((1, len(outcome)))
    before, after = (
        {name: float(measure(outcome, one.foretold, every)[0]) for name, measure in measures.MEASURES.items()}
        for one in (present, challenger)
    )
    metrics: dict[str, float | int | None] = {
        "held_out": len(outcome),
        "yes": int(outcome.sum()),
        "partners_before": present.partners,
        "partners": challenger.partners,
        **{f"{name}_before": value for name, value in before.items()},
        **after,
    }
    ranked = f"AUC {after['auc']:.3f} after {before['auc']:.3f}"
    foretold = f"Brier score {after['brier']:.3f} after {before['brier']:.3f}"
    is_better = (
        after["auc"] >= before["auc"]
        and after["brier"] <= before["brier"]
        and (after["auc"], -after["brier"]) != (before["auc"], -before["brier"])
    )
    word = "Better" if is_better else "Not better"
    return Verdict(is_better, f"{word} on {len(outcome)} held-out decisions: {ranked}, {foretold}.", metrics)


def _fault_of(present: Contender, challenger: Contender) -> str | None:
    if not np.isfinite(challenger.foretold).all():
        return "It gives predictions that are not numbers."
    if ((challenger.foretold < 0) | (challenger.foretold > 1)).any():
        return "It gives predictions outside of 0 to 1."
    if len(challenger.foretold) > 1 and np.ptp(challenger.foretold) < LEAST_SPREAD:
        return "It gives everybody the same prediction."
    if challenger.partners < LEAST_REACH * present.partners:
        return f"Its lists collapse onto a few: {challenger.partners} different partners after {present.partners}."
    return None
