"""Reads of who takes part in programs: the cohort, and those who wait or may be asked."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.accounts.models import User
from app.conflicts import queries as conflicts
from app.db import db
from app.errors import NotFound
from app.organizations import naming
from app.organizations.models import (
    LISTED_STATES,
    MemberRole,
    Membership,
    Organization,
    OrganizationTechnology,
)
from app.programs import queries
from app.programs.models import Participation, ParticipationState, Program
from app.taxonomy import Country

MOST_SHOWN, MOST_FOUND = 500, 20
_EDITORS = (MemberRole.OWNER, MemberRole.EDITOR)


def _participations(user: User, program: Program) -> sa.Select[Participation]:
    """What of a program's applicants and cohort this person may see."""
    return (
        sa.select(Participation)
        .where(
            Participation.program_id == program.id,
            queries.in_scope(user, Participation.program_id, Participation.organization_id),
            conflicts.not_hidden(user.id, Participation.organization_id),
        )
        .order_by(Participation.asked_at, Participation.id)
    )


def participations_in(user: User, program: Program) -> Sequence[Participation]:
    """Who applied, is invited, waits or takes part, as far as this manager may see them; first come first."""
    return db.session.scalars(_participations(user, program).limit(MOST_SHOWN)).unique().all()


def participation_for(user: User, program: Program, participation_id: int) -> Participation:
    """One of them; raises `NotFound`."""
    if not 0 < participation_id <= queries.LARGEST_ID:
        raise NotFound
    query = _participations(user, program).where(Participation.id == participation_id)
    found = db.session.scalars(query).unique().one_or_none()
    if found is None:
        raise NotFound
    return found


def participation_of(program: Program, organization: Organization) -> Participation | None:
    """How an organization stands with a program, whoever asks."""
    query = sa.select(Participation).filter_by(program_id=program.id, organization_id=organization.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).unique().one_or_none()


def participations_of(organization_id: int) -> Sequence[Participation]:
    """Programs an organization applied to or is invited to, newest first."""
    query = sa.select(Participation).where(Participation.organization_id == organization_id)
    return db.session.scalars(query.order_by(Participation.asked_at.desc(), Participation.id)).unique().all()


def own_participation(organization_id: int, participation_id: int) -> Participation:
    """One of an organization's own; raises `NotFound`."""
    found = (
        db.session.get(Participation, participation_id)
        if 0 < participation_id <= queries.LARGEST_ID
        else None
    )
    if found is None or found.organization_id != organization_id:
        raise NotFound
    return found


def places_taken(program: Program) -> dict[Country, int]:
    """How many organizations of each country are in the cohort."""
    query = (
        sa.select(Organization.country, sa.func.count().label("number"))
        .join(Participation, Participation.organization_id == Organization.id)
        .where(Participation.program_id == program.id, Participation.state == ParticipationState.ACCEPTED)
        .group_by(Organization.country)
    )
    return {row.country: row.number for row in db.session.execute(query)}


def cohorts() -> dict[int, set[int]]:
    """Ids of the organizations in the cohort of each program that has one."""
    query = sa.select(Participation.program_id, Participation.organization_id).where(
        Participation.state == ParticipationState.ACCEPTED
    )
    found: dict[int, set[int]] = {}
    for program_id, organization_id in db.session.execute(query):
        found.setdefault(program_id, set()).add(organization_id)
    return found


def may_apply_with(user: User, program: Program) -> Sequence[Organization]:
    """Listed organizations this person looks after that the program could take and that have not asked yet."""
    asked = sa.select(Participation.organization_id).where(
        Participation.program_id == program.id, Participation.state != ParticipationState.WITHDRAWN
    )
    query = (
        sa.select(Organization)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(Membership.user_id == user.id, Membership.role.in_(_EDITORS), Organization.id.not_in(asked))
        .where(*_covered(program))
    )
    return db.session.scalars(query.order_by(Organization.name, Organization.id)).all()


def open_to(organization: Organization) -> Sequence[Program]:
    """Programs that take applications of organizations like this one, and have none of it."""
    asked = {one.program_id for one in participations_of(organization.id) if one.state != "withdrawn"}
    return [
        program
        for program in queries.open_programs()
        if program.takes_applications
        and program.id not in asked
        and (not program.countries or organization.country in program.countries)
        and (not program.kinds or organization.kind in program.kinds)
        and (not program.technologies or set(program.technologies).intersection(organization.technologies))
    ]


def to_invite(user: User, program: Program, text: str) -> Sequence[Organization]:
    """Organizations with these words in their name that the program could take and this manager may see."""
    key = naming.name_key(text)
    if not key:
        return []
    asked = sa.select(Participation.organization_id).where(
        Participation.program_id == program.id,
        Participation.state.not_in((ParticipationState.WITHDRAWN, ParticipationState.DECLINED)),
    )
    named = Organization.name_key.contains(key, autoescape=True)
    query = _in_sight(user, program).where(named, Organization.id.not_in(asked), *_covered(program))
    return db.session.scalars(query.order_by(Organization.name_key).limit(MOST_FOUND)).all()


def to_invite_by_id(user: User, program: Program, organization_id: int) -> Organization:
    """One of the directory that this manager may see; raises `NotFound`."""
    listed = sa.and_(Organization.id == organization_id, Organization.state.in_(LISTED_STATES))
    found = db.session.scalars(_in_sight(user, program).where(listed)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _in_sight(user: User, program: Program) -> sa.Select[Organization]:
    limits = queries.in_scope(user, sa.literal(program.id), Organization.id)
    seen = conflicts.not_hidden(user.id, Organization.id)
    return sa.select(Organization).where(limits, seen)


def _covered(program: Program) -> list[sa.ColumnElement[bool]]:
    """What `joining.require_covered` asks, as far as it can be said in SQL."""
    rules: list[sa.ColumnElement[bool]] = [Organization.state.in_(LISTED_STATES)]
    if program.countries:
        rules.append(Organization.country.in_(program.countries))
    if program.kinds:
        rules.append(Organization.kind.in_(program.kinds))
    if program.technologies:
        rules.append(
            Organization.technology_rows.any(OrganizationTechnology.technology.in_(program.technologies))
        )
    return rules
