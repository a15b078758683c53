"""The recommender on synthetic organizations, phase by phase, from text to proposals; then changes and searches."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml import ranking, synthetic
from ml.benching.baselines import compare
from ml.benching.watching import Watch
from ml.listing import pairs_of
from ml.proposing import propose
from ml.recommender import Recommender

CAPACITY = 10
# Changes and searches whose time is taken; lists that are compared with exhaustive scoring, by their pairs in all.
TURNS = 60
MOST_JUDGED_PAIRS = 3_000_000
_CHANGE = "CNC machined housings and probe cards for foundries, at export quality"
_NEEDS = (
    "probe cards for wafer testing",
    "solar module recycling plant",
    "fraud screening for small banks",
    "cold storage for dairy",
    "garkulgarcor praritlam",
)


def measure(n: int, k: int, indian_share: float, random_state: int, others: bool = True) -> dict[str, Any]:
    """All phases at one size; `others` decides whether the baselines run too."""
    organizations = synthetic.organizations(n, random_state, indian_share)
    _warm_up()
    watch = Watch()
    with watch.step("vectorize (fit)"):
        recommender = Recommender(random_state=random_state).fit(organizations)
    corridor = recommender._corridor
    with watch.step("candidates"):
        found = ranking.market_candidates(corridor, k, None)
    with watch.step("re-scoring") as row:
        ranked = ranking.market_lists(corridor, k, found)
        # Handed over below, so that `propose` alone holds them and can let go of them.
        lists = [pairs_of(ranked)]
    row["recall"] = _recall(recommender, ranked, k)
    del ranked, found
    capacity = pd.Series(CAPACITY, index=recommender.index_)
    with watch.step("allocation"):
        proposals = propose(recommender, capacity, k=k, candidates=lists.pop())
    seen = pd.concat([proposals["id"], proposals["candidate"]]).nunique()
    whole = {name: round(sum(row[name] for row in watch.rows), 2) for name in ("wall_s", "cpu_s")}
    peak = max(row["peak_mb"] for row in watch.rows)
    watch.rows.append({"step": "text to proposals", **whole, "peak_mb": peak})
    with watch.step("candidates, floors kept"):
        ranking.market_candidates(corridor, k, None)
    answers = _answers(watch, recommender, organizations, k)
    if others:
        country = recommender.features_.country
        vectors = recommender.towers_.transform(recommender.features_)
        compare(watch, vectors[country == 0], vectors[country == 1], k)
    return {
        "organizations": n,
        "version": recommender.version_,
        "dimensions": corridor.codes.shape[1],
        "proposals": len(proposals),
        "covered": round(seen / max(1, n), 4),
        "steps": watch.rows,
        "answers": answers,
    }


def _warm_up() -> None:
    """Have every loop compiled or read before the clock starts."""
    few = Recommender().fit(synthetic.organizations(400, 1, 0.5))
    propose(few, pd.Series(CAPACITY, index=few.index_), k=5)
    few.rerank(["o0"], k=5)
    few.search(_NEEDS[0])


def _recall(recommender: Recommender, lists: list[tuple[NDArray[np.intp], ranking.TopK]], k: int) -> float:
    """Of exhaustive lists by the exact score, the share of places filled by somebody as good."""
    shares: list[float] = []
    scorer, country = recommender._corridor.scorer, recommender.features_.country
    for order, top in lists:
        theirs = np.flatnonzero(country != country[order[0]])
        some = np.random.default_rng(0).permutation(len(order))[
            : max(5, MOST_JUDGED_PAIRS // len(theirs) // 2)
        ]
        for place in some.tolist():
            exact = np.concatenate(
                [
                    scorer(np.full(len(part), order[place]), part)[2]
                    for part in np.array_split(theirs, -(-len(theirs) // 8192))
                ]
            )
            most = min(k, len(theirs))
            kth = np.partition(exact, -most)[-most]
            taken = top.score[place][top.partner[place] >= 0]
            shares.append(float((taken >= kth - ranking.TIE).sum() / most))
    return round(float(np.mean(shares)), 4)


def _answers(
    watch: Watch, recommender: Recommender, organizations: pd.DataFrame, k: int
) -> list[dict[str, Any]]:
    """What a change and a search take, one at a time."""
    some = np.random.default_rng(1).permutation(len(organizations))[: min(TURNS, len(organizations))]
    changed = [organizations.iloc[[at]].assign(description=_CHANGE) for at in some.tolist()]
    names = [one["id"].tolist() for one in changed]
    rows = [
        _timed("update (read one changed profile)", recommender.update, changed),
        _timed("re-rank it, both ways", partial(recommender.rerank, k=k), names),
    ]
    with watch.step("search index"):
        recommender.search(_NEEDS[0])
    filtered = partial(recommender.search, where={"kind": ["sme", "startup"], "country": "US"})
    filtered(_NEEDS[0])
    turns = [_NEEDS[at % len(_NEEDS)] for at in range(TURNS)]
    rows += [_timed("search", recommender.search, turns), _timed("search with filters", filtered, turns)]
    return rows


def _timed(name: str, call: Callable[[Any], Any], turns: Sequence[Any]) -> dict[str, Any]:
    took = []
    for turn in turns:
        start = time.perf_counter()
        call(turn)
        took.append(1000 * (time.perf_counter() - start))
    p50, p95 = np.percentile(took, [50, 95])
    return {"answer": name, "p50_ms": round(float(p50), 2), "p95_ms": round(float(p95), 2)}
