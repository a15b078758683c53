"""Train a model on what people said, judge it beside the one in force, and put the better one into force.

A service like `services`. The old file stays on disk, and can be put back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import sqlalchemy as sa

from app import clock
from app.audit import services as audit
from app.db import db, reading
from app.errors import NotFound, RuleBroken
from app.later import later
from app.matching import eligibility, evaluating, frames, gate, live, scoring, signals
from app.matching.gate import Contender, Verdict
from app.matching.models import RankingModel
from app.matching.signals import Statement
from app.store import services as store

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = later("pandas")

LEASE, LEASE_SECONDS = "matching.train", 600
EVERY = timedelta(days=7)
# What is told while it trains: what there is was read, the challenger has learned, one is judged, both are.
STEPS = 4
# The newest part of what was said is kept to judge by.
HELD_OUT = 0.3
FEWEST_TO_LEARN, FEWEST_TO_JUDGE, FEWEST_OF_A_SORT = 30, 15, 4
# Lists of so many organizations show whether attention collapses.
LISTED, LIST = 500, 10


class TooFewDecisions(RuleBroken):
    """Not enough was said yet to learn from and to judge by."""


@dataclass(frozen=True)
class Trained:
    """A challenger with its verdict, computed outside any transaction."""

    recommender: scoring.Recommender
    verdict: Verdict
    profiles_at: datetime
    learned_until: datetime


@dataclass(frozen=True)
class _Material:
    """What there is to learn from, as it was read."""

    profiles_at: datetime
    organizations: pd.DataFrame
    partnerships: pd.DataFrame
    said: list[Statement]
    present: scoring.Chosen | None
    rules: scoring.Rules


def last_attempt() -> RankingModel | None:
    """The newest trained model, whatever became of it."""
    return db.session.scalars(
        sa.select(RankingModel).order_by(RankingModel.created_at.desc(), RankingModel.id.desc()).limit(1)
    ).first()


def is_due() -> bool:
    """Whether a week has passed and something was said since."""
    last = last_attempt()
    if last is None:
        return signals.count_since(None) >= FEWEST_TO_LEARN + FEWEST_TO_JUDGE
    return last.created_at <= clock.now() - EVERY and signals.count_since(last.created_at) > 0


def train(cap: int, folder: Path, tell: Callable[[int], None] = lambda _step: None) -> Trained:
    """A challenger that learned from the older decisions, judged on the newer ones. `tell` is called after each step.

    Raises `TooFewDecisions`.
    """
    with reading():
        material = _read(cap, folder)
        db.session.rollback()
    learned, held_out = split(material.said)
    tell(1)
    until = learned[-1].at
    decisions = frames.decision_frame(one for one in material.said if one.at <= until)
    challenger = scoring.trained(material.organizations, material.partnerships, decisions)
    tell(2)
    # Both rank the same profiles: only how they rank differs.
    present = _contender(scoring.ranking_as(challenger, material.present), held_out, material.rules)
    tell(3)
    outcome = np.array([float(one.says in evaluating.YES) for one in held_out])
    verdict = gate.judge(outcome, present, _contender(challenger, held_out, material.rules))
    tell(4)
    return Trained(challenger, verdict, material.profiles_at, until)


def _read(cap: int, folder: Path) -> _Material:
    began_at = clock.now()
    organizations = frames.organization_frame()
    known = set(organizations["id"].tolist())
    said = [one for one in signals.statements() if {one.india_id, one.us_id} <= known]
    return _Material(
        profiles_at=began_at,
        organizations=organizations,
        partnerships=frames.partnership_frame(),
        said=said,
        present=live.chosen(folder),
        rules=eligibility.matching_rules(cap),
    )


def split(said: Sequence[Statement]) -> tuple[list[Statement], list[Statement]]:
    """Decisions to learn from, and newer ones to judge by. Raises `TooFewDecisions`."""
    told = [one for one in said if evaluating.tells_of_fit(one)]
    place = int(len(told) * (1 - HELD_OUT))
    cut = told[place - 1].at if place else None
    learned = [one for one in told if cut is not None and one.at <= cut]
    held_out = [one for one in told if cut is not None and one.at > cut]
    for part, fewest in ((learned, FEWEST_TO_LEARN), (held_out, FEWEST_TO_JUDGE)):
        yes = sum(one.says in evaluating.YES for one in part)
        if len(part) < fewest or min(yes, len(part) - yes) < FEWEST_OF_A_SORT:
            raise TooFewDecisions(
                f"Too few decisions: {len(told)} so far. At least {FEWEST_TO_LEARN} are needed to learn from and "
                f"{FEWEST_TO_JUDGE} newer ones to judge by, with {FEWEST_OF_A_SORT} yeses and noes in each."
            )
    return learned, held_out


def _contender(model: scoring.Recommender, held_out: Sequence[Statement], rules: scoring.Rules) -> Contender:
    foretold = evaluating.foretold(model, held_out)
    sane = bool(np.isfinite(foretold).all())
    return Contender(foretold, scoring.partners_listed(model, rules, LISTED, LIST) if sane else 0)


def shelve(trained: Trained, folder: Path) -> RankingModel:
    """Write down what came of the training; an accepted model goes to disk and takes over."""
    number = (db.session.scalar(sa.select(sa.func.max(RankingModel.id))) or 0) + 1
    row = RankingModel(
        version=f"{trained.recommender.version_}-{number}",
        why=trained.verdict.why,
        created_at=clock.now(),
        profiles_at=trained.profiles_at,
        learned_until=trained.learned_until,
        metrics=trained.verdict.metrics,
    )
    if trained.verdict.is_accepted:
        _put_on_shelf(row, trained, folder)
    db.session.add(row)
    db.session.flush()
    detail = {"version": row.version, "why": row.why, "sha256": row.sha256}
    audit.record(f"model.{row.state.value}", ("model", row.version), detail=detail)
    return row


def _put_on_shelf(row: RankingModel, trained: Trained, folder: Path) -> None:
    """Write the file, read it again, and only then let it take over."""
    file = f"{row.version}.model"
    sha256, size = scoring.save(trained.recommender, folder / file, trained.verdict.metrics)
    if scoring.loaded_or_none(scoring.Chosen(row.version, folder / file, sha256, row.profiles_at)) is None:
        (folder / file).unlink(missing_ok=True)
        row.why = f"Its file cannot be read back. {row.why}"
        return
    store.put(folder / file)
    _retire_present()
    row.file, row.sha256, row.bytes, row.is_in_force = file, sha256, size, True


def put_back(version: str, folder: Path) -> RankingModel:
    """Let an earlier model rank again. Raises `NotFound`, and `RuleBroken` when its file cannot be read."""
    row = db.session.scalars(sa.select(RankingModel).where(RankingModel.version == version)).one_or_none()
    if row is None or not row.file:
        raise NotFound(f"There is no model {version} on the shelf.")
    chosen = scoring.Chosen(row.version, live.at_hand(folder / row.file), row.sha256, row.profiles_at)
    if scoring.loaded_or_none(chosen) is None:
        raise RuleBroken(f"The file of model {version} is missing or damaged. Nothing was changed.")
    if not row.is_in_force:
        _retire_present()
        row.is_in_force = True
        db.session.flush()
        audit.record("model.put_back", ("model", row.version), detail={"sha256": row.sha256})
    return row


def put_rule_back() -> None:
    """Let the rule rank again, without any trained model."""
    if (present := live.in_force()) is not None:
        _retire_present()
        audit.record("model.set_aside", ("model", present.version))


def shelf() -> Sequence[RankingModel]:
    """Every trained model, newest first."""
    return db.session.scalars(sa.select(RankingModel).order_by(RankingModel.id.desc())).all()


def _retire_present() -> None:
    if (present := live.in_force()) is not None:
        present.is_in_force = None
        db.session.flush()
