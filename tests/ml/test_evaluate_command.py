"""The command on a small market: what it writes where, and that it writes the same again."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from ml import evaluate, market

TOPICS = {
    "chips": "Silicon wafers, lithography and packaging for chip makers.",
    "milk": "Dairy cattle, cheese and pasteurization machines.",
    "solar": "Photovoltaic panels and inverters for sunlight.",
}


def organizations():
    for country in ("IN", "US"):
        for topic, text in TOPICS.items():
            for at in range(8):
                yield {
                    "id": f"{country}-{topic}-{at}",
                    "kind": "startup",
                    "country": country,
                    "description": text,
                    "stage": "series-a",
                }
            for at in range(2):
                yield {
                    "id": f"{country}-{topic}-fund-{at}",
                    "kind": "investor",
                    "country": country,
                    "description": f"Money for {text}",
                    "hq_source": "curated" if at else "dataset",
                }


def links():
    """Every fund keeps to its topic, at home and abroad, before and after the cut."""
    for country in ("IN", "US"):
        for topic in TOPICS:
            for at in range(8):
                for there in ("IN", "US"):
                    year = 2008 if at < 4 else 2012
                    yield f"{country}-{topic}-fund-{at % 2}", f"{there}-{topic}-{at}", f"{year}-03-0{at + 1}"


@pytest.fixture
def files(tmp_path):
    with (tmp_path / "organizations.jsonl").open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(one) + "\n" for one in organizations())
    frame = pd.DataFrame(links(), columns=["investor_id", "company_id", "date"])
    frame.to_csv(tmp_path / "links.csv", index=False)
    grades = [
        {"id": "IN-milk-0", "candidate": f"US-{topic}-fund-0", "grade": 3 * (topic == "milk")}
        for topic in TOPICS
    ]
    (tmp_path / "grades.jsonl").write_text("\n".join(map(json.dumps, grades)), encoding="utf-8")
    return tmp_path


def arguments(files, *more):
    return [
        *("--organizations", str(files / "organizations.jsonl")),
        *("--partnerships", str(files / "links.csv")),
        *("--before", "2010-01-01", "--k", "2", "--capacity", "5", "--bootstraps", "50"),
        *more,
    ]


def report(capsys, files, *more):
    evaluate.main(arguments(files, "--format", "json", *more))
    return json.loads(capsys.readouterr().out)


def figure(found, **place):
    rows = [row for row in found["figures"] if all(row[name] == value for name, value in place.items())]
    assert len(rows) == 1, place
    return rows[0]


CORRIDOR = {"direction": "company-investor", "population": "corridor", "subset": "every"}


def test_every_task_model_and_metric_comes_with_its_interval(capsys, files):
    found = report(capsys, files, "--models", "random,TF-IDF,corridor popularity,ours")
    assert {(row["direction"], row["population"], row["capacity"]) for row in found["figures"]} == {
        (direction, population, capacity)
        for direction in ("company-investor", "investor-company")
        for population in ("corridor", "all")
        for capacity in (None, 5)
    }
    assert {row["subset"] for row in found["figures"]} == {"every", "cold", "warm", "without curated"}
    assert all(row["low"] <= row["high"] for row in found["figures"])
    for metric in ("recall@2", "ndcg@10", "mrr", "coverage", "gini"):
        row = figure(found, **CORRIDOR, capacity=None, model="TF-IDF", metric=metric)
        assert row["low"] - 1e-9 <= row["value"] <= row["high"] + 1e-9
    others = {"random", "TF-IDF", "corridor popularity", "ours without floor"}
    assert {row["baseline"] for row in found["differences"]} == others
    # Two funds of six are of a company's topic, and one of them invests.
    assert figure(found, **CORRIDOR, capacity=None, model="TF-IDF", metric="recall@2")["value"] == 1
    assert figure(found, **CORRIDOR, capacity=None, model="random", metric="recall@2")["value"] < 0.7


def test_nobody_is_in_more_lists_than_the_capacity(capsys, files):
    found = report(capsys, files, "--models", "corridor popularity", "--capacity", "4")
    # 24 queries of two places among 12 investors of four lists each: only even exposure fits.
    row = {"capacity": 4, "model": "corridor popularity"}
    assert figure(found, **CORRIDOR, **row, metric="coverage")["value"] == 1
    assert figure(found, **CORRIDOR, **row, metric="gini")["value"] == pytest.approx(0)


def test_the_same_call_writes_the_same(capsys, files):
    models = ("--models", "random,BM25,ALS,ours")
    assert report(capsys, files, *models) == report(capsys, files, *models)


def test_links_from_the_end_of_the_tested_period_on_are_not_looked_at(capsys, files):
    models = ("--models", "TF-IDF portfolio", "--until", "2012-03-07")
    found = report(capsys, files, *models)
    frame = pd.read_csv(files / "links.csv")
    frame[frame["date"] < "2012-03-07"].to_csv(files / "links.csv", index=False)
    assert report(capsys, files, *models) == found
    assert found["links_tested"] == 24


def test_investors_placed_by_hand_can_be_left_out(capsys, files):
    found = report(capsys, files, "--models", "random", "--exclude-curated")
    assert found["links_tested"] == 24
    assert "without curated" not in {row["subset"] for row in found["figures"]}


def test_graded_pairs_are_scored_beside_baselines(capsys, files):
    found = report(capsys, files, "--models", "random", "--grades", str(files / "grades.jsonl"))
    figures = {row["model"]: row["value"] for row in found["graded"]["figures"] if row["metric"] == "ndcg@10"}
    assert figures["BM25"] == figures["ours"] == 1
    # By chance the one good candidate of three is at each place as often.
    assert figures["random"] == pytest.approx((1 + 1 / 1.5849625 + 1 / 2) / 3)


def test_the_table_names_every_model_and_progress_goes_to_standard_error(capsys, files):
    evaluate.main(arguments(files, "--models", "random,ours"))
    written = capsys.readouterr()
    assert "company → investor · corridor · every · 24 queries · capacity 5" in written.out
    assert "recall@2" in written.out
    assert "fit ours" in written.err
    assert "fit ours" not in written.out


def test_an_unknown_model_is_refused_by_name(files):
    with pytest.raises(SystemExit, match="'luck'"):
        evaluate.main(arguments(files, "--models", "luck"))


def test_each_part_of_ours_can_be_left_out(capsys, files):
    found = report(capsys, files, "--models", "ours", "--ablate")
    parts = ("activity", "portfolio", "turn", "fit")
    assert {row["baseline"] for row in found["differences"]} == {
        "ours without floor",
        *(f"ours without {part}" for part in parts),
    }


def test_simulated_markets_are_added_when_asked_for(capsys, files, monkeypatch):
    monkeypatch.setattr(market, "report", lambda seed: {"town": {"ours": {"success": {"seed": seed}}}})
    found = report(capsys, files, "--models", "random", "--market", "--random-state", "3")
    assert found["market"]["town"]["ours"]["success"] == {"seed": 3}
