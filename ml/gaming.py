"""Does stuffing pay? ``python -m ml.gaming --format table|json`` stuffs some profiles in each known way and counts what they gain.

Every trick is a world of its own: the sampled profiles are stuffed, all others stay honest. Gains are differences to the
same profiles left as they are, with paired 95 % intervals over the profiles.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml import synthetic
from ml.proposing import propose
from ml.recommender import Recommender
from ml.stuffing import TRICKS, Loot, records

# Length of the lists, attention a week, and resamples of the interval.
K, CAPACITY, RESAMPLES = 20, 5, 2000
# Stuffers are few: with many, they would take places from one another.
MOST_STUFFED = 0.02

Values = NDArray[np.float64]


class Standing(NamedTuple):
    """How the sampled profiles stand, aligned with their ids.

    Attributes
    ----------
    placements : (n,) lists of others that they are in
    reach : (n,) sum over those lists of ``1 / log2(1 + rank)``
    ranks : frame with id (whose list), candidate, rank
    proposals : (n,) pairs allocated to them
    """

    placements: Values
    reach: Values
    ranks: pd.DataFrame
    proposals: Values


def standing(recommender: Recommender, ids: pd.Index) -> Standing:
    """Where `ids` stand in everybody's lists, and what they are proposed."""
    lists = recommender.recommend(k=K)
    found = lists.loc[lists["candidate"].isin(ids), ["id", "candidate", "rank"]]
    by_candidate = found.assign(worth=1 / np.log2(1 + found["rank"])).groupby("candidate")["worth"]
    capacity = pd.Series(CAPACITY, index=recommender.index_)
    pairs = propose(recommender, capacity, k=K)
    proposed = pd.concat([pairs["id"], pairs["candidate"]]).value_counts()
    return Standing(
        _aligned(by_candidate.size(), ids), _aligned(by_candidate.sum(), ids), found, _aligned(proposed, ids)
    )


def _aligned(values: pd.Series, ids: pd.Index) -> Values:
    return np.asarray(values.reindex(ids, fill_value=0), dtype=np.float64)


def places_climbed(honest: pd.DataFrame, stuffed: pd.DataFrame, ids: pd.Index) -> Values:
    """(n,) mean places won over the lists a profile is in before or after; a list it is not in ends one place above it."""
    both = honest.merge(stuffed, on=["id", "candidate"], how="outer", suffixes=("_before", "_after"))
    climbed = both["rank_before"].fillna(K + 1) - both["rank_after"].fillna(K + 1)
    return _aligned(climbed.groupby(both["candidate"]).mean(), ids)


def interval(values: Values, random_state: int = 0) -> dict[str, float]:
    """Mean with its 95 % bootstrap interval (Efron 1979, percentiles)."""
    rng = np.random.default_rng(random_state)
    means = values[rng.integers(0, len(values), (RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return {"mean": float(values.mean()), "low": float(low), "high": float(high)}


def sampled(organizations: pd.DataFrame, count: int, random_state: int) -> pd.DataFrame:
    """Honest profiles that say something, at most `MOST_STUFFED` of all."""
    says = organizations.reindex(columns=["description", "tags"]).notna().any(axis=1)
    rows = organizations[says]
    count = max(1, min(count, int(MOST_STUFFED * len(organizations)), len(rows)))
    return rows.sample(count, random_state=random_state).sort_index()


def experiment(
    organizations: pd.DataFrame,
    count: int = 100,
    random_state: int = 0,
    tricks: tuple[str, ...] = tuple(TRICKS),
) -> dict[str, Any]:
    """Gains of each trick over honesty.

    Parameters
    ----------
    organizations : frame as for `Recommender.fit`
    count : profiles stuffed at most
    tricks : names of `ml.stuffing.TRICKS`

    Returns
    -------
    dict with organizations, stuffed, k, honest (mean placements and proposals) and tricks: a row each with placements,
    reach, places_climbed and proposals, each a mean gain with its interval; `paid` tells whether any of placements,
    reach and proposals is surely above 0
    """
    recommender = Recommender(random_state=random_state).fit(organizations)
    chosen = sampled(organizations, count, random_state)
    ids = pd.Index(chosen["id"])
    loot = Loot.of(organizations, recommender.recommend(k=K)["candidate"].value_counts())
    honest = standing(recommender, ids)
    rows = []
    for name in tricks:
        stuffed = [TRICKS[name](row, loot) for row in records(chosen)]
        recommender.update(pd.DataFrame(stuffed))
        rows.append({"trick": name} | _gains(honest, standing(recommender, ids), ids))
        recommender.update(chosen)
    return {
        "organizations": len(organizations),
        "stuffed": len(ids),
        "k": K,
        "honest": {"placements": honest.placements.mean(), "proposals": honest.proposals.mean()},
        "tricks": rows,
    }


def _gains(honest: Standing, stuffed: Standing, ids: pd.Index) -> dict[str, Any]:
    gains = {
        "placements": interval(stuffed.placements - honest.placements),
        "reach": interval(stuffed.reach - honest.reach),
        "places_climbed": interval(places_climbed(honest.ranks, stuffed.ranks, ids)),
        "proposals": interval(stuffed.proposals - honest.proposals),
    }
    return gains | {"paid": any(gains[name]["low"] > 0 for name in ("placements", "reach", "proposals"))}


def table(report: dict[str, Any]) -> str:
    """The report as aligned text."""
    honest = report["honest"]
    lines = [
        f"{report['stuffed']} of {report['organizations']} profiles stuffed; honest they stand in "
        f"{honest['placements']:.1f} lists of {report['k']} and get {honest['proposals']:.2f} proposals",
        f"{'gain of':<26}{'placements':>24}{'places climbed':>24}{'proposals':>24}  paid",
    ]
    for row in report["tricks"]:
        cells = "".join(f"{_cell(row[name]):>24}" for name in ("placements", "places_climbed", "proposals"))
        lines.append(f"{row['trick']:<26}{cells}  {'yes' if row['paid'] else 'no'}")
    return "\n".join(lines)


def _cell(gain: dict[str, float]) -> str:
    return f"{gain['mean']:+.2f} [{gain['low']:+.2f}, {gain['high']:+.2f}]"


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m ml.gaming", description=__doc__)
    parser.add_argument("--organizations", type=int, default=3000, help="synthetic organizations")
    parser.add_argument("--file", type=Path, help="a JSON Lines file of organizations instead")
    parser.add_argument("--profiles", type=int, default=100, help="profiles stuffed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--format", choices=("table", "json"), default="table")
    given = parser.parse_args(arguments)
    organizations = (
        pd.read_json(given.file, lines=True)
        if given.file
        else synthetic.organizations(given.organizations, given.seed)
    )
    report = experiment(organizations, given.profiles, given.seed)
    sys.stdout.write((json.dumps(report, indent=1) if given.format == "json" else table(report)) + "\n")


if __name__ == "__main__":
    main()
