"""The bench measures every phase beside others, and reads growth from the sizes."""

from __future__ import annotations

import json

import pytest

from ml import bench, synthetic


def test_every_phase_and_every_other_is_in_the_report(capsys):
    bench.main(["--organizations", "80", "--k", "5", "--indian-share", "0.5", "--here"])
    report = json.loads(capsys.readouterr().out)
    steps = {row["step"]: row for row in report["steps"]}
    assert {"vectorize (fit)", "candidates", "re-scoring", "allocation", "text to proposals"} <= set(steps)
    assert steps["re-scoring"]["recall"] == 1
    for name in ("ours", "scikit-learn brute", "faiss flat", "faiss HNSW"):
        assert steps[f"two-way nearest: {name}"]["recall"] >= 0.9
    assert report["covered"] == 1
    assert {"search", "search with filters"} <= {row["answer"] for row in report["answers"]}


def test_growth_is_the_slope_of_logarithms_and_the_table_shows_it():
    reports = [
        {
            "organizations": n,
            "steps": [
                {"step": "candidates", "wall_s": 1.0, "cpu_s": n**2 / 1e6, "peak_mb": 9, "recall": 0.99}
            ],
            "answers": [{"answer": "search", "p50_ms": 1.0, "p95_ms": 2.0}],
        }
        for n in (1000, 10_000)
    ]
    growth = bench.exponents(reports)
    assert growth == {"candidates": pytest.approx(2)}
    shown = bench.table(reports, growth)
    assert "2.0" in shown
    assert "p95     2.00 ms" in shown


def test_synthetic_markets_have_thin_profiles_and_the_share_of_indians_asked_for():
    frame = synthetic.organizations(4000)
    words = frame["description"].fillna("").str.split().str.len() + frame["tags"].str.len()
    assert 2 <= words.median() <= 6
    assert 0.14 <= (frame["country"] == "IN").mean() <= 0.2
    assert 0.45 <= (synthetic.organizations(4000, indian_share=0.5)["country"] == "IN").mean() <= 0.55
