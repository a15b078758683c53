"""Release staged decisions: all that still can be, in one transaction. Letters and sides wait until it can no longer be undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.desk import applying, consequences, journal, queries, staging
from app.desk.models import Case, Decision, DecisionState, Release
from app.errors import RuleBroken
from app.matching.models import Match
from app.outbox import services as outbox


class NothingReleased(RuleBroken):
    """Not one of the decisions could be released; `kept` says why, by decision."""

    def __init__(self, kept: dict[int, str]) -> None:
        super().__init__("\n".join(dict.fromkeys(kept.values())) or _("Nothing is staged."))
        self.kept = kept


def release(by: User, decisions: Sequence[Decision]) -> Release:
    """Make these decisions true. What has changed meanwhile stays staged: `foreseen["kept"]` says why, by decision.

    Raises `NothingReleased` when that is so of all of them.
    """
    foreseen = consequences.summary_of(consequences.consequences_of(decisions))
    locked = locked_decisions([one.id for one in decisions])
    now = clock.now()
    made = Release(by_id=by.id, at=now, effective_at=now + time_to_undo(), foreseen={})
    db.session.add(made)
    db.session.flush()
    allowed = _known_to(by, [one.case_id for one in locked])
    kept: dict[str, str] = {}
    for place, decision in enumerate(locked):
        why = _release_one(made, decision, by, place) if decision.case_id in allowed else ""
        if why is None:
            continue
        if decision.state is DecisionState.STAGED and decision.case_id in allowed:
            kept[str(decision.id)] = why
    released = len(_ids_in(made))
    if not released:
        raise NothingReleased({int(id_): why for id_, why in kept.items()})
    made.foreseen = {**foreseen, "kept": kept, "released": released}
    db.session.flush()
    audit.record("decisions.released", ("release", made.id), by=by.id, detail={"decisions": released})
    return made


def locked_decisions(ids: Sequence[int]) -> list[Decision]:
    """The decisions in the order of their ids; they, their cases and matches locked in one order for everybody."""
    cases = sa.select(Decision.case_id).where(Decision.id.in_(ids))
    matches = sa.select(Case.match_id).where(Case.id.in_(cases), Case.match_id.is_not(None))
    _lock(Case, Case.id.in_(cases))
    _lock(Match, Match.id.in_(matches))
    return _lock(Decision, Decision.id.in_(ids))


def _lock(model: Any, those: sa.ColumnElement[bool]) -> list[Any]:
    query = sa.select(model).where(those).order_by(model.id).with_for_update(of=model)
    return list(db.session.scalars(query.execution_options(populate_existing=True)).unique())


def time_to_undo() -> timedelta:
    """How long after a release letters wait and all of it can be taken back."""
    return timedelta(minutes=current_app.config["SETTINGS"].undo_minutes)


def _known_to(by: User, case_ids: Sequence[int]) -> set[int]:
    """Those of the cases that this person may still know of."""
    query = sa.select(Case.id).where(Case.id.in_(case_ids), queries.visible(by))
    return set(db.session.scalars(query))


def _ids_in(made: Release) -> Sequence[int]:
    return db.session.scalars(sa.select(Decision.id).where(Decision.release_id == made.id)).all()


def _release_one(made: Release, decision: Decision, by: User, place: int) -> str | None:
    """Why it stays staged; None when it is released."""
    if decision.state is not DecisionState.STAGED or decision.by_id != by.id:
        return ""
    case = staging.locked(decision.case_id)
    act = applying.Act(case, decision, by, made.effective_at)
    try:
        with (
            db.session.begin_nested(),
            outbox.held_until(made.effective_at),
            journal.listening(case.id) as noted,
        ):
            applying.apply(act, noted)
            decision.state, decision.release_id = DecisionState.RELEASED, made.id
            db.session.flush()
            decision.before = {**decision.before, "rows": noted.changes(), "place": place}
    except RuleBroken as broken:
        return str(broken)
    detail = {"case": case.id, "action": decision.action.value, "release": made.id}
    audit.record("decision.released", ("decision", decision.id), by=by.id, detail=detail)
    return None
