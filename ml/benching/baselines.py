"""The same lists by others: scikit-learn's brute force, faiss flat and an HNSW graph, beside ours, on the same vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from ml.benching.watching import Watch
from ml.kernels import Floats
from ml.nearest import two_way_nearest

Found = NDArray[np.int64]

# Above so many pairs others get a sample of the queries, and their time is scaled up; an HNSW graph is not built at all.
MOST_PAIRS = 3_000_000_000
SAMPLE = 1000
# Queries whose lists are compared with the true ones.
JUDGED = 300
# Products closer than this are equal: identical profiles take each other's place.
EQUAL = 1e-5


def scikit_learn(queries: Floats, offered: Floats, k: int) -> Found:
    """NearestNeighbors, brute force; of unit vectors the nearest have the largest products."""
    model = NearestNeighbors(n_neighbors=k, algorithm="brute", metric="euclidean").fit(offered)
    return np.asarray(model.kneighbors(queries, return_distance=False))


def faiss_flat(queries: Floats, offered: Floats, k: int) -> Found:
    """IndexFlatIP."""
    index = faiss.IndexFlatIP(offered.shape[1])
    index.add(offered)
    return np.asarray(index.search(queries, k)[1])


def hnsw(queries: Floats, offered: Floats, k: int) -> Found:
    """IndexHNSWFlat with 32 links and searches of 128."""
    index = faiss.IndexHNSWFlat(offered.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efSearch = 128
    index.add(offered)
    return np.asarray(index.search(queries, k)[1])


OTHERS: dict[str, Callable[[Floats, Floats, int], Found]] = {
    "scikit-learn brute": scikit_learn,
    "faiss flat": faiss_flat,
    "faiss HNSW": hnsw,
}


def compare(watch: Watch, left: Floats, right: Floats, k: int) -> None:
    """Lists of both sides by ours and by the others, with the recall of each."""
    left, right = (side / np.linalg.norm(side, axis=1, keepdims=True).clip(1e-12) for side in (left, right))
    k = min(k, len(left), len(right))
    rng = np.random.default_rng(0)
    judged = [np.sort(rng.permutation(len(side))[:JUDGED]) for side in (left, right)]
    truth = [_kth(left[judged[0]], right, k), _kth(right[judged[1]], left, k)]
    with watch.step("two-way nearest: ours") as row:
        ours = two_way_nearest(left, right, k)
    found = [best.partner[some] for best, some in zip(ours, judged, strict=True)]
    row["recall"] = _recall(left, right, judged, found, truth)
    large = len(left) * len(right) > MOST_PAIRS
    for name, run in OTHERS.items():
        if large and run is hnsw:
            continue
        some = [
            np.sort(rng.permutation(len(side))[:SAMPLE]) if large else np.arange(len(side))
            for side in (left, right)
        ]
        with watch.step(f"two-way nearest: {name}") as row:
            lists = [run(left[some[0]], right, k), run(right[some[1]], left, k)]
        _scale_up(row, [len(left) / len(some[0]), len(right) / len(some[1])])
        if not large:
            row["recall"] = _recall(left, right, judged, [lists[0][judged[0]], lists[1][judged[1]]], truth)


def _scale_up(row: dict[str, Any], times: list[float]) -> None:
    """Both directions take the same number of queries against unlike many offered; the longer direction rules the sum."""
    if max(times) > 1:
        # Time a query is proportional to those offered, so that each direction's whole time is the same.
        share = 2 / (1 / times[0] + 1 / times[1])
        row["wall_s"], row["cpu_s"] = round(row["wall_s"] * share, 1), round(row["cpu_s"] * share, 1)
        row["step"] += " (scaled up from a sample)"


def _kth(queries: Floats, offered: Floats, k: int) -> Floats:
    products = queries.astype(np.float64) @ offered.T.astype(np.float64)
    return np.partition(products, -k, axis=1)[:, -k].astype(np.float32)


def _recall(
    left: Floats, right: Floats, judged: list[NDArray[np.intp]], found: list[Any], truth: list[Floats]
) -> float:
    """The share of places taken by somebody at least as near as the true k-th."""
    shares = []
    sides = ((left, right), (right, left))
    for (mine, theirs), some, lists, kth in zip(sides, judged, found, truth, strict=True):
        products = np.einsum("id,ikd->ik", mine[some], theirs[lists])
        shares.append(float((products >= kth[:, None] - EQUAL)[lists >= 0].sum() / lists.size))
    return round(float(np.mean(shares)), 5)
