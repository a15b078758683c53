"""Write a plan of proposals: new pairs, refreshed ones, and those let go. A service like `services`, for the recommender's runs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app import workdays
from app.audit import services as audit
from app.db import db
from app.matching import eligibility
from app.matching.models import (
    OPEN_STATES,
    Match,
    MatchEnd,
    MatchState,
    Refresh,
)
from app.programs import services as programs

Pair = tuple[int, int]
Known = dict[Pair, tuple[int, MatchState]]
DUE_WORKING_DAYS = 2
# Only one process computes proposals at a time.
LEASE, LEASE_SECONDS = "matching.propose", 600
_RECOMPUTED = (
    "program_id",
    "score",
    "fit_for_india",
    "fit_for_us",
    "chance_for_india",
    "chance_for_us",
    "reasons",
    "model_version",
)


@dataclass
class ProposalRun:
    """What one run of the recommender did."""

    model_version: str
    organizations: int = 0
    with_proposals: int = 0
    new: int = 0
    refreshed: int = 0
    stale: int = 0

    @property
    def without(self) -> int:
        return self.organizations - self.with_proposals


@dataclass(frozen=True)
class Plan:
    """What a run wants to write, computed outside any transaction."""

    version: str
    # Whom it is for, and when the profile it read had last changed.
    asked: Mapping[int, datetime]
    is_full: bool
    rows: list[dict[str, Any]]
    # Matches that give up their place to a better pair.
    displaced: set[int]
    # The state of programs that a full run has read.
    read_at: datetime | None = None


def write_plan(plan: Plan, batch: int = 2000) -> Iterator[ProposalRun]:
    """Write a plan in batches; the edge commits after each one it is given. The last batch has the audit event.

    A pair that somebody decided since the plan was made stays as it is.
    """
    run = ProposalRun(plan.version, organizations=len(plan.asked))
    known = eligibility.match_ids_of_pairs()
    kept: set[Pair] = set()
    reached: set[int] = set()
    for start in range(0, len(plan.rows), batch):
        part = plan.rows[start : start + batch]
        _write(part, known, run)
        kept.update((row["india_id"], row["us_id"]) for row in part)
        yield run
    for row in plan.rows:
        reached.update((row["india_id"], row["us_id"]))
    run.with_proposals = len(reached.intersection(plan.asked))
    gone = _no_longer_proposed(plan, known, kept)
    run.stale = _let_go([known[pair][0] for pair in gone])
    _mark_refreshed(plan)
    if plan.is_full and plan.read_at is not None:
        programs.mark_shared_out(plan.read_at)
    if not plan.is_full:
        _forget_refresh_of(_left_alone(known, gone, kept) - plan.asked.keys())
    detail = {"new": run.new, "refreshed": run.refreshed, "stale": run.stale, "model": plan.version}
    audit.record("matches.proposed", ("model", plan.version), detail=detail)
    yield run


def _write(part: Sequence[dict[str, Any]], known: Known, run: ProposalRun) -> None:
    fresh, again = [], []
    for row in part:
        found = known.get((row["india_id"], row["us_id"]))
        if found is None:
            fresh.append({**row, "state": MatchState.PROPOSED, "version": 1})
        elif found[1] in (MatchState.PROPOSED, MatchState.STALE):
            again.append((found, row))
    if fresh:
        db.session.execute(sa.insert(Match), fresh)
    run.new += len(fresh)
    for (match_id, state), row in again:
        run.refreshed += _refresh(match_id, state, row)


def _refresh(match_id: int, state: MatchState, row: dict[str, Any]) -> int:
    """Bring an undecided pair up to date; its due date stays, so that a rerun lets nobody wait longer."""
    values = {key: row[key] for key in _RECOMPUTED}
    if state is MatchState.STALE:
        values |= {"state": MatchState.PROPOSED, "proposed_at": row["proposed_at"], "due_at": row["due_at"]}
    # What a manager referred to a program stays there.
    values["program_id"] = sa.case((Match.is_referred, Match.program_id), else_=row["program_id"])
    untouched = sa.and_(Match.id == match_id, Match.state == state)
    changed = sa.update(Match).where(untouched).values(**values).execution_options(synchronize_session=False)
    return int(db.session.execute(changed).rowcount)  # type: ignore[attr-defined]


def _no_longer_proposed(plan: Plan, known: Known, kept: set[Pair]) -> set[Pair]:
    """Proposals the recommender does not make again: any in a full run, else those of `asked` and displaced ones."""
    return {
        pair
        for pair, (match_id, state) in known.items()
        if state is MatchState.PROPOSED
        and pair not in kept
        and (plan.is_full or match_id in plan.displaced or not plan.asked.keys().isdisjoint(pair))
    }


def _let_go(match_ids: Sequence[int]) -> int:
    """Those that nobody has decided on become stale."""
    changed = 0
    for start in range(0, len(match_ids), 500):
        those = sa.and_(Match.id.in_(match_ids[start : start + 500]), Match.state == MatchState.PROPOSED)
        values = {"state": MatchState.STALE, "version": Match.version + 1}
        update = sa.update(Match).where(those).values(values).execution_options(synchronize_session=False)
        changed += int(db.session.execute(update).rowcount)  # type: ignore[attr-defined]
    return changed


def _mark_refreshed(plan: Plan) -> None:
    """Note which state of each profile was read: one committed late, with an earlier time, still counts as newer."""
    _forget_refresh_of(plan.asked.keys())
    rows = [
        {"organization_id": id_, "refreshed_at": seen, "model_version": plan.version}
        for id_, seen in plan.asked.items()
    ]
    if rows:
        db.session.execute(sa.insert(Refresh), rows)


def _left_alone(known: Known, gone: set[Pair], kept: set[Pair]) -> set[int]:
    """Organizations whose last match that is going went with `gone`."""
    alive = (*OPEN_STATES, MatchState.APPROVED)
    ended = set(db.session.scalars(sa.select(MatchEnd.match_id)))
    living = {
        pair for pair, (id_, state) in known.items() if state in alive and id_ not in ended
    } - gone | kept
    return {side for pair in gone for side in pair} - {side for pair in living for side in pair}


def _forget_refresh_of(ids: Collection[int]) -> None:
    """Forget that these were refreshed."""
    every = sorted(ids)
    for start in range(0, len(every), 500):
        part = every[start : start + 500]
        db.session.execute(sa.delete(Refresh).where(Refresh.organization_id.in_(part)))


def due_after(start: datetime, days: int = DUE_WORKING_DAYS) -> datetime:
    """So many working days later; weekends and the holidays of both countries do not count."""
    return workdays.after(start, days)
