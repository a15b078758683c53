"""One model at one task: its lists, free and under capacity, and what they are worth query by query."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.allocation import assign
from ml.evaluation import lists as ordering
from ml.evaluation import metrics
from ml.evaluation.metrics import Lists, Values
from ml.evaluation.popularity import Scores
from ml.evaluation.questions import Block, Task

NDCG_PLACES = 10
# How often equal scores are ordered anew; figures are means over the repeats.
REPEATS = 5
Utility = Callable[[Values], Values]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one model's lists are worth.

    Attributes
    ----------
    by_query : metric -> (q,) values over the queries of all blocks, means over the repeats
    by_query_without_curated : the same with only the links of investors whose headquarters a table gives; NaN where none
    lists : those of the first repeat, one (q of the block, k) array a block, columns of the block's candidates
    n_candidates : how many candidates each block has
    coverage, gini : over the candidates of all blocks, means over the repeats
    """

    by_query: dict[str, Values]
    by_query_without_curated: dict[str, Values]
    lists: tuple[Lists, ...]
    n_candidates: tuple[int, ...]
    coverage: float
    gini: float


@dataclass(frozen=True, slots=True)
class Rule:
    """How lists are made.

    Attributes
    ----------
    k : length of a list
    capacity : most lists of one candidate; None for no limit
    floor : share of candidates to be shown at least once, where places permit; only under capacity
    by_rank : assign by the discount of a candidate's rank for the query instead of by score
    """

    k: int
    capacity: int | None = None
    floor: float = 0.0
    by_rank: bool = False


def attempt(task: Task, scores: Sequence[Scores], rule: Rule, random_state: int) -> Outcome:
    """Lists of a task by one model's scores, one array a block, under a rule."""
    tries = [
        _once(task, scores, rule, np.random.default_rng([random_state, repeat])) for repeat in range(REPEATS)
    ]
    first = tries[0]
    return Outcome(
        by_query=_mean([one.by_query for one in tries]),
        by_query_without_curated=_mean([one.by_query_without_curated for one in tries]),
        lists=first.lists,
        n_candidates=first.n_candidates,
        coverage=float(np.mean([one.coverage for one in tries])),
        gini=float(np.mean([one.gini for one in tries])),
    )


def _mean(tries: Sequence[dict[str, Values]]) -> dict[str, Values]:
    return {name: np.mean([one[name] for one in tries], axis=0) for name in tries[0]}


def _once(task: Task, scores: Sequence[Scores], rule: Rule, random: np.random.Generator) -> Outcome:
    made, every, outside = [], [], []
    for block, found in zip(task.blocks, scores, strict=True):
        ordered = ordering.keys(found, block.known, random)
        made.append(_lists(ordered, rule, random))
        every.append(_values(made[-1], ordered, block.relevant, rule))
        outside.append(_values(made[-1], ordered, block.relevant & ~block.curated, rule))
    sizes = tuple(len(block.candidates) for block in task.blocks)
    counts = exposure_of(made, task.blocks)
    return Outcome(
        _joined(every), _joined(outside), tuple(made), sizes, metrics.coverage(counts), metrics.gini(counts)
    )


def exposure_of(made: Sequence[Lists], blocks: Sequence[Block]) -> NDArray[np.int64]:
    """In how many lists each candidate of each block is."""
    return np.concatenate(
        [metrics.exposure(one, len(block.candidates)) for one, block in zip(made, blocks, strict=True)]
    )


def _joined(values: Sequence[dict[str, Values]]) -> dict[str, Values]:
    return {name: np.concatenate([one[name] for one in values]) for name in values[0]}


def _lists(ordered: Values, rule: Rule, random: np.random.Generator) -> Lists:
    if rule.capacity is None:
        return ordering.best(ordered, rule.k)
    utility = ordering.rank_discount(ordered) if rule.by_rank else ordered
    seed = int(random.integers(2**31))
    return assign(utility, rule.k, rule.capacity, floor=rule.floor, random_state=seed)


def _values(made: Lists, ordered: Values, relevant: NDArray[np.bool_], rule: Rule) -> dict[str, Values]:
    n_relevant = relevant.sum(axis=1)
    asked = n_relevant > 0
    counted = np.maximum(n_relevant, 1)
    hit = metrics.hits(made, relevant)
    if rule.capacity is None:
        reciprocal = 1 / ordering.first_relevant_rank(ordered, relevant)
    else:
        reciprocal = metrics.reciprocal_rank(hit)
    values = {
        f"recall@{rule.k}": metrics.recall(hit, counted),
        f"ndcg@{NDCG_PLACES}": metrics.ndcg(hit, counted, NDCG_PLACES),
        "mrr": reciprocal,
    }
    return {name: np.where(asked, value, np.nan) for name, value in values.items()}
