"""The register: what the managers a lead answers for have declared, and who has given their word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Role, User
from app.conflicts import queries as conflicts
from app.conflicts import words
from app.conflicts.models import Conflict, ConflictStatement
from app.db import db
from app.errors import NotFound
from app.organizations import records
from app.programs import queries as programs
from app.programs.models import ManagerRole, ProgramManager

PAGE = 50
_PAGE_OF_FILE = 500
COLUMNS = ("manager", "organization", "basis", "reason", "declared", "ended", "hidden until")


@dataclass(frozen=True)
class Word:
    """A manager, and when they last said that their declarations are complete."""

    user: User
    given_at: datetime | None


def may_read(user: User) -> bool:
    """Leads of a program and administrators."""
    return programs.may_create(user)


def require_reader(user: User) -> None:
    """Raise `NotFound` for everybody else."""
    if not may_read(user):
        raise NotFound


def entries(user: User, before: int | None = None, limit: int = PAGE) -> Sequence[Conflict]:
    """Declarations and recusals, newest first; none about organizations that the reader is tied to as well."""
    query = sa.select(Conflict).where(
        _answers_for(user, Conflict.user_id), conflicts.not_hidden(user.id, Conflict.organization_id)
    )
    if before is not None:
        query = query.where(Conflict.id < before)
    return db.session.scalars(query.order_by(Conflict.id.desc()).limit(limit)).all()


def words_given(user: User) -> list[Word]:
    """Every manager the reader answers for, those without a word first."""
    given = (
        sa.select(sa.func.max(ConflictStatement.given_at))
        .where(ConflictStatement.user_id == User.id)
        .correlate(User)
        .scalar_subquery()
    )
    judges = User.role.in_((Role.PROGRAM_MANAGER, Role.ADMINISTRATOR))
    query = sa.select(User, given).where(judges, User.deactivated_at.is_(None), _answers_for(user, User.id))
    rows = db.session.execute(query.order_by(given.is_not(None), User.name, User.id).limit(500))
    return [Word(one, given_at) for one, given_at in rows]


def _answers_for(user: User, column: Any) -> sa.ColumnElement[bool]:
    """People in programs this person leads; an administrator answers for all."""
    if user.has_role(Role.ADMINISTRATOR):
        return sa.true()
    own = sa.select(ProgramManager.program_id).where(
        ProgramManager.user_id == user.id, ProgramManager.role == ManagerRole.LEAD
    )
    return column.in_(sa.select(ProgramManager.user_id).where(ProgramManager.program_id.in_(own)))


def as_csv(user: User) -> Iterator[bytes]:
    """The whole register as a CSV file in pieces, formulas neutralized."""
    return records.csv_lines(COLUMNS, map(_row, _all_entries(user)))


def _all_entries(user: User) -> Iterator[Conflict]:
    before = None
    while page := entries(user, before, _PAGE_OF_FILE):
        yield from page
        before = page[-1].id


def _row(one: Conflict) -> list[Any]:
    return [
        one.user.display_name,
        one.organization.name,
        str(words.basis_of(one.basis)),
        one.reason,
        _day(one.declared_at),
        _day(one.ended_at),
        _day(one.hides_until),
    ]


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""
