"""Reads of programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app import clock
from app.accounts.models import Role, User
from app.db import db
from app.errors import NotFound
from app.organizations.models import Organization
from app.programs.models import ManagerRole, Program, ProgramManager

LARGEST_ID = 2**31 - 1


def open_programs() -> Sequence[Program]:
    """Programs that are open and not over, in the order pairs are offered to them."""
    goes_on = sa.or_(Program.ends_on.is_(None), Program.ends_on >= clock.now().date())
    opened = sa.and_(Program.is_open, Program.opened_at.is_not(None))
    query = sa.select(Program).where(opened, goes_on).order_by(Program.priority, Program.id)
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


def in_scope(user: User, program: Any, *organizations: Any) -> sa.ColumnElement[bool]:
    """What this person may see of things that belong to a program, or to none; an administrator all.

    Parameters
    ----------
    program : column of the program's id; NULL is everybody's
    organizations : columns of the organizations a thing is about; without them a scope of country and kinds is not asked
    """
    if user.has_role(Role.ADMINISTRATOR):
        return sa.true()
    own = sa.select(ProgramManager.program_id).where(ProgramManager.user_id == user.id)
    if not organizations:
        return sa.or_(program.is_(None), program.in_(own))
    unlimited = own.where(ProgramManager.country.is_(None), _any_kind())
    return sa.or_(program.is_(None), program.in_(unlimited), _within_limits(user, program, organizations))


def _any_kind() -> sa.ColumnElement[bool]:
    return sa.cast(ProgramManager.kinds, sa.Text) == "[]"


def _within_limits(user: User, program: Any, organizations: Sequence[Any]) -> sa.ColumnElement[bool]:
    """One of the organizations is of the country and of one of the kinds this manager looks after."""
    # A kind has no quotes in it, so that it stands in the text of a JSON list as a whole or not at all.
    has_kind = sa.cast(ProgramManager.kinds, sa.Text).contains(
        '"' + sa.cast(Organization.kind, sa.Text) + '"'
    )
    return sa.exists().where(
        ProgramManager.user_id == user.id,
        ProgramManager.program_id == program,
        sa.or_(*(Organization.id == column for column in organizations)),
        sa.or_(ProgramManager.country.is_(None), ProgramManager.country == Organization.country),
        sa.or_(_any_kind(), has_kind),
    )


def scope_of(user: User) -> Sequence[ProgramManager] | None:
    """The programs this person manages, with role and limits; None for an administrator, who sees all."""
    if user.has_role(Role.ADMINISTRATOR):
        return None
    query = sa.select(ProgramManager).where(ProgramManager.user_id == user.id)
    return db.session.scalars(query.order_by(ProgramManager.program_id)).all()


def is_lead(user: User, program_id: int | None) -> bool:
    """Whether this person leads the program; an administrator leads them all."""
    if user.has_role(Role.ADMINISTRATOR):
        return True
    leads = sa.exists().where(
        ProgramManager.program_id == program_id,
        ProgramManager.user_id == user.id,
        ProgramManager.role == ManagerRole.LEAD,
    )
    return user.has_role(Role.PROGRAM_MANAGER) and bool(db.session.scalar(sa.select(leads)))


def wants_sharing_out(pause: timedelta) -> bool:
    """Whether rules of programs changed since a full run read them, and the last one is `pause` ago."""
    is_newer = sa.or_(Program.shared_out_at.is_(None), Program.rules_changed_at > Program.shared_out_at)
    changed = sa.exists().where(Program.rules_changed_at.is_not(None), is_newer)
    last = db.session.scalar(sa.select(sa.func.max(Program.shared_out_at)))
    rests = last is not None and last > clock.now() - pause
    return not rests and bool(db.session.scalar(sa.select(changed)))


def may_create(user: User) -> bool:
    """Whether this person may draft a program: administrators, and who leads one already."""
    if user.has_role(Role.ADMINISTRATOR):
        return True
    leads = sa.exists().where(ProgramManager.user_id == user.id, ProgramManager.role == ManagerRole.LEAD)
    return user.has_role(Role.PROGRAM_MANAGER) and bool(db.session.scalar(sa.select(leads)))


def public_program(user: Any, key: str) -> Program:
    """A program that has opened, or a draft for those who manage it; raises `NotFound`."""
    program = program_by_key(key)
    if program.is_draft and not (user.is_authenticated and manages(user, program)):
        raise NotFound
    return program


def manages(user: User, program: Program) -> bool:
    """Whether this person sees the inside of the program."""
    if user.has_role(Role.ADMINISTRATOR):
        return True
    own = sa.exists().where(ProgramManager.program_id == program.id, ProgramManager.user_id == user.id)
    return user.has_role(Role.PROGRAM_MANAGER) and bool(db.session.scalar(sa.select(own)))


def managed_program(user: User, key: str, *, as_lead: bool = False) -> Program:
    """A program this person manages, or leads; an administrator any. Raises `NotFound`."""
    program = program_by_key(key)
    if not (is_lead(user, program.id) if as_lead else manages(user, program)):
        raise NotFound
    return program


def programs_to_manage(user: User) -> Sequence[Program]:
    """Programs this person manages, drafts and closed ones too; an administrator all."""
    query = sa.select(Program).order_by(Program.priority, Program.name)
    if not user.has_role(Role.ADMINISTRATOR):
        own = sa.select(ProgramManager.program_id).where(ProgramManager.user_id == user.id)
        query = query.where(Program.id.in_(own))
    return db.session.scalars(query).all()


def managers_in(program: Program) -> Sequence[ProgramManager]:
    """Who manages a program, leads first."""
    query = sa.select(ProgramManager).where(ProgramManager.program_id == program.id)
    return db.session.scalars(query.order_by(ProgramManager.role, ProgramManager.id)).unique().all()


def manager_in(program: Program, manager_id: int) -> ProgramManager:
    """One of them; raises `NotFound`."""
    found = db.session.get(ProgramManager, manager_id) if 0 < manager_id <= LARGEST_ID else None
    if found is None or found.program_id != program.id:
        raise NotFound
    return found


def user_with_address(address: str) -> User | None:
    return db.session.scalars(sa.select(User).where(User.email == address.strip().lower())).one_or_none()
