"""How well the recommender foresees links made after a cut, beside its baselines: ``python -m ml.evaluate``."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml import market
from ml.evaluation import reading
from ml.evaluation.grading import read_grades
from ml.evaluation.popularity import Model
from ml.evaluation.report import as_table
from ml.evaluation.running import ABLATIONS, MODELS, Settings, evaluate, graded


def main(arguments: list[str] | None = None) -> None:
    given = _parser().parse_args(arguments)
    started = time.perf_counter()
    report = _report(given)
    _tell(f"{time.perf_counter() - started:.0f} s in all")
    if given.format == "json":
        print(json.dumps(report, indent=1))
        return
    print(as_table(report))
    if given.market:
        print(f"\n{market.table(report['market'])}")


def _report(given: argparse.Namespace) -> dict[str, Any]:
    models = _models(given)
    organizations = reading.read_organizations(given.organizations)
    if given.exclude_curated and "hq_source" in organizations.columns:
        organizations = organizations[organizations["hq_source"].ne("curated")].reset_index(drop=True)
    links = reading.read_links(given.partnerships)
    settings = _settings(given, links)
    past = reading.past_of(organizations, links, settings.before, settings.random_state)
    curated = reading.curated(organizations)
    report: dict[str, Any] = {"settings": _plain(settings)}
    report |= evaluate(past, links, curated, settings, models, _tell)
    if given.grades:
        report["graded"] = graded(past, read_grades(given.grades), settings.n_resamples, _tell)
    if given.market:
        report["market"] = market.report(given.random_state)
    return report


def _models(given: argparse.Namespace) -> dict[str, Model]:
    names = [name.strip() for name in given.models.split(",")] if given.models else list(MODELS)
    strange = [name for name in names if name not in MODELS]
    if strange:
        raise SystemExit(f"unknown model {strange[0]!r}; known are {', '.join(MODELS)}")
    ablations = ABLATIONS if given.ablate else {}
    return {name: MODELS[name]() for name in names} | {name: make() for name, make in ablations.items()}


def _settings(given: argparse.Namespace, links: pd.DataFrame) -> Settings:
    return Settings(
        before=given.before,
        until=given.until or _after(links),
        k=given.k,
        capacity=given.capacity,
        n_resamples=given.bootstraps,
        most_queries=given.queries,
        random_state=given.random_state,
    )


def _after(links: pd.DataFrame) -> np.datetime64:
    """The day after the last link."""
    return np.datetime64(links["last_day"].max(), "D") + np.timedelta64(1, "D")


def _plain(settings: Settings) -> dict[str, Any]:
    fields = {name: getattr(settings, name) for name in Settings.__slots__}
    return {name: str(value) if isinstance(value, np.datetime64) else value for name, value in fields.items()}


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _day(text: str) -> np.datetime64:
    return np.datetime64(text, "D")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ml.evaluate", description=__doc__)
    parser.add_argument("--organizations", type=Path, required=True, help="JSON Lines file")
    parser.add_argument("--partnerships", type=Path, required=True, help="CSV file of dated links")
    parser.add_argument(
        "--before", type=_day, required=True, help="the cut: models learn from links before it"
    )
    parser.add_argument("--until", type=_day, help="links from this day on are not looked at")
    parser.add_argument("--k", type=int, default=20, help="length of a list")
    parser.add_argument("--capacity", type=int, default=30, help="most lists of one candidate")
    parser.add_argument("--bootstraps", type=int, default=1000, help="resamples of the queries")
    parser.add_argument("--queries", type=int, default=500, help="most queries of a task; more are sampled")
    parser.add_argument("--models", help=f"a comma-separated choice of: {', '.join(MODELS)}")
    parser.add_argument(
        "--ablate", action="store_true", help="show ours with each of its parts left out, too"
    )
    parser.add_argument("--exclude-curated", action="store_true", help="leave out investors placed by hand")
    parser.add_argument("--random-state", type=int, default=0)
    parser.add_argument(
        "--market", action="store_true", help="add the simulated two-sided markets of ml.market"
    )
    parser.add_argument("--grades", type=Path, help="JSON Lines of id, candidate, grade, or a folder of such")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    return parser


if __name__ == "__main__":
    main()
