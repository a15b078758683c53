"""Build the demo world through the same services people use, so that nothing in it could not have happened."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app import clock
from app.accounts import services as accounts
from app.accounts.models import Role, User
from app.audit import services as audit
from app.conflicts import services as conflicts
from app.conflicts.guards import JUDGES
from app.db import db
from app.demo.people import PASSWORD, PEOPLE, Person
from app.demo.programs import ANSWER, COHORTS, FACTS
from app.organizations.models import MemberRole, Membership, Organization, ProfileState
from app.programs import standard
from app.programs.models import (
    ManagerRole,
    Participation,
    ParticipationState,
    Program,
    ProgramManager,
)
from app.taxonomy import (
    Country,
    Instrument,
    InvestorType,
    Kind,
    LeadRole,
    Recognition,
    RecognitionStage,
    Sector,
    SizeClass,
    Stage,
    TrainingMode,
)

FILE = Path(__file__).parent / "organizations.jsonl"
_VOCABULARIES: dict[str, Callable[[Any], Any]] = {
    "kind": Kind,
    "country": Country,
    "stage": Stage,
    "sector": Sector,
    "size_class": SizeClass,
    "training_mode": TrainingMode,
    "investor_type": InvestorType,
    "level": Decimal,
    "credits": lambda number: Decimal(str(number)),
    "recognition": Recognition,
    "recognition_stage": RecognitionStage,
    "raise_instrument": Instrument,
    "lead_role": LeadRole,
    "raise_closes_on": date.fromisoformat,
    "size_claimed_on": date.fromisoformat,
    "open_until": date.fromisoformat,
}


def is_loaded() -> bool:
    """Whether the demo world is already there."""
    return bool(db.session.scalar(sa.select(sa.exists().where(Organization.is_illustrative))))


def load_people() -> dict[str, User]:
    """The demo people by address, made once; who judges has given their word on conflicts of interest."""
    people = {
        person.email: accounts.create_account(
            person.email,
            person.name,
            person.role,
            PASSWORD,
            time_zone=person.time_zone,
            is_illustrative=True,
        )
        for person in PEOPLE
    }
    for person in people.values():
        if person.has_role(*JUDGES):
            conflicts.give_statement(person)
    return people


def load_programs(people: dict[str, User]) -> list[Program]:
    """The ready-made programs, open, and who manages them: one leads all, one helps with chips."""
    first, second = (people[person.email] for person in PEOPLE if person.role is Role.PROGRAM_MANAGER)
    programs = standard.add(as_open=True, by=first.id, is_illustrative=True)
    for program in programs:
        for name, value in FACTS.get(program.key, {}).items():
            setattr(program, name, value)
        db.session.add(ProgramManager(program_id=program.id, user_id=first.id, role=ManagerRole.LEAD))
    db.session.add(ProgramManager(program_id=programs[0].id, user_id=second.id))
    db.session.flush()
    return programs


def load_cohorts(programs: list[Program], organizations: list[Organization]) -> None:
    """Who takes part in programs with a cohort."""
    by_name = {organization.name: organization for organization in organizations}
    now = clock.now()
    for program in programs:
        for name, state in COHORTS.get(program.key, {}).items():
            is_decided = state in {ParticipationState.ACCEPTED, ParticipationState.WAITLISTED}
            found = Participation(
                program=program,
                organization=by_name[name],
                state=state,
                asked_at=now,
                decided_at=now if is_decided else None,
                answer="" if state is ParticipationState.INVITED or not program.question else ANSWER,
            )
            db.session.add(found)
            db.session.flush()
            about = {"program": program.id, "organization": found.organization_id}
            audit.record(f"participation.{state.value}", ("participation", found.id), detail=about)


def load_organizations(people: dict[str, User]) -> list[Organization]:
    """The illustrative organizations, listed, each with an owner."""
    rows = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    organizations = [_organization(row) for row in rows]
    db.session.add_all(organizations)
    db.session.flush()
    for organization in organizations:
        owner = people[_owner_of(organization, PEOPLE).email]
        db.session.add(
            Membership(
                organization_id=organization.id,
                user_id=owner.id,
                role=MemberRole.OWNER,
                created_at=clock.now(),
            )
        )
        audit.record("organization.listed", ("organization", organization.id), by=owner.id)
    return organizations


def _organization(row: dict[str, Any]) -> Organization:
    columns = {
        key: _VOCABULARIES[key](value) if key in _VOCABULARIES else value for key, value in row.items()
    }
    technologies = columns.pop("technologies")
    now = clock.now()
    organization = Organization(
        **columns,
        state=ProfileState.LISTED,
        is_illustrative=True,
        source="demo",
        created_at=now,
        profile_changed_at=now,
    )
    organization.technologies = technologies
    return organization


def _owner_of(organization: Organization, people: Iterable[Person]) -> Person:
    own = [person for person in people if organization.name in person.owns]
    return own[0] if own else next(person for person in people if person.country == organization.country)


def manager() -> User:
    """The demo's first program manager."""
    return managers()[0]


def managers() -> Sequence[User]:
    """The demo's program managers."""
    emails = [person.email for person in PEOPLE if person.role is Role.PROGRAM_MANAGER]
    return db.session.scalars(sa.select(User).where(User.email.in_(emails)).order_by(User.id)).all()


def owned_by_founders() -> set[int]:
    """Ids of the organizations that a person of their own signs in for."""
    names = [name for person in PEOPLE for name in person.owns]
    return set(db.session.scalars(sa.select(Organization.id).where(Organization.name.in_(names))))
