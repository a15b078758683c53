"""Reads of programs."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app import clock
from app.accounts.models import User
from app.db import db
from app.errors import NotFound
from app.programs.models import Program, ProgramManager


def open_programs() -> Sequence[Program]:
    """Programs that are open and not over, in the order pairs are offered to them."""
    goes_on = sa.or_(Program.ends_on.is_(None), Program.ends_on >= clock.now().date())
    query = sa.select(Program).where(Program.is_open, goes_on).order_by(Program.priority, Program.id)
    return db.session.scalars(query).all()


def program_by_key(key: str) -> Program:
    """The program with this key; raises `NotFound`."""
    program = db.session.scalars(sa.select(Program).where(Program.key == key)).one_or_none()
    if program is None:
        raise NotFound
    return program


def programs_managed_by(user: User) -> Sequence[Program]:
    """Programs this person manages."""
    query = (
        sa.select(Program)
        .join(ProgramManager, ProgramManager.program_id == Program.id)
        .where(ProgramManager.user_id == user.id)
        .order_by(Program.name)
    )
    return db.session.scalars(query).all()


def managers_of(program: Program) -> Sequence[User]:
    """Who manages a program."""
    query = (
        sa.select(User)
        .join(ProgramManager, ProgramManager.user_id == User.id)
        .where(ProgramManager.program_id == program.id)
        .order_by(User.name)
    )
    return db.session.scalars(query).all()
