"""Take released decisions back, as long as no letter has left: every row is put back as it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import Base, db
from app.desk import journal, releasing, staging
from app.desk.journal_values import decoded
from app.desk.models import Decision, DecisionState, Release
from app.errors import RuleBroken
from app.matching import refreshing


class NotUndoable(RuleBroken):
    """Letters have left, or somebody else went on from what was decided."""


def undo(decision: Decision, by: User) -> None:
    """Take one released decision back. Raises `NotUndoable`; repeating one's own press changes nothing."""
    _undo([decision.id], by)


def undo_release(release: Release, by: User) -> None:
    """Take all decisions of a release back that still stand. Raises `NotUndoable`, and then none is."""
    query = sa.select(Decision.id).where(Decision.release_id == release.id)
    _undo(list(db.session.scalars(query)), by)


def _undo(ids: Sequence[int], by: User) -> None:
    decisions = releasing.locked_decisions(ids)
    standing = [one for one in decisions if one.state is not DecisionState.UNDONE]
    for decision in standing:
        _require_in_time(decision)
    try:
        with db.session.begin_nested():
            # Backwards: a later decision of the release may rest on an earlier one.
            for decision in sorted(standing, key=lambda one: one.before["place"], reverse=True):
                _take_back(decision, by)
    except IntegrityError as error:
        raise NotUndoable(_("Somebody went on from this decision, so it can no longer be undone.")) from error


def _require_in_time(decision: Decision) -> None:
    release = decision.release
    if decision.state is not DecisionState.RELEASED or release is None:
        raise NotUndoable(_("This decision was not released, so there is nothing to undo."))
    if release.effective_at <= clock.now():
        raise NotUndoable(_("The time to undo is over: letters have left."))


def _take_back(decision: Decision, by: User) -> None:
    changes: list[dict[str, Any]] = decision.before["rows"]
    for change in changes:
        _require_as_left(change)
    _restore(changes)
    db.session.expire_all()
    case = staging.locked(decision.case_id)
    staging.restore_standing(case, decision)
    decision.state, decision.undone_at, decision.undone_by_id = DecisionState.UNDONE, clock.now(), by.id
    db.session.flush()
    for change in changes:
        if change["table"] == "organization":
            refreshing.follow_undo(change["key"][0])
    detail = {"case": decision.case_id, "action": decision.action.value, "release": decision.release_id}
    audit.record("decision.undone", ("decision", decision.id), by=by.id, detail=detail)
    about = ("organization", case.one_id)
    audit.record("organization.decision_undone", about, by=by.id, detail={"decision": decision.id})


def _require_as_left(change: dict[str, Any]) -> None:
    """Raise `NotUndoable` when somebody changed since what the decision wrote."""
    now = journal.row_at((change["table"], tuple(change["key"])), locked=True)
    if "made" in change:
        is_left = now is not None and journal.seal_of(now) == change["made"]
    elif "deleted" in change:
        is_left = now is None
    else:
        firm = change["is"].keys() - journal.SOFT
        is_left = now is not None and all(now[name] == change["is"][name] for name in firm)
    if not is_left:
        raise NotUndoable(
            _("Something that came with this decision was changed since, so it can no longer be undone.")
        )


def _restore(changes: Iterable[dict[str, Any]]) -> None:
    """What was deleted comes back first, what was made goes last, so that references always hold."""
    order = {table.name: at for at, table in enumerate(Base.metadata.sorted_tables)}
    ordered = sorted(changes, key=lambda one: order[one["table"]])
    for change in (one for one in ordered if "deleted" in one):
        table = journal.table_of(change["table"])
        db.session.connection().execute(sa.insert(table).values(_values(table, change["deleted"])))
    for change in (one for one in ordered if "was" in one):
        _put_back(change)
    for change in (one for one in reversed(ordered) if "made" in one):
        table = journal.table_of(change["table"])
        db.session.connection().execute(sa.delete(table).where(journal.is_at(table, change["key"])))


def _put_back(change: dict[str, Any]) -> None:
    table = journal.table_of(change["table"])
    now = journal.row_at((change["table"], tuple(change["key"]))) or {}
    values = dict(change["was"])
    for name in journal.SOFT & values.keys():
        if now[name] != change["is"][name]:
            # Somebody saved something else since: their time stands, and the row moves on.
            values[name] = now[name] + 1 if name == "version" else now[name]
    update = sa.update(table).where(journal.is_at(table, change["key"]))
    db.session.connection().execute(update.values(_values(table, values)))


def _values(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    return {name: decoded(table.c[name].type, value) for name, value in row.items()}
