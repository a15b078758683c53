"""How long the recommender takes, beside scikit-learn's brute-force neighbors: ``python -m ml.bench --organizations N``."""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors

from ml import synthetic
from ml.allocation import allocate
from ml.proposing import propose
from ml.recommender import Recommender

CAPACITY = 10


def _timed(rows: list[dict[str, Any]], step: str, run: Callable[[], Any]) -> Any:
    """Run one step and note its wall and CPU seconds and the peak memory so far."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = run()
    rows.append(
        {
            "step": step,
            "wall_s": round(time.perf_counter() - wall, 3),
            "cpu_s": round(time.process_time() - cpu, 3),
            # Linux counts kilobytes.
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }
    )
    return result


def read_organizations(path: Path) -> pd.DataFrame:
    """Organizations of a JSON Lines file, one object a line."""
    with path.open(encoding="utf-8") as lines:
        return pd.DataFrame([json.loads(line) for line in lines if line.strip()])


def measure(organizations: pd.DataFrame, k: int) -> dict[str, Any]:
    """Every step once, and what came out."""
    rows: list[dict[str, Any]] = []
    recommender = _timed(rows, "fit", lambda: Recommender().fit(organizations))
    candidates = _timed(rows, "recommend", lambda: recommender.recommend(k=k))
    capacity = pd.Series(CAPACITY, index=recommender.index_)
    _timed(rows, "allocate", lambda: allocate(candidates, capacity))
    proposals = _timed(
        rows, "propose (recommend, widen, allocate)", lambda: propose(recommender, capacity, k=k)
    )
    ones, others = proposals["id"].tolist(), proposals["candidate"].tolist()
    reasons = _timed(rows, "explain proposals", lambda: recommender.explain_pairs(ones, others))
    one = organizations.iloc[[0]]
    _timed(rows, "update one", lambda: recommender.update(one))
    _timed(rows, "recommend one", lambda: recommender.recommend(one["id"].tolist(), k=k))
    _timed(rows, "baseline: NearestNeighbors brute, both ways", lambda: _brute(recommender, k))
    seen = pd.concat([proposals["id"], proposals["candidate"]]).value_counts()
    return {
        "organizations": len(organizations),
        "version": recommender.version_,
        "steps": rows,
        "proposals": len(proposals),
        "covered": round(len(seen) / max(1, len(organizations)), 4),
        "reasons_per_proposal": round(sum(map(len, reasons)) / max(1, len(reasons)), 2),
        "median_score": round(float(proposals["score"].median()), 3) if len(proposals) else None,
    }


def _brute(recommender: Recommender, k: int) -> None:
    """The same lists by scikit-learn, on text, technologies and tags alone."""
    features = recommender.features_
    vectors = np.hstack([features.about, features.technologies, features.tags])
    here, there = vectors[features.country == 0], vectors[features.country == 1]
    for seekers, offered in ((here, there), (there, here)):
        if len(seekers) and len(offered):
            neighbors = NearestNeighbors(n_neighbors=min(k, len(offered)), algorithm="brute", metric="cosine")
            neighbors.fit(offered).kneighbors(seekers, return_distance=False)


def _table(report: dict[str, Any]) -> str:
    head = [f"{name}: {value}" for name, value in report.items() if name != "steps"]
    widest = max(len(row["step"]) for row in report["steps"])
    lines = [f"{'step':{widest}}  {'wall s':>9}  {'CPU s':>9}  {'peak MB':>8}"]
    lines += [
        f"{row['step']:{widest}}  {row['wall_s']:9.3f}  {row['cpu_s']:9.3f}  {row['peak_mb']:8d}"
        for row in report["steps"]
    ]
    return "\n".join([*head, "", *lines])


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m ml.bench", description=__doc__)
    parser.add_argument("--organizations", type=int, default=10_000, help="how many synthetic organizations")
    parser.add_argument("--file", type=Path, help="a JSON Lines file of organizations instead")
    parser.add_argument("--k", type=int, default=50, help="length of candidate lists")
    parser.add_argument("--random-state", type=int, default=0)
    parser.add_argument("--format", choices=("table", "json"), default="table")
    given = parser.parse_args(arguments)
    frame = (
        read_organizations(given.file)
        if given.file
        else synthetic.organizations(given.organizations, given.random_state)
    )
    report = measure(frame, given.k)
    print(json.dumps(report, indent=2) if given.format == "json" else _table(report))


if __name__ == "__main__":
    main()
