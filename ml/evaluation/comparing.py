"""Figures with intervals from outcomes, and how ours stands to each baseline on the same queries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ml.evaluation.bootstrap import Resamples, interval
from ml.evaluation.metrics import Values
from ml.evaluation.questions import Mask, Task
from ml.evaluation.trial import Outcome

OURS = "ours"
EVERY, COLD, WARM, WITHOUT_CURATED = "every", "cold", "warm", "without curated"
# Fewer distinct queries cover less: resamples of these are moved onto the figure.
CENTERED = ("coverage", "gini")

Row = dict[str, Any]
# Of one model, capacity and metric: the figure, and the same in each resample.
Sampled = tuple[float, Values]


def compare(
    task: Task, outcomes: Mapping[str, Outcome], capacity: int | None, n_resamples: int, random_state: int
) -> tuple[list[Row], list[Row]]:
    """Rows of figures and rows of differences of one task under one capacity.

    Parameters
    ----------
    outcomes : model -> outcome; that of `OURS` is set against each other's

    Returns
    -------
    figures : rows with direction, population, subset, queries, capacity, model, metric, value, low, high
    differences : the same with baseline, and difference and ratio as [value, low, high], ratio null where undefined
    """
    figures, differences = [], []
    for subset, mask in _subsets(task):
        if not mask.any():
            continue
        place = {
            "direction": task.direction,
            "population": task.population,
            "subset": subset,
            "queries": int(mask.sum()),
            "capacity": capacity,
        }
        resamples = Resamples(int(mask.sum()), n_resamples, random_state)
        sampled = {
            model: dict(_sampled(outcome, subset, mask, resamples)) for model, outcome in outcomes.items()
        }
        for model, by_metric in sampled.items():
            for metric, (value, drawn) in by_metric.items():
                bounds = interval(value, drawn, centered=metric in CENTERED)
                figures.append(place | {"model": model, "metric": metric} | bounds._asdict())
        differences += [place | row for row in against(OURS, sampled)]
    return figures, differences


def _subsets(task: Task) -> Iterator[tuple[str, Mask]]:
    yield EVERY, np.ones(task.n_queries, dtype=bool)
    yield COLD, ~task.warm
    yield WARM, task.warm
    if any(block.curated.any() for block in task.blocks):
        yield WITHOUT_CURATED, task.relevant_counts(without_curated=True) > 0


def _sampled(
    outcome: Outcome, subset: str, mask: Mask, resamples: Resamples
) -> Iterator[tuple[str, Sampled]]:
    by_query = outcome.by_query_without_curated if subset == WITHOUT_CURATED else outcome.by_query
    for metric, values in by_query.items():
        yield metric, (float(values[mask].mean()), resamples.means(values[mask]))
    if subset == EVERY:
        coverage, gini = resamples.attention(outcome.lists, outcome.n_candidates)
        yield "coverage", (outcome.coverage, coverage)
        yield "gini", (outcome.gini, gini)


def against(ours: str, sampled: Mapping[str, Mapping[str, Sampled]]) -> Iterator[Row]:
    """Difference and ratio of one model's figures to each other model's, on the same resamples."""
    for model, by_metric in sampled.items():
        if model == ours or ours not in sampled:
            continue
        for metric, (value, drawn) in by_metric.items():
            our_value, our_drawn = sampled[ours][metric]
            centered = metric in CENTERED
            yield {
                "model": ours,
                "baseline": model,
                "metric": metric,
                "difference": list(interval(our_value - value, our_drawn - drawn, centered=centered)),
                "ratio": _ratio(our_value, our_drawn, value, drawn, centered=centered),
            }


def _ratio(
    our_value: float, our_drawn: Values, value: float, drawn: Values, *, centered: bool
) -> list[float] | None:
    """None where the baseline has nothing in the figure or in a resample."""
    if value <= 0 or (drawn <= 0).any():
        return None
    return list(interval(our_value / value, our_drawn / drawn, centered=centered))
