"""How well scores order candidates that people have read and graded."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml.evaluation.bootstrap import Resamples, interval
from ml.evaluation.comparing import OURS, Row, Sampled, against
from ml.evaluation.metrics import Values, graded_ndcg
from ml.evaluation.popularity import Model, Scores
from ml.evaluation.reading import Past

METRICS = {"ndcg@10": False, "ndcg@10, gain 2^grade - 1": True}


def read_grades(path: Path) -> pd.DataFrame:
    """Graded pairs: id, candidate, grade of a JSON Lines file, or of all ``*.jsonl`` in a folder.

    Raises
    ------
    ValueError
        When one of the three is missing.
    """
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    rows = [
        json.loads(line)
        for file in files
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    grades = pd.DataFrame(rows)
    missing = [name for name in ("id", "candidate", "grade") if name not in grades.columns]
    if missing:
        raise ValueError(f"grades lack {', '.join(missing)}")
    return grades[["id", "candidate", "grade"]]


def grade(
    past: Past,
    grades: pd.DataFrame,
    models: Mapping[str, Model],
    n_resamples: int,
    tell: Callable[[str], None],
) -> dict[str, Any]:
    """Figures and differences over the queries with at least one grade above 0.

    Parameters
    ----------
    past : organizations, and the links models may learn from
    grades : frame of `read_grades`; pairs of unknown ids are left out
    models : name -> fitted model
    """
    index = pd.Index(past.organizations["id"])
    rows = pd.DataFrame(
        {
            "query": index.get_indexer(pd.Index(grades["id"])),
            "candidate": index.get_indexer(pd.Index(grades["candidate"])),
            "grade": grades["grade"].to_numpy(dtype=np.float64),
        }
    )
    rows = rows[(rows["query"] >= 0) & (rows["candidate"] >= 0)]
    rows = rows[rows.groupby("query")["grade"].transform("max") > 0]
    queries, candidates = np.unique(rows["query"]), np.unique(rows["candidate"])
    resamples = Resamples(len(queries), n_resamples, past.random_state)
    place = {"graded_pairs": len(rows), "queries": len(queries)}
    figures: list[Row] = []
    sampled: dict[str, dict[str, Sampled]] = {}
    for name, model in models.items():
        tell(f"graded pairs: {name}")
        sampled[name] = {}
        for metric, values in _by_query(rows, model.scores(queries, candidates), queries, candidates).items():
            drawn = resamples.means(values)
            sampled[name][metric] = (float(values.mean()), drawn)
            bounds = interval(float(values.mean()), drawn)
            figures.append(place | {"model": name, "metric": metric} | bounds._asdict())
    return {"figures": figures, "differences": [place | row for row in against(OURS, sampled)]}


def _by_query(
    rows: pd.DataFrame, scores: Scores, queries: np.ndarray[Any, Any], candidates: np.ndarray[Any, Any]
) -> dict[str, Values]:
    values: dict[str, list[float]] = {metric: [] for metric in METRICS}
    for at, query in enumerate(queries):
        mine = rows[rows["query"] == query]
        score = scores[at, np.searchsorted(candidates, mine["candidate"])].astype(np.float64)
        for metric, exponential in METRICS.items():
            values[metric].append(graded_ndcg(score, mine["grade"].to_numpy(), exponential=exponential))
    return {metric: np.array(found) for metric, found in values.items()}
