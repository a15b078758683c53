"""Which organizations' cases are hidden from whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts.models import Role
from app.conflicts import queries
from app.conflicts.models import Basis, Conflict
from app.db import db
from app.matching.models import Match
from app.organizations.models import Membership, Partnership


@pytest.fixture
def manager(world):
    return world.user(Role.PROGRAM_MANAGER, email="judge@mail.ministry.example")


@pytest.fixture
def hidden(app):
    """Ids of what is hidden from a person now."""

    def read(user) -> set[int]:
        with app.app_context():
            return set(db.session.scalars(queries.hidden_from(user.id)))

    return read


def declared(world, user, organization, basis=Basis.FAMILY, **fields) -> Conflict:
    chosen = {"declared_at": clock.now() - timedelta(days=900), "reason": "Said so", **fields}
    return world.add(Conflict(user_id=user.id, organization_id=organization.id, basis=basis, **chosen))


def invested(world, investor, company) -> Partnership:
    return world.add(Partnership(investor_id=investor.id, company_id=company.id))


def test_a_stranger_hides_nothing(world, manager, hidden) -> None:
    colleague_by_name_only = world.user(email="judge@otherministry.example")
    world.organization(owner=colleague_by_name_only, website="https://ministry.example.org")
    invested(world, world.organization(), world.organization())
    assert hidden(manager) == set()


def test_own_organizations_are_hidden_and_what_they_invested_in_and_who_invested_in_them(
    world, manager, hidden
) -> None:
    own, backer, start_up, cousin = (world.organization() for _ in range(4))
    world.member(own, manager)
    invested(world, own, start_up)
    invested(world, backer, own)
    invested(world, backer, cousin)
    assert hidden(manager) == {own.id, backer.id, start_up.id}


def test_the_employer_and_colleagues_organizations_are_hidden(world, manager, hidden) -> None:
    employer = world.organization(website="https://www.ministry.example/about")
    portfolio = world.organization()
    invested(world, employer, portfolio)
    of_a_colleague = world.organization(owner=world.user(email="asha@ministry.example"))
    world.organization(owner=world.user(email="claimed@ministry.example", confirmed_at=None))
    assert hidden(manager) == {employer.id, portfolio.id, of_a_colleague.id}


@pytest.mark.parametrize("mail", ["gmail.com", "example.org", "yahoo.co.in"])
def test_a_free_mailbox_is_no_employer(world, hidden, mail) -> None:
    manager = world.user(Role.PROGRAM_MANAGER, email=f"judge@{mail}")
    world.organization(owner=world.user(email=f"asha@{mail}"), website=f"https://{mail}")
    assert hidden(manager) == set()


def test_a_declaration_hides_until_a_year_after_its_end(world, manager, hidden) -> None:
    holding, lately, long_ago = (world.organization() for _ in range(3))
    declared(world, manager, holding)
    declared(world, manager, lately, ended_at=clock.now() - timedelta(days=364))
    declared(world, manager, long_ago, ended_at=clock.now() - timedelta(days=366))
    declared(world, world.user(Role.PROGRAM_MANAGER), world.organization())
    assert hidden(manager) == {holding.id, lately.id}
    clock.shift(2 * 24 * 3600)
    assert hidden(manager) == {holding.id}


def test_only_employment_reaches_on_to_investments(world, manager, hidden) -> None:
    employer, relative, company, other = (world.organization() for _ in range(4))
    declared(world, manager, employer, Basis.EMPLOYMENT)
    declared(world, manager, relative, Basis.FAMILY)
    invested(world, employer, company)
    invested(world, relative, other)
    assert hidden(manager) == {employer.id, relative.id, company.id}


def test_profiles_of_one_organization_are_hidden_together(world, manager, hidden) -> None:
    last = world.organization()
    middle = world.organization(merged_into_id=last.id)
    first, twin = (world.organization(merged_into_id=middle.id) for _ in range(2))
    company = world.organization()
    world.organization()
    world.member(first, manager)
    invested(world, last, company)
    assert hidden(manager) == {first.id, twin.id, middle.id, last.id, company.id}


def test_it_holds_at_once_and_no_longer_than_the_fact(app, world, manager, hidden) -> None:
    organization = world.organization()
    world.member(organization, manager)
    assert hidden(manager) == {organization.id}
    with app.app_context():
        db.session.execute(sa.delete(Membership))
        db.session.commit()
    assert hidden(manager) == set()


def test_a_clause_looks_at_every_side_and_forgives_empty_ones(app, world, manager) -> None:
    secret, open_one = world.organization(), world.organization()
    declared(world, manager, secret)
    match = world.match(india=secret)
    seen = world.match(india=open_one)
    with app.app_context():
        clause = queries.not_hidden(manager.id, Match.india_id, Match.us_id, Match.program_id)
        assert set(db.session.scalars(sa.select(Match.id).where(clause))) == {seen.id}
        for ids, is_hidden in (([secret.id], True), ([match.us_id], False), ([open_one.id, secret.id], True)):
            assert queries.is_hidden(manager.id, ids) is is_hidden
