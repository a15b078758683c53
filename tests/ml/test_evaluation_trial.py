"""Lists of one model at one task, free and under capacity."""

from __future__ import annotations

import numpy as np
import pytest

from ml.evaluation import metrics
from ml.evaluation.comparing import compare
from ml.evaluation.questions import Block, Task
from ml.evaluation.trial import Rule, attempt, exposure_of


def task(relevant, curated=None, known=None, warm=None) -> Task:
    nothing = np.zeros_like(relevant)
    block = Block(
        queries=np.arange(len(relevant)),
        candidates=np.arange(relevant.shape[1]),
        relevant=relevant,
        known=nothing if known is None else known,
        curated=nothing if curated is None else curated,
    )
    return Task(
        "company-investor", "corridor", (block,), np.zeros(len(relevant), bool) if warm is None else warm
    )


@pytest.fixture
def market() -> tuple[Task, np.ndarray]:
    random = np.random.default_rng(0)
    relevant = random.random((40, 60)) < 0.05
    relevant[np.arange(40), np.arange(40)] = True
    scores = random.random((40, 60)).astype(np.float32) + relevant
    return task(relevant), scores.astype(np.float32)


@pytest.mark.parametrize("rule", [Rule(5, 4), Rule(5, 4, by_rank=True), Rule(5, 4, floor=0.9)])
def test_no_candidate_is_in_more_lists_than_the_capacity(market, rule):
    asked, scores = market
    outcome = attempt(asked, [scores], rule, 0)
    assert exposure_of(outcome.lists, asked.blocks).max() <= 4
    assert (outcome.lists[0] >= 0).all()


def test_a_floor_shows_as_many_as_it_says(market):
    asked, scores = market
    scores = scores * np.linspace(0, 1, 60, dtype=np.float32) ** 4
    assert attempt(asked, [scores], Rule(5, 40), 0).coverage < 0.8
    assert attempt(asked, [scores], Rule(5, 40, floor=0.9), 0).coverage >= 0.9


def test_a_model_that_knows_all_has_everything_at_the_top():
    relevant = np.eye(6, dtype=bool)
    outcome = attempt(task(relevant), [relevant.astype(np.float32)], Rule(2), 0)
    assert all((values == 1).all() for values in outcome.by_query.values())


def test_scores_all_alike_give_every_place_to_everybody_as_often():
    relevant = np.zeros((3000, 10), dtype=bool)
    relevant[:, 0] = True
    outcome = attempt(task(relevant), [np.zeros((3000, 10), dtype=np.float32)], Rule(2), 0)
    assert outcome.by_query["recall@2"].mean() == pytest.approx(0.2, abs=0.02)
    # The mean of 1, 1/2, ... 1/10.
    assert outcome.by_query["mrr"].mean() == pytest.approx(0.2929, abs=0.02)


def test_popularity_under_capacity_is_not_left_to_the_order_of_candidates():
    relevant = np.zeros((60, 12), dtype=bool)
    relevant[:, -1] = True
    outcome = attempt(task(relevant), [np.ones((60, 12), dtype=np.float32)], Rule(2, 10), 0)
    # 60 lists of two fill twelve candidates of ten lists: each query has its one by a chance of a sixth.
    assert outcome.by_query["recall@2"].mean() == pytest.approx(10 / 60)
    assert outcome.gini == pytest.approx(0)
    # Five orders are five draws.
    assert len(set(outcome.by_query["recall@2"].tolist())) > 2


def test_links_of_investors_placed_by_hand_are_set_apart():
    relevant = np.array([[True, True, False], [True, False, False]])
    curated = np.array([[False, True, False], [True, False, False]])
    asked = task(relevant, curated=curated)
    outcome = attempt(asked, [relevant.astype(np.float32)], Rule(2), 0)
    assert outcome.by_query_without_curated["recall@2"][0] == 1
    assert np.isnan(outcome.by_query_without_curated["recall@2"][1])
    figures, _ = compare(asked, {"ours": outcome}, None, 20, 0)
    assert {row["subset"]: row["queries"] for row in figures} == {"every": 2, "cold": 2, "without curated": 1}


def test_two_names_of_one_model_differ_by_nothing(market):
    asked, scores = market
    outcome = attempt(asked, [scores], Rule(5, 4), 0)
    _, differences = compare(asked, {"ours": outcome, "twin": outcome}, 4, 100, 0)
    assert {row["metric"] for row in differences} == {"recall@5", "ndcg@10", "mrr", "coverage", "gini"}
    for row in differences:
        assert row["difference"] == [0, 0, 0]
        assert row["ratio"] is None or row["ratio"] == [1, 1, 1]


def test_a_baseline_without_a_hit_has_no_ratio(market):
    asked, scores = market
    ours, blind = (attempt(asked, [given], Rule(5), 0) for given in (scores, -scores))
    assert metrics.recall(metrics.hits(blind.lists[0], asked.blocks[0].relevant), np.ones(40, int)).sum() == 0
    _, differences = compare(asked, {"ours": ours, "blind": blind}, None, 50, 0)
    recall = next(row for row in differences if row["metric"] == "recall@5")
    assert recall["ratio"] is None
    assert recall["difference"][1] > 0
