"""What changes matches: proposals of the recommender, and decisions of managers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import AlreadyDecided, RuleBroken
from app.matching import emails, queries
from app.matching.models import Match, MatchState, Refresh, RejectReason, ReviewAction, ReviewDecision
from app.outbox import services as outbox

DUE_WORKING_DAYS = 2
# Only one process computes proposals at a time.
LEASE, LEASE_SECONDS = "matching.propose", 600
_RECOMPUTED = ("program_id", "score", "fit_for_india", "fit_for_us", "reasons", "model_version")
_STATE_AFTER = {
    ReviewAction.APPROVE: MatchState.APPROVED,
    ReviewAction.REJECT: MatchState.REJECTED,
    ReviewAction.HOLD: MatchState.HELD,
    ReviewAction.ASK_MORE: MatchState.INFO_REQUESTED,
}


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
    asked: list[int]
    is_full: bool
    rows: list[dict[str, Any]]
    # Matches that give up their place to a better pair.
    displaced: set[int]
    began_at: datetime


def write_plan(plan: Plan, batch: int = 2000) -> Iterator[ProposalRun]:
    """Write a plan in batches; the edge commits after each one it is given. The last batch has the audit event.

    A pair that somebody decided since the plan was made stays as it is.
    """
    run = ProposalRun(plan.version, organizations=len(plan.asked))
    known = queries.match_ids_of_pairs()
    kept: set[tuple[int, int]] = set()
    reached: set[int] = set()
    for start in range(0, len(plan.rows), batch):
        part = plan.rows[start : start + batch]
        _write(part, known, run)
        kept.update((row["india_id"], row["us_id"]) for row in part)
        yield run
    for row in plan.rows:
        reached.update((row["india_id"], row["us_id"]))
    run.with_proposals = len(reached.intersection(plan.asked))
    run.stale = _let_go(plan, known, kept)
    _mark_refreshed(plan)
    detail = {"new": run.new, "refreshed": run.refreshed, "stale": run.stale, "model": plan.version}
    audit.record("matches.proposed", ("model", plan.version), detail=detail)
    yield run


def _write(
    part: Sequence[dict[str, Any]], known: dict[tuple[int, int], tuple[int, MatchState]], run: ProposalRun
) -> None:
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
    untouched = sa.and_(Match.id == match_id, Match.state == state)
    changed = sa.update(Match).where(untouched).values(**values).execution_options(synchronize_session=False)
    return int(db.session.execute(changed).rowcount)  # type: ignore[attr-defined]


def _let_go(
    plan: Plan, known: dict[tuple[int, int], tuple[int, MatchState]], kept: set[tuple[int, int]]
) -> int:
    """Proposals the recommender no longer makes become stale: all of them in a full run, else those of `asked`."""
    asked = set(plan.asked)
    gone = [
        match_id
        for pair, (match_id, state) in known.items()
        if state is MatchState.PROPOSED
        and pair not in kept
        and (plan.is_full or match_id in plan.displaced or asked.intersection(pair))
    ]
    for start in range(0, len(gone), 500):
        those = sa.and_(Match.id.in_(gone[start : start + 500]), Match.state == MatchState.PROPOSED)
        values = {"state": MatchState.STALE, "version": Match.version + 1}
        db.session.execute(
            sa.update(Match).where(those).values(values).execution_options(synchronize_session=False)
        )
    return len(gone)


def _mark_refreshed(plan: Plan) -> None:
    for start in range(0, len(plan.asked), 500):
        part = plan.asked[start : start + 500]
        db.session.execute(sa.delete(Refresh).where(Refresh.organization_id.in_(part)))
        rows = [
            {"organization_id": id_, "refreshed_at": plan.began_at, "model_version": plan.version}
            for id_ in part
        ]
        db.session.execute(sa.insert(Refresh), rows)


def due_after(start: datetime, days: int = DUE_WORKING_DAYS) -> datetime:
    """So many working days later; Saturday and Sunday do not count."""
    due = start
    while days:
        due += timedelta(days=1)
        days -= due.weekday() < 5
    return due


def approve(match: Match, by: User, *, version: int, note: str = "") -> None:
    """Let both sides hear of each other, as teasers. Raises `AlreadyDecided`, and `RuleBroken` when a side has paused."""
    if not (match.india.is_matchable and match.us.is_matchable):
        raise RuleBroken(_("One of the two has paused its profile. Hold the match until it is back."))
    if _decide(match, ReviewAction.APPROVE, by, version, note=note):
        for mail in emails.proposals(match):
            outbox.enqueue(mail)


def reject(match: Match, by: User, reason: RejectReason, *, version: int, note: str = "") -> None:
    """The pair shall not meet. Raises `AlreadyDecided`."""
    _decide(match, ReviewAction.REJECT, by, version, note=note, reason=reason)


def hold(match: Match, by: User, until: date, *, version: int, note: str = "") -> None:
    """Look at it again on a day. Raises `AlreadyDecided`."""
    if _decide(match, ReviewAction.HOLD, by, version, note=note):
        match.hold_until = until
        db.session.flush()


def ask_more(
    match: Match, by: User, note: str, *, version: int, sides: Iterable[str] = ("india", "us")
) -> None:
    """Ask the people of one or both sides a question. Raises `AlreadyDecided`."""
    if _decide(match, ReviewAction.ASK_MORE, by, version, note=note):
        for mail in emails.questions(match, note, sides):
            outbox.enqueue(mail)


def _decide(
    match: Match,
    action: ReviewAction,
    by: User,
    version: int,
    *,
    note: str,
    reason: RejectReason | None = None,
) -> bool:
    """Write a decision if the match is as the manager saw it; False when this very decision is there already."""
    if match.version != version or not match.is_open:
        return _settle_with_winner(match, action, by)
    match.state = _STATE_AFTER[action]
    match.hold_until = None
    match.decided_at, match.decided_by_id = clock.now(), by.id
    match_id = match.id
    try:
        db.session.flush()
    except StaleDataError:
        # Another manager committed between our read and our write.
        db.session.rollback()
        return _settle_with_winner(queries.match_now(match_id), action, by)
    decision = ReviewDecision(
        match_id=match.id, action=action, reason_code=reason, note=note, by_id=by.id, at=clock.now()
    )
    db.session.add(decision)
    audit.record(
        f"match.{match.state.value}", ("match", match.id), by=by.id, detail={"version": match.version}
    )
    return True


def _settle_with_winner(match: Match, action: ReviewAction, by: User) -> bool:
    """A repeated press of one's own button is no conflict; anything else names who was first."""
    last = queries.last_decision(match.id)
    if (
        last is not None
        and last.by_id == by.id
        and last.action is action
        and match.state is _STATE_AFTER[action]
    ):
        return False
    if last is None:
        raise RuleBroken(_("This match was computed anew while you had it open. Look at it again."))
    raise AlreadyDecided(
        _("%(name)s was first: %(action)s.", name=last.by.display_name, action=action_words(last.action)),
        winner=last.by.display_name,
        action=last.action.value,
    )


def action_words(action: ReviewAction) -> str:
    """What a manager did, in words."""
    return {
        ReviewAction.APPROVE: _("approved"),
        ReviewAction.REJECT: _("rejected"),
        ReviewAction.HOLD: _("put on hold"),
        ReviewAction.ASK_MORE: _("asked for more"),
    }[action]
