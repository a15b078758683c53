"""Policies in simulated two-sided markets: `python -m ml.market --format table|json`.

Each organization attends to so many proposals (its budget), the first by its own order; a proposal counts only where both
its sides attend to it. The welfare optimum knows the true chances and is the linear program's under the same budgets, so
nothing exceeds it. "ours, true chances" is our allocation with its floor, told the truth: what the allocation alone loses.
"all that is told" is the same with the chances of a reader who misses nothing in a profile and knows everybody's quality and
cost: what no learner can exceed, since tastes, slips and gaps are in no profile.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ml.allocation import gini
from ml.market_policies import POLICIES, Proposed, learn
from ml.market_world import Market, Values, World, draw

WORLDS = (
    World("balanced"),
    World("crowded 1:5", here=80, there=400),
    World("skewed popularity", quality=1.5),
)
# The same market under other assumptions, some of them against us.
VARIED = (
    World("noisy profiles", silent=0.2, slips=0.1, taste=0.5, decided=10),
    World("thin profiles", silent=0.6, slips=0.3),
    World("mostly taste", taste=1.5),
    World("likeness alone", very_thing=0.0, field_only=0.0, alike=3.0),
    World("dear yes", cost=4.0),
    World("many fields", fields=12),
)
SEEDS = 10
BASELINE, OPTIMUM = "one-sided content", "welfare optimum"
MEASURES = (
    "success",
    "matches",
    "of_optimum",
    "of_optimum_tiring",
    "gini",
    "envious",
    "coverage",
    "against_one_sided",
)


def report(
    random_state: int = 0, worlds: Sequence[World] = WORLDS, seeds: int = SEEDS
) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """Every policy in every world: world -> policy -> measure -> mean, low and high of the 95 % interval over seeds.

    Measures
    --------
    success : success@budget, the share of proposed pairs to which both would say yes
    matches : expected matches among proposals that both sides attend to
    of_optimum : the same as a share of the welfare optimum's
    of_optimum_tiring : the same when readers tire: a proposal in place k is read with chance 1 / log2(k + 1); the optimum
        is then that of the untired, in its best order, and may be exceeded
    gini : of attended proposals over organizations, on the less even side
    envious : organizations that would gain expected matches with the proposals of another of their side
    coverage : share of organizations with a feasible partner that have a proposal
    against_one_sided : success over that of one-sided content ranking in the same market
    """
    return {world.name: _over_seeds(world, random_state, seeds) for world in worlds}


def _over_seeds(world: World, random_state: int, seeds: int) -> dict[str, dict[str, dict[str, float]]]:
    drawn = [_measured(world, random_state * seeds + seed) for seed in range(seeds)]
    return {
        policy: {measure: _interval([one[policy][measure] for one in drawn]) for measure in MEASURES}
        for policy in POLICIES
    }


def _interval(values: Sequence[float]) -> dict[str, float]:
    """Mean and 95 % interval by Student's t."""
    mean, n = float(np.mean(values)), len(values)
    half = float(stats.t.ppf(0.975, n - 1) * np.std(values, ddof=1) / np.sqrt(n)) if n > 1 else 0.0
    return {"mean": mean, "low": mean - half, "high": mean + half}


def _measured(world: World, seed: int) -> dict[str, dict[str, float]]:
    market = draw(world, seed)
    known = learn(market, seed)
    found = {
        name: _measures(market, policy(market, known, np.random.default_rng([seed, at])))
        for at, (name, policy) in enumerate(POLICIES.items())
    }
    for measures in found.values():
        measures["of_optimum"] = measures["matches"] / found[OPTIMUM]["matches"]
        measures["of_optimum_tiring"] = measures["tiring"] / found[OPTIMUM]["tiring"]
        measures["against_one_sided"] = measures["success"] / found[BASELINE]["success"]
    return found


def _measures(market: Market, proposed: Proposed) -> dict[str, float]:
    both, budget = market.both, market.world.budget
    places = _places(proposed.order_here, proposed.pairs), _places(proposed.order_there.T, proposed.pairs.T).T
    attended = proposed.pairs & (places[0] <= budget) & (places[1] <= budget)
    reading = 1 / (np.log2(places[0] + 1) * np.log2(places[1] + 1))
    shown = [attended.sum(axis=1), attended.sum(axis=0)]
    feasible = [market.open.any(axis=1), market.open.any(axis=0)]
    reached = sum(int((count > 0).sum()) for count in shown)
    return {
        "success": float(both[proposed.pairs].mean()),
        "matches": float(both[attended].sum()),
        "tiring": float((both * reading)[attended].sum()),
        "gini": max(gini(count) for count in shown),
        "envious": float(_envious(both, attended) + _envious(both.T, attended.T)),
        "coverage": reached / sum(int(side.sum()) for side in feasible),
    }


def _places(order: Values, pairs: NDArray[np.bool_]) -> Values:
    """Where each pair stands in its row's proposals, from 1."""
    ranked = np.argsort(-np.where(pairs, order, -np.inf), axis=1, kind="stable")
    places = np.empty(order.shape)
    np.put_along_axis(places, ranked, np.arange(1.0, order.shape[1] + 1)[None, :], axis=1)
    return places


def _envious(both: Values, attended: NDArray[np.bool_]) -> int:
    """Rows that would have more expected matches with another row's proposals (Tomita and Yokoyama 2024)."""
    worth = both @ attended.T
    return int((worth.max(axis=1) > worth.diagonal() + 1e-9).sum())


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the report to standard output."""
    parser = argparse.ArgumentParser(prog="python -m ml.market", description=__doc__)
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.add_argument("--random-state", type=int, default=0)
    parser.add_argument("--worlds", choices=("main", "varied"), default="main")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    asked = parser.parse_args(arguments)
    found = report(asked.random_state, WORLDS if asked.worlds == "main" else VARIED, asked.seeds)
    written = json.dumps(found, indent=1) if asked.format == "json" else table(found)
    sys.stdout.write(written + "\n")


def table(found: dict[str, dict[str, dict[str, Any]]]) -> str:
    """A block a world, a row a policy, mean and half the interval's width of each measure."""
    lines = []
    for world, policies in found.items():
        lines += ["", world, " " * 20 + "".join(f"{measure:>20}" for measure in MEASURES)]
        for policy, measures in policies.items():
            cells = (
                f"{m['mean']:.3f} ± {m['high'] - m['mean']:.3f}" for m in map(measures.get, MEASURES) if m
            )
            lines.append(f"{policy:<20}" + "".join(f"{cell:>20}" for cell in cells))
    return "\n".join(lines).lstrip("\n")


if __name__ == "__main__":
    main()
