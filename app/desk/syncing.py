"""Cases follow what is judged: they are opened, woken, brought up to date and closed as their subjects change.

What a match, a review, a suspicion or a grievance says of itself is the truth; a case is how the queue sees it. The desk
pulls: nothing below it knows of cases. Looking is apart from writing, so that the worker takes no lock in vain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app import clock
from app.db import db
from app.desk import sla
from app.desk.models import Action, Case, CaseKind, CaseState, Decision, DecisionState, Release
from app.grievances.models import Grievance, GrievanceKind, GrievanceState
from app.listings.models import ListingReview, ReviewState
from app.matching.models import OPEN_STATES, Match, MatchState
from app.organizations.models import Duplicate, DuplicateState, Organization, ProfileState

AT_ONCE = 5_000
_CHUNK = 500
# Enough for a million of anything.
_MOST_ROUNDS = 200
_GONE = (ProfileState.MERGED, ProfileState.REFUSED)
# How likely both sides say yes; before anybody has taught the model, how well they fit.
_VALUE = sa.func.coalesce(Match.chance_for_india * Match.chance_for_us, Match.score)


@dataclass
class Found:
    """What differs between the queue and what is to be judged."""

    new: list[dict[str, Any]] = field(default_factory=list)
    over: list[int] = field(default_factory=list)
    awake: list[int] = field(default_factory=list)
    moved: list[dict[str, Any]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.over or self.awake or self.moved)


@dataclass(frozen=True)
class Synced:
    """What a run did."""

    opened: int
    closed: int
    woken: int


def sync() -> Synced:
    """Bring all cases up to date; afterwards nothing waits without a case."""
    opened = closed = woken = 0
    for _round in range(_MOST_ROUNDS):
        found = look()
        if not found:
            break
        done = write(found)
        opened, closed, woken = opened + done.opened, closed + done.closed, woken + done.woken
    return Synced(opened, closed, woken)


def look() -> Found:
    """What is to be done, at most `AT_ONCE` of each."""
    rows = [row for source in (_matches, _listings, _duplicates, _grievances) for row in source()]
    # Of cases opened in one run the older and better come first, also where the queue has no other order.
    rows.sort(key=lambda row: (row["opened_at"], -row["value"]))
    return Found(rows, _over(), _awake(), _moved())


def write(found: Found) -> Synced:
    """Do it, as far as it still holds."""
    now = clock.now()
    # First what is over: a subject that comes again gets a case of its own.
    closed = _update(
        found.over, {"state": CaseState.CLOSED, "closed_at": now, "waits_until": None}, _is_over()
    )
    woken = sum(_wake(kind, found.awake, now) for kind in CaseKind) if found.awake else 0
    for row in found.moved:
        values = {"value": row["value"], "program_id": row["program_id"]}
        _update([row["id"]], values, Case.state.in_((CaseState.OPEN, CaseState.WAITING)))
    return Synced(_open(found.new), closed, woken)


def _open(rows: Sequence[dict[str, Any]]) -> int:
    """Open cases; one that somebody else has opened meanwhile is left alone."""
    dialect = db.session.get_bind().dialect.name
    insert: Callable[..., Any] = sqlite.insert if dialect == "sqlite" else postgresql.insert
    opened = 0
    for start in range(0, len(rows), _CHUNK):
        part = insert(Case.__table__).values(list(rows[start : start + _CHUNK])).on_conflict_do_nothing()
        opened += int(db.session.execute(part).rowcount)  # type: ignore[attr-defined]
    return opened


def _wake(kind: CaseKind, ids: Sequence[int], now: datetime) -> int:
    """What comes back is due as if it were new."""
    values = {"state": CaseState.OPEN, "waits_until": None, "due_at": sla.due_after(now, kind)}
    return _update(ids, values, sa.and_(Case.kind == kind, Case.state == CaseState.WAITING))


def _update(ids: Sequence[int], values: dict[str, Any], still: sa.ColumnElement[bool]) -> int:
    changed = 0
    for start in range(0, len(ids), _CHUNK):
        those = sa.and_(Case.id.in_(ids[start : start + _CHUNK]), still)
        update = sa.update(Case).where(those).values(**values, version=Case.version + 1)
        result = db.session.execute(update.execution_options(synchronize_session=False))
        changed += int(result.rowcount)  # type: ignore[attr-defined]
    if changed:
        db.session.expire_all()
    return changed


def _without_case(subject: InstrumentedAttribute[int | None], id_: Any) -> sa.ColumnElement[bool]:
    case = aliased(Case)
    column = getattr(case, subject.key)
    return ~sa.exists().where(column == id_, case.state != CaseState.CLOSED, case.repeats_id.is_(None))


def _row(kind: CaseKind, opened_at: datetime, **more: Any) -> dict[str, Any]:
    empty = dict.fromkeys(
        (
            "match_id",
            "listing_review_id",
            "duplicate_id",
            "grievance_id",
            "program_id",
            "other_id",
            "waits_until",
        )
    )
    defaults = {"state": CaseState.OPEN, "value": 0.0, "opinions": 0, "wanted_opinions": 0, "version": 1}
    due_at = sla.due_after(opened_at, kind)
    return {**empty, **defaults, "kind": kind, "opened_at": opened_at, "due_at": due_at, **more}


def _matches() -> list[dict[str, Any]]:
    query = sa.select(
        Match.id,
        Match.state,
        Match.india_id,
        Match.us_id,
        Match.program_id,
        Match.proposed_at,
        Match.hold_until,
        _VALUE,
    ).where(Match.state.in_(OPEN_STATES), _without_case(Case.match_id, Match.id))
    return [
        _row(
            CaseKind.PAIR,
            proposed_at,
            match_id=id_,
            one_id=india_id,
            other_id=us_id,
            program_id=program_id,
            value=value,
            state=CaseState.OPEN if state is MatchState.PROPOSED else CaseState.WAITING,
            waits_until=hold_until,
        )
        for id_, state, india_id, us_id, program_id, proposed_at, hold_until, value in db.session.execute(
            query.order_by(Match.id).limit(AT_ONCE)
        )
    ]


def _listings() -> list[dict[str, Any]]:
    earlier = aliased(ListingReview)
    came_back = sa.exists().where(
        earlier.organization_id == ListingReview.organization_id,
        earlier.id < ListingReview.id,
        earlier.decided_at.is_not(None),
    )
    again = sa.or_(ListingReview.is_change, came_back)
    query = sa.select(
        ListingReview.id, ListingReview.organization_id, ListingReview.submitted_at, again
    ).where(
        ListingReview.state == ReviewState.WAITING, _without_case(Case.listing_review_id, ListingReview.id)
    )
    return [
        _row(
            CaseKind.RESUBMISSION if is_again else CaseKind.LISTING,
            submitted_at,
            listing_review_id=id_,
            one_id=organization_id,
        )
        for id_, organization_id, submitted_at, is_again in db.session.execute(
            query.order_by(ListingReview.id).limit(AT_ONCE)
        )
    ]


def _duplicates() -> list[dict[str, Any]]:
    query = sa.select(
        Duplicate.id, Duplicate.one_id, Duplicate.other_id, Duplicate.found_at, Duplicate.score
    ).where(_is_suspected(), _without_case(Case.duplicate_id, Duplicate.id))
    return [
        _row(
            CaseKind.MERGE,
            found_at,
            duplicate_id=id_,
            one_id=one_id,
            other_id=other_id,
            value=min(1.0, score),
        )
        for id_, one_id, other_id, found_at, score in db.session.execute(
            query.order_by(Duplicate.id).limit(AT_ONCE)
        )
    ]


def _is_suspected() -> sa.ColumnElement[bool]:
    """Open, and both profiles go on."""
    gone = sa.exists().where(
        sa.or_(Organization.id == Duplicate.one_id, Organization.id == Duplicate.other_id),
        Organization.state.in_(_GONE),
    )
    return sa.and_(Duplicate.state == DuplicateState.OPEN, ~gone.correlate(Duplicate))


def _grievances() -> list[dict[str, Any]]:
    """An appeal against a pair concerns both its sides: a conflict with either hides it."""
    partner = sa.case((Match.india_id == Grievance.organization_id, Match.us_id), else_=Match.india_id)
    query = (
        sa.select(
            Grievance.id,
            Grievance.kind,
            Grievance.organization_id,
            Grievance.opened_at,
            Match.program_id,
            partner,
            Match.id,
        )
        .outerjoin(Match, Match.id == Grievance.match_id)
        .where(Grievance.state == GrievanceState.WAITING, _without_case(Case.grievance_id, Grievance.id))
    )
    return [
        _row(
            CaseKind.APPEAL if kind is GrievanceKind.APPEAL else CaseKind.ABUSE,
            opened_at,
            grievance_id=id_,
            one_id=organization_id,
            other_id=other_id if match_id else None,
            program_id=program_id,
        )
        for id_, kind, organization_id, opened_at, program_id, other_id, match_id in db.session.execute(
            query.order_by(Grievance.id).limit(AT_ONCE)
        )
    ]


def _is_over() -> sa.ColumnElement[bool]:
    """Open or waiting, though there is nothing left to judge. What is staged is told at its release."""
    subjects = (
        sa.exists().where(Match.id == Case.match_id, Match.state.not_in(OPEN_STATES)),
        sa.exists().where(
            ListingReview.id == Case.listing_review_id, ListingReview.state != ReviewState.WAITING
        ),
        sa.exists().where(Duplicate.id == Case.duplicate_id, ~_is_suspected()),
        sa.exists().where(Grievance.id == Case.grievance_id, Grievance.state != GrievanceState.WAITING),
    )
    living = Case.state.in_((CaseState.OPEN, CaseState.WAITING))
    return sa.and_(living, Case.repeats_id.is_(None), sa.or_(*(one.correlate(Case) for one in subjects)))


def _over() -> list[int]:
    return list(db.session.scalars(sa.select(Case.id).where(_is_over()).limit(AT_ONCE)))


def _awake() -> list[int]:
    """Held until today, or asked for more and a side has changed its profile since."""
    is_day = Case.waits_until <= clock.now().date()
    answered = sa.exists().where(
        sa.or_(Organization.id == Case.one_id, Organization.id == Case.other_id),
        Organization.profile_changed_at > _asked_at(),
    )
    back = sa.or_(is_day, sa.and_(Case.waits_until.is_(None), answered.correlate(Case)))
    return list(
        db.session.scalars(sa.select(Case.id).where(Case.state == CaseState.WAITING, back).limit(AT_ONCE))
    )


def _asked_at() -> sa.ColumnElement[Any]:
    """When the last question on a case went out."""
    released = (
        sa.select(sa.func.max(Release.at))
        .join(Decision, Decision.release_id == Release.id)
        .where(
            Decision.case_id == Case.id,
            Decision.action == Action.ASK,
            Decision.state == DecisionState.RELEASED,
        )
        .correlate(Case)
        .scalar_subquery()
    )
    decided = sa.select(Match.decided_at).where(Match.id == Case.match_id).correlate(Case).scalar_subquery()
    return sa.func.coalesce(released, decided)


def _moved() -> list[dict[str, Any]]:
    """Pairs that are worth more or less than they were, or belong to another program by now."""
    query = (
        sa.select(Case.id, _VALUE.label("value"), Match.program_id)
        .join(Match, Match.id == Case.match_id)
        .where(
            Case.kind == CaseKind.PAIR,
            Case.state.in_((CaseState.OPEN, CaseState.WAITING)),
            Case.repeats_id.is_(None),
            sa.or_(Case.value != _VALUE, Case.program_id.is_distinct_from(Match.program_id)),
        )
        .limit(AT_ONCE)
    )
    return [dict(row._mapping) for row in db.session.execute(query)]
