"""Declare, end, step aside, and give one's word."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

import sqlalchemy as sa
from flask_babel import lazy_gettext as _
from sqlalchemy.dialects import postgresql, sqlite

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.conflicts import queries
from app.conflicts.models import Basis, Conflict, ConflictStatement
from app.db import db
from app.errors import RuleBroken


class ReasonMissing(RuleBroken):
    """Who steps aside says why."""


def declare(user: User, organization_ids: Collection[int], basis: Basis, reason: str = "") -> None:
    """Say what ties the person to organizations of the directory; raises `NotFound` for others."""
    _add(user, [one.id for one in queries.listed_by_id(organization_ids)], basis, reason)


def recuse(user: User, organization_ids: Collection[int], reason: str) -> None:
    """Step aside from every case of these organizations; whoever calls has shown one of them to the person."""
    if not reason.strip():
        raise ReasonMissing(_("Say why you step aside."))
    _add(user, sorted(set(organization_ids)), Basis.RECUSAL, reason.strip())


def withdraw(user: User, conflict_id: int) -> Conflict:
    """End a declaration. What it hid stays hidden for a year."""
    conflict = queries.declaration_of(user.id, conflict_id)
    if conflict.ended_at is None:
        conflict.ended_at = clock.now()
        db.session.flush()
        _record("ended", [conflict.id], user, conflict.basis, [conflict.organization_id])
    return conflict


def give_statement(user: User) -> None:
    """The person's word that their declarations are complete."""
    db.session.add(ConflictStatement(user_id=user.id, given_at=clock.now()))
    db.session.flush()
    audit.record("conflict.statement_given", ("user", user.id), by=user.id)


def _add(user: User, organization_ids: list[int], basis: Basis, reason: str) -> None:
    """New rows where none holds; the same said twice, even at once, is there once."""
    if not organization_ids:
        return
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"user_id": user.id, "basis": basis, "reason": reason, "declared_at": clock.now()}
    statement: sa.Executable = (
        insert(cast(sa.Table, Conflict.__table__))
        .values([{**row, "organization_id": id_} for id_ in organization_ids])
        .on_conflict_do_nothing()
        .returning(sa.column("id"))
    )
    added = list(db.session.scalars(statement))
    _record("declared", added, user, basis, organization_ids)


def _record(
    action: str, conflict_ids: list[int], user: User, basis: Basis, organization_ids: list[int]
) -> None:
    """The reason is not written down here: it may be about a family, and many read the trail."""
    detail = {"basis": basis.value, "organizations": organization_ids}
    subjects = [("conflict", id_) for id_ in conflict_ids]
    if subjects:
        audit.record_many(f"conflict.{action}", subjects, by=user.id, detail=detail)
