"""What `flask matches evaluate` says of the live model."""

from __future__ import annotations

import json
from datetime import timedelta

import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from app import clock
from app.db import db
from app.matching import evaluating, live, signals
from app.matching.models import MatchState, RankingModel, Said, TrainingSignal
from app.taxonomy import Country
from tests.matching.runs import startup
from tests.matching.said import rows, season


def evaluate(app) -> dict:
    result = app.test_cli_runner().invoke(args=["matches", "evaluate", "--format", "json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def group(report: dict, who: str = "manager", kinds: str = "all", period: str = "held_out") -> dict:
    (found,) = [
        one for one in report["groups"] if (one["who"], one["kinds"], one["period"]) == (who, kinds, period)
    ]
    return found


def test_with_no_decisions_it_says_too_few(app) -> None:
    report = evaluate(app)
    assert [one["decisions"] for one in report["groups"]] == [0, 0, 0]
    table = app.test_cli_runner().invoke(args=["matches", "evaluate"]).output
    assert table.count("too few decisions") == 3


def test_the_figures_are_those_of_the_scores_and_decisions(app, world) -> None:
    season(world)
    managers = group(evaluate(app))
    assert (managers["decisions"], managers["is_enough"]) == (60, True)
    with app.app_context():
        said = signals.statements()
        fits = live.recommender(None).score_pairs([one.india_id for one in said], [one.us_id for one in said])
        yes = [one.says is Said.APPROVE for one in said]
    assert managers["yes"] == sum(yes)
    auc = managers["figures"]["live"]["auc"]
    assert auc["value"] == pytest.approx(roc_auc_score(yes, fits["score"]))
    assert auc["low"] <= auc["value"] <= auc["high"]
    squared = (fits["score"].astype(float) - pd.Series(yes, dtype=float)) ** 2
    assert managers["figures"]["live"]["brier"]["value"] == pytest.approx(squared.mean())


def test_the_random_order_is_near_a_half_and_the_rule_is_what_ranks_untrained(app, world) -> None:
    season(world)
    figures = group(evaluate(app))["figures"]
    assert figures["random"]["auc"]["low"] < 0.5 < figures["random"]["auc"]["high"]
    assert figures["rule"] == figures["live"]


def test_bands_and_calibration_count_every_decision_once(app, world) -> None:
    season(world)
    managers = group(evaluate(app))
    assert sum(band["decisions"] for band in managers["bands"]) == managers["decisions"]
    assert sum(one["count"] for one in managers["calibration"]) == managers["decisions"]
    yes = sum(one["count"] * one["observed"] for one in managers["calibration"])
    assert yes == pytest.approx(managers["yes"])


def test_only_what_was_said_after_the_model_learned_is_held_out(app, world, monkeypatch) -> None:
    season(world)
    with app.app_context():
        said = signals.statements()
        cut = said[39].at
    monkeypatch.setattr(evaluating.scoring.Model, "is_trained", True)
    world.add(
        RankingModel(
            version="m1", is_in_force=True, created_at=clock.now(), profiles_at=clock.now(), learned_until=cut
        )
    )
    report = evaluate(app)
    assert (group(report)["decisions"], group(report, period="in_sample")["decisions"]) == (20, 40)
    assert not group(report)["is_enough"]


def test_each_side_is_told_apart_and_compared_with_its_own_fit(app, world) -> None:
    india, us = startup(world, Country.INDIA), startup(world, Country.UNITED_STATES)
    match, now = world.match(india, us, MatchState.APPROVED), clock.now()
    for organization, says in ((india, Said.YES), (us, Said.NO)):
        world.add(
            TrainingSignal(match_id=match.id, organization_id=organization.id, says=says, weight=1.0, at=now)
        )
    report = evaluate(app)
    assert (group(report, "india")["yes"], group(report, "us")["yes"]) == (1, 0)
    with app.app_context():
        said = signals.statements()
        model = live.recommender(None)
        fits = model.score_pairs([india.id], [us.id])
        assert evaluating.foretold(model, said).tolist() == pytest.approx(
            [fits["forward"][0], fits["backward"][0]]
        )


def test_words_that_say_nothing_of_the_fit_are_counted_apart(app, world) -> None:
    season(world, decisions=40)
    match_id = rows(app, TrainingSignal)[0].match_id
    world.add(
        TrainingSignal(match_id=match_id, says=Said.REJECT, weight=0.0, at=clock.now() + timedelta(seconds=1))
    )
    report = evaluate(app)
    assert report["said_nothing_of_fit"] == 1
    assert group(report)["decisions"] == 39


def test_evaluating_asks_no_more_often_when_more_was_said(app, world, count_queries) -> None:
    season(world, decisions=10)
    few = count_queries(lambda: evaluate(app))
    season(world, decisions=50)
    assert count_queries(lambda: evaluate(app)) <= few


def test_nothing_is_written(app, world) -> None:
    season(world, decisions=10)
    evaluate(app)
    with app.app_context():
        assert not db.session.new
    assert len(rows(app, TrainingSignal)) == 10
