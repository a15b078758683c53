"""All tasks of one cut, every model in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ml.evaluation.comparing import OURS, Row, compare
from ml.evaluation.factors import Als
from ml.evaluation.grading import grade
from ml.evaluation.ours import PARTS, Ours, OursByFit
from ml.evaluation.popularity import Chance, Model, Popularity, Scores, TimesPopularity
from ml.evaluation.questions import DIRECTIONS, POPULATIONS, Asker, Mask, Task, first_links
from ml.evaluation.reading import Past
from ml.evaluation.texts import Bm25, StaticVectors, Tfidf
from ml.evaluation.trial import Outcome, Rule, attempt

HALF_LIFE = 1.0
MODELS: dict[str, Callable[[], Model]] = {
    "random": Chance,
    "popularity": Popularity,
    "recent popularity": lambda: Popularity(HALF_LIFE),
    "corridor popularity": lambda: Popularity(across=True),
    "recent corridor popularity": lambda: Popularity(HALF_LIFE, across=True),
    "BM25": lambda: Bm25(portfolio=False),
    "BM25 portfolio": lambda: Bm25(portfolio=True, b=0.0),
    "TF-IDF": lambda: Tfidf(portfolio=False),
    "TF-IDF portfolio": lambda: Tfidf(portfolio=True),
    "LSA": lambda: Tfidf(portfolio=False, n_components=128),
    "LSA portfolio": lambda: Tfidf(portfolio=True, n_components=128, power=2.0),
    "ALS": Als,
    "text x log corridor popularity": lambda: TimesPopularity(Tfidf(portfolio=True), Popularity(across=True)),
    "text x log recent corridor popularity": lambda: TimesPopularity(
        Tfidf(portfolio=True), Popularity(HALF_LIFE, across=True)
    ),
    "BM25 x log corridor popularity": lambda: TimesPopularity(
        Bm25(portfolio=True, b=0.25), Popularity(across=True)
    ),
    "ours by fit alone": OursByFit,
    OURS: Ours,
}
ABLATIONS: dict[str, Callable[[], Model]] = {f"{OURS} without {part}": partial(Ours, part) for part in PARTS}
# Of graded pairs, which need no links: words weighed among all organizations.
GRADED: dict[str, Callable[[], Model]] = {
    "random": Chance,
    "BM25": lambda: Bm25(portfolio=False, whole=True),
    "TF-IDF": lambda: Tfidf(portfolio=False),
    "LSA": lambda: Tfidf(portfolio=False, n_components=128),
    "static vectors": StaticVectors,
    OURS: Ours,
}
# Ours under capacity: this share of candidates is shown at least once. It is shown without that, too.
FLOOR = 0.3
WITHOUT_FLOOR = "ours without floor"


@dataclass(frozen=True, slots=True)
class Settings:
    """What is asked of a run; see the command's options."""

    before: np.datetime64
    until: np.datetime64
    k: int = 20
    capacity: int = 30
    n_resamples: int = 1000
    most_queries: int = 500
    random_state: int = 0


def evaluate(
    past: Past,
    links: pd.DataFrame,
    curated: Mask,
    settings: Settings,
    models: Mapping[str, Model],
    tell: Callable[[str], None],
) -> dict[str, Any]:
    """Figures and differences of every task, free and under capacity.

    Parameters
    ----------
    past : what was known before the cut
    links : frame of `ml.evaluation.reading.dated_links`
    curated : (n,) bool, organizations whose headquarters were set by hand
    settings : the cut and the sizes
    models : name -> model, not yet fitted
    tell : takes lines about the progress
    """
    tested = first_links(past, links, settings.until)
    tell(f"{len(past.days)} links before the cut, {len(tested)} first links in the tested period")
    for name, model in models.items():
        _timed(tell, f"fit {name}", partial(model.fit, past))
    asker = Asker(past, tested, curated, settings.most_queries)
    figures: list[Row] = []
    differences: list[Row] = []
    for direction in DIRECTIONS:
        for population in POPULATIONS:
            task = asker.task(direction, population)
            if not task.n_queries:
                tell(f"{direction}, {population}: no link to foresee")
                continue
            for capacity, outcomes in _outcomes(task, models, settings, tell):
                made = compare(task, outcomes, capacity, settings.n_resamples, settings.random_state)
                figures += made[0]
                differences += made[1]
    return {
        "figures": figures,
        "differences": differences,
        "links_before": len(past.days),
        "links_tested": len(tested),
    }


def graded(past: Past, grades: pd.DataFrame, n_resamples: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Figures of graded pairs; ours once with the links before the cut and once without any."""
    models = {name: make().fit(past) for name, make in GRADED.items()}
    models[f"{OURS} without links"] = OursByFit().fit(past)
    return grade(past, grades, models, n_resamples, tell)


def _outcomes(
    task: Task, models: Mapping[str, Model], settings: Settings, tell: Callable[[str], None]
) -> Iterator[tuple[int | None, dict[str, Outcome]]]:
    free, capped = {}, {}
    for name, model in models.items():
        label = f"{task.direction}, {task.population}, {task.n_queries} queries: {name}"
        started = time.perf_counter()
        scores = [model.scores(block.queries, block.candidates) for block in task.blocks]
        scored = time.perf_counter()
        rule = Rule(settings.k)
        free[name] = attempt(task, scores, rule, settings.random_state)
        under = replace(rule, capacity=settings.capacity)
        if isinstance(model, Ours):
            by_rank = replace(under, by_rank=True)
            capped[name] = attempt(task, scores, replace(by_rank, floor=FLOOR), settings.random_state)
            if name == OURS:
                capped[WITHOUT_FLOOR] = attempt(task, scores, by_rank, settings.random_state)
        else:
            capped[name] = _better(task, scores, under, settings.random_state)
        tell(f"{label} ({scored - started:.1f} s scores, {time.perf_counter() - scored:.1f} s lists)")
    yield None, free
    yield settings.capacity, capped


def _better(task: Task, scores: Sequence[Scores], rule: Rule, random_state: int) -> Outcome:
    """The better of two assignments, judged on the tested links themselves: this favors a baseline."""
    tried = [attempt(task, scores, replace(rule, by_rank=by_rank), random_state) for by_rank in (False, True)]
    return max(tried, key=lambda outcome: float(outcome.by_query[f"recall@{rule.k}"].mean()))


def _timed(tell: Callable[[str], None], step: str, run: Callable[[], Any]) -> None:
    started = time.perf_counter()
    run()
    tell(f"{step} ({time.perf_counter() - started:.1f} s)")
