"""What changes programs: draft, edit, open, close, set the dial, and who manages them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app import clock
from app.accounts.models import Role, User
from app.audit import services as audit
from app.db import db
from app.errors import RuleBroken
from app.programs.models import ManagerRole, Program, ProgramKind, ProgramManager
from app.taxonomy import Country

FEWEST_CRITERIA, MOST_CRITERIA = 3, 5
# What pairs depend on: a change of these asks for a new run of the recommender.
_PAIR_RULES = {
    "kinds",
    "technologies",
    "countries",
    "priority",
    "cohort_rule",
    "one_side_is",
    "quota",
    "ends_on",
    "starts_on",
}


class CriteriaStand(RuleBroken):
    """Applicants and decisions rest on the criteria of an open program."""


class NotReady(RuleBroken):
    """A program opens when everything is written down that people rely on."""


class NoSuchManager(RuleBroken):
    """Only program managers and administrators manage programs."""


def create(columns: Mapping[str, Any], by: User) -> Program:
    """A draft; who makes it leads it."""
    program = Program(key=_free_key(columns["name"]), is_open=False, **columns)
    db.session.add(program)
    db.session.flush()
    if by.has_role(Role.PROGRAM_MANAGER):
        db.session.add(ProgramManager(program_id=program.id, user_id=by.id, role=ManagerRole.LEAD))
    _record("created", program, by)
    return program


def change(program: Program, columns: Mapping[str, Any], by: User, *, version: int) -> None:
    """Save facts and rules. Raises `CriteriaStand`, and `RuleBroken` when somebody else has saved since."""
    lock(program)
    if program.version != version:
        raise RuleBroken(_("Somebody else saved this program while you wrote. Look at it again, then save."))
    changed = [name for name, value in columns.items() if getattr(program, name) != value]
    if "criteria" in changed and not program.is_draft:
        raise CriteriaStand(_("The program has opened: its criteria stand as they were announced."))
    for name in changed:
        setattr(program, name, columns[name])
    if _PAIR_RULES.intersection(changed):
        note_change(program)
    if changed:
        _record("changed", program, by, {"fields": sorted(changed)})


def open_(program: Program, by: User) -> None:
    """Publish it: from now on its criteria stand, and pairs come to it. Raises `NotReady`."""
    lock(program)
    if missing := missing_to_open(program):
        raise NotReady(missing[0])
    program.opened_at = program.opened_at or clock.now()
    program.is_open = True
    note_change(program)
    _record("opened", program, by)


def close(program: Program, by: User) -> None:
    """Take no more pairs and applications; what was decided stays."""
    lock(program)
    program.is_open = False
    note_change(program)
    _record("closed", program, by)


def missing_to_open(program: Program) -> list[str]:
    """What has to be written down before a program opens, as sentences."""
    missing = []
    if not FEWEST_CRITERIA <= len(program.criteria) <= MOST_CRITERIA:
        missing.append(_("Write three to five criteria before the program opens."))
    if not program.summary:
        missing.append(_("Write what the program is for before it opens."))
    if program.kind is ProgramKind.MISSION and not (program.starts_on and program.ends_on):
        missing.append(_("A mission needs its first and its last day before it opens."))
    if program.kind is ProgramKind.OPEN_CALL and not program.closes_on:
        missing.append(_("An open call needs a closing date before it opens."))
    if program.is_over:
        missing.append(_("The last day of the program has passed."))
    return missing


def set_dial(program: Program, alpha: float, floor: int, by: User) -> None:
    """How evenly the next run shares out this program's proposals, and how many everybody gets at least."""
    lock(program)
    before = {"alpha": program.alpha, "floor": program.floor}
    program.alpha, program.floor = alpha, floor
    note_change(program)
    _record("dial_set", program, by, {"before": before, "alpha": alpha, "floor": floor})


def add_manager(
    program: Program,
    user: User | None,
    by: User,
    *,
    role: ManagerRole = ManagerRole.MANAGER,
    country: Country | None = None,
    kinds: Sequence[str] = (),
) -> ProgramManager:
    """Let somebody manage the program, or change how they do. Raises `NoSuchManager`."""
    if user is None or not user.is_active or not user.has_role(Role.PROGRAM_MANAGER, Role.ADMINISTRATOR):
        raise NoSuchManager(_("No program manager has this address. An administrator gives the role first."))
    lock(program)
    known = sa.select(ProgramManager).filter_by(program_id=program.id, user_id=user.id)
    manager = db.session.scalars(known).one_or_none()
    if manager is None:
        manager = ProgramManager(program_id=program.id, user_id=user.id)
        db.session.add(manager)
    elif role is not ManagerRole.LEAD:
        _keep_a_lead(manager)
    manager.role, manager.country, manager.kinds = role, country, list(kinds)
    db.session.flush()
    about = {"user": user.id, "role": role.value, "country": country, "kinds": list(kinds)}
    _record("manager_set", program, by, about)
    return manager


def remove_manager(manager: ProgramManager, by: User) -> None:
    """End somebody's work for a program; the last lead stays."""
    lock(manager.program)
    _keep_a_lead(manager)
    db.session.delete(manager)
    db.session.flush()
    _record("manager_removed", manager.program, by, {"user": manager.user_id})


def note_change(program: Program) -> None:
    """The next full run of the recommender is due."""
    program.rules_changed_at = clock.now()


def mark_shared_out(moment: datetime) -> None:
    """A full run read the rules of all programs as they stood at `moment`."""
    update = sa.update(Program).values(shared_out_at=moment)
    db.session.execute(update.execution_options(synchronize_session=False))


def lock(program: Program) -> None:
    """Let only one transaction at a time change a program or its cohort."""
    db.session.refresh(program, with_for_update=True)


def _keep_a_lead(manager: ProgramManager) -> None:
    leads = sa.select(sa.func.count()).where(
        ProgramManager.program_id == manager.program_id, ProgramManager.role == ManagerRole.LEAD
    )
    if manager.role is ManagerRole.LEAD and db.session.scalar(leads) == 1:
        raise RuleBroken(_("A program keeps one lead. Make somebody else its lead first."))


def _free_key(name: str) -> str:
    """A short name for addresses that no other program has."""
    base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:50] or "program"
    taken = set(db.session.scalars(sa.select(Program.key).where(Program.key.startswith(base))))
    taken.add("new")
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(key for key in numbered if key not in taken)


def _record(action: str, program: Program, by: User, detail: dict[str, Any] | None = None) -> None:
    db.session.flush()
    audit.record(f"program.{action}", ("program", program.id), by=by.id, detail=detail)
