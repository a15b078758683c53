"""How the live model does on what managers and sides really said, beside the rule and a random order.

Reads and computes; writes nothing. Only what was said after the model had learned tells how good it is: what it learned
from is reported apart, as in-sample.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app import clock
from app.db import db, reading
from app.later import later
from app.matching import eligibility, live, measures, reasons, scoring, signals
from app.matching.models import Said
from app.matching.signals import Statement
from app.taxonomy import Country, Kind

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = later("pandas")

YES, NO = (Said.APPROVE, Said.YES), (Said.REJECT, Said.NO)
# With fewer decisions, or fewer of one sort, an interval says nothing.
FEWEST, FEWEST_OF_A_SORT = 30, 5
HELD_OUT, IN_SAMPLE = "held_out", "in_sample"
_SPEAKERS = ("manager", "india", "us")
_MODELS = ("live", "rule", "random")
ALL = "all"


@dataclass(frozen=True)
class Group:
    """What one sort of people said of one sort of pairs in one period, and how well it was foretold."""

    who: str
    kinds: str
    period: str
    decisions: int
    yes: int
    is_enough: bool
    # By model, each measure with its interval.
    figures: dict[str, dict[str, measures.Figure]]
    bands: list[dict[str, Any]]
    calibration: list[measures.Bin]


@dataclass(frozen=True)
class Report:
    """All groups, and which model they are about."""

    model: str
    learned_until: datetime | None
    as_of: datetime
    said_nothing_of_fit: int
    groups: list[Group]

    def as_json(self) -> dict[str, Any]:
        """The same in types JSON has; what cannot be told is null."""
        found: dict[str, Any] = _plain(asdict(self))
        return found


def report(folder: Path | None) -> Report:
    """The live model on every decision there is."""
    with scoring.model.lock:
        with reading():
            said = signals.statements()
            traits = eligibility.traits_of_all()
            in_force = live.in_force()
            recommender = live.recommender(folder)
            # A model whose file cannot be read does not rank: then the rule is what is judged.
            learned_until = in_force.learned_until if in_force and scoring.model.is_trained else None
            version = scoring.model.version
            db.session.rollback()
        told = [one for one in said if one.says in (*YES, *NO)]
        known = set(recommender.index_.tolist())
        scored = [one for one in told if tells_of_fit(one) and {one.india_id, one.us_id} <= known]
        frame = _judged(recommender, scored, traits, learned_until)
    groups = list(_groups(frame))
    return Report(version, learned_until, clock.now(), len(told) - len(scored), groups)


def _judged(
    recommender: scoring.Recommender,
    said: list[Statement],
    traits: dict[int, tuple[Country, Kind]],
    learned_until: datetime | None,
) -> pd.DataFrame:
    """One row a decision: who, kinds, period, yes, both fits, and the prediction of each model."""
    frame = pd.DataFrame(
        {
            "who": [_who(one) for one in said],
            "kinds": [_kinds(traits[one.india_id][1], traits[one.us_id][1]) for one in said],
            "period": [_period(one, learned_until) for one in said],
            "yes": [float(one.says in YES) for one in said],
        }
    )
    by_model = {"live": recommender, "rule": scoring.by_rule(recommender)}
    for name, model in by_model.items():
        frame[name] = foretold(model, said)
    fits = _fits(recommender, said)
    frame["weaker"] = fits[["forward", "backward"]].min(axis=1)
    frame["random"] = np.random.default_rng(measures.SEED).random(len(frame))
    return frame


def tells_of_fit(one: Statement) -> bool:
    """A yes or a no that was about the fit of the two, and not about the moment or the law alone."""
    return one.says in (*YES, *NO) and one.weight > 0


def foretold(model: scoring.Recommender, said: Sequence[Statement]) -> measures.Floats:
    """(n,) what a model says of each: the score to a manager, to a side how well it is served."""
    fits = _fits(model, said)
    who = [_who(one) for one in said]
    by_speaker = {"manager": "score", "india": "forward", "us": "backward"}
    return np.array([fits[by_speaker[one]].iat[row] for row, one in enumerate(who)], dtype=np.float64)


def _fits(model: scoring.Recommender, said: Sequence[Statement]) -> pd.DataFrame:
    ids, candidates = [one.india_id for one in said], [one.us_id for one in said]
    return model.score_pairs(ids, candidates).astype("float64")


def _who(one: Statement) -> str:
    if one.organization_id is None:
        return "manager"
    return "india" if one.organization_id == one.india_id else "us"


def _kinds(one: Kind, other: Kind) -> str:
    return "–".join(sorted((one.value, other.value)))


def _period(one: Statement, learned_until: datetime | None) -> str:
    return IN_SAMPLE if learned_until is not None and one.at <= learned_until else HELD_OUT


def _groups(frame: pd.DataFrame) -> Iterator[Group]:
    for period in (HELD_OUT, IN_SAMPLE):
        for who in _SPEAKERS:
            here = frame[(frame["period"] == period) & (frame["who"] == who)]
            if len(here) or period == HELD_OUT:
                yield _group(here, who, ALL, period)
            for kinds in sorted(here["kinds"].unique()):
                yield _group(here[here["kinds"] == kinds], who, kinds, period)


def _group(here: pd.DataFrame, who: str, kinds: str, period: str) -> Group:
    outcome = here["yes"].to_numpy(dtype=np.float64)
    yes = int(outcome.sum())
    is_enough = len(here) >= FEWEST and min(yes, len(here) - yes) >= FEWEST_OF_A_SORT
    figures = {
        name: measures.figures(outcome, here[name].to_numpy(dtype=np.float64))
        for name in (_MODELS if is_enough else ())
    }
    calibration = measures.calibration(outcome, here["live"].to_numpy(dtype=np.float64)) if is_enough else []
    return Group(who, kinds, period, len(here), yes, is_enough, figures, _bands(here), calibration)


def _bands(here: pd.DataFrame) -> list[dict[str, Any]]:
    """Decisions and share of yes by the bands that people see."""
    edges = {
        "strong": (reasons.STRONG, math.inf),
        "good": (reasons.GOOD, reasons.STRONG),
        "look": (-1, reasons.GOOD),
    }
    found = []
    for band, (low, high) in edges.items():
        inside = here[(here["weaker"] >= low) & (here["weaker"] < high)]
        share = float(inside["yes"].mean()) if len(inside) else math.nan
        found.append({"band": band, "decisions": len(inside), "share_of_yes": share})
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return None if isinstance(value, float) and math.isnan(value) else value
