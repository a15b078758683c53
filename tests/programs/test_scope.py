"""A manager sees their programs, and within them what their scope covers."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.accounts.models import Role
from app.db import db
from app.matching.models import Match
from app.programs import queries
from app.programs.models import ManagerRole, Program, ProgramManager
from app.taxonomy import Country, Kind


def _seen(app, user) -> set[int]:
    with app.app_context():
        clause = queries.in_scope(user, Match.program_id, Match.india_id, Match.us_id)
        return set(db.session.scalars(sa.select(Match.id).where(clause)))


def test_a_manager_sees_matches_of_their_programs_and_of_none_only(app, world) -> None:
    manager = world.user(Role.PROGRAM_MANAGER)
    own = world.match(program_id=world.program(manager).id)
    of_none = world.match()
    world.match(program_id=world.program(world.user(Role.PROGRAM_MANAGER)).id)
    assert _seen(app, manager) == {own.id, of_none.id}
    assert len(_seen(app, world.user(Role.ADMINISTRATOR))) == 3


@pytest.mark.parametrize(
    ("country", "kinds", "sees"),
    [
        (None, [], {"startup and investor", "sme and sme"}),
        (Country.UNITED_STATES, ["investor"], {"startup and investor"}),
        (Country.INDIA, ["investor"], set()),
        (None, ["sme", "investor"], {"startup and investor", "sme and sme"}),
        (Country.INDIA, ["sme"], {"sme and sme"}),
    ],
)
def test_a_scope_takes_cases_with_a_side_of_its_country_and_kinds(app, world, country, kinds, sees) -> None:
    manager, program = world.user(Role.PROGRAM_MANAGER), world.program()
    world.add(ProgramManager(program_id=program.id, user_id=manager.id, country=country, kinds=kinds))
    sides = {"startup and investor": (Kind.STARTUP, Kind.INVESTOR), "sme and sme": (Kind.SME, Kind.SME)}
    found = {
        name: world.match(
            world.organization(kind=one),
            world.organization(Country.UNITED_STATES, kind=other),
            program_id=program.id,
        ).id
        for name, (one, other) in sides.items()
    }
    assert _seen(app, manager) == {found[name] for name in sees}


def test_only_a_lead_leads_and_only_while_a_program_manager(app, world) -> None:
    lead, manager = world.user(Role.PROGRAM_MANAGER), world.user(Role.PROGRAM_MANAGER)
    former, program = world.user(Role.MEMBER), world.program(manager, lead=lead)
    administrator = world.user(Role.ADMINISTRATOR)
    world.add(ProgramManager(program_id=program.id, user_id=former.id, role=ManagerRole.LEAD))
    with app.app_context():
        assert queries.is_lead(lead, program.id)
        assert queries.is_lead(administrator, program.id)
        assert not queries.is_lead(manager, program.id)
        assert not queries.is_lead(former, program.id)


def test_the_database_keeps_the_criteria_of_an_open_program(app, world) -> None:
    program = world.program(criteria=["The need is current."])
    with app.app_context(), pytest.raises(DBAPIError, match="stand once it has opened"):
        db.session.execute(sa.update(Program).where(Program.id == program.id).values(criteria=["Else."]))
