"""How far an organization was checked: what facts show by themselves, and what managers say."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts.models import Role
from app.audit.models import AuditEvent
from app.claims import queries, verifying
from app.claims.models import VerificationStep
from app.db import db
from app.jobs.engine import jobs
from app.organizations.models import Identifier, Organization, Verification
from app.taxonomy import Country


def look(app) -> None:
    with app.app_context():
        jobs.run("claims.verify")


def level_of(app, organization) -> Verification:
    with app.app_context():
        found = db.session.get_one(Organization, organization.id)
        assert found.verification is queries.verification_of(found)
        return found.verification


@pytest.mark.parametrize(
    ("email", "domain", "is_own"),
    [
        ("asha@chips.example", "chips.example", True),
        ("asha@mail.chips.example", "chips.example", True),
        ("asha@CHIPS.example", "chips.example", True),
        ("asha@firm.co.in", "firm.co.in", True),
        ("asha@other.co.in", "firm.co.in", False),
        ("asha@chips.example.evil.example", "chips.example", False),
        ("asha@notchips.example", "chips.example", False),
        ("asha@gmail.com", "gmail.com", False),
        ("asha@chips.example", None, False),
    ],
)
def test_an_address_counts_in_the_own_registered_domain_only(email, domain, is_own) -> None:
    assert verifying.is_of_domain(email, domain) is is_own


def test_many_at_once_are_noted_and_ended_batch_by_batch(app, world, monkeypatch) -> None:
    monkeypatch.setattr(verifying.difference, "__defaults__", (2,))
    made = [world.organization() for _ in range(5)]
    numbers = [world.identifier(one) for one in made]
    look(app)
    assert {level_of(app, one) for one in made} == {Verification.FORMAT}
    with app.app_context():
        db.session.execute(sa.delete(Identifier).where(Identifier.id.in_([one.id for one in numbers])))
        db.session.commit()
    look(app)
    assert {level_of(app, one) for one in made} == {Verification.UNVERIFIED}


def test_levels_come_and_go_with_the_facts(app, world) -> None:
    owner = world.user(email="asha@chips.example")
    organization = world.organization(Country.INDIA, owner=owner, website="https://www.chips.example/about")
    bystander = world.organization(owner=world.user(), website="https://elsewhere.example")
    look(app)
    assert level_of(app, organization) is Verification.EMAIL_DOMAIN
    assert level_of(app, bystander) is Verification.UNVERIFIED
    number = world.identifier(organization)
    look(app)
    assert level_of(app, organization) is Verification.FORMAT
    manager = world.user(Role.PROGRAM_MANAGER)
    with app.app_context():
        row = db.session.get_one(Identifier, number.id)
        row.confirmed_by_id, row.confirmed_at = manager.id, clock.now()
        db.session.commit()
    look(app)
    assert level_of(app, organization) is Verification.CONFIRMED
    with app.app_context():
        db.session.execute(sa.delete(Identifier))
        db.session.commit()
    look(app)
    look(app)
    assert level_of(app, organization) is Verification.EMAIL_DOMAIN
    with app.app_context():
        told = sa.select(AuditEvent).where(AuditEvent.action == "organization.verification_found")
        assert {event.subject_id for event in db.session.scalars(told)} == {str(organization.id)}
        held = sa.select(sa.func.count()).where(VerificationStep.ended_at.is_(None))
        assert db.session.scalar(held) == 1


def test_looking_at_many_organizations_takes_as_many_statements_as_at_two(app, world, count_queries) -> None:
    def found_for(count: int) -> int:
        for _ in range(count):
            world.identifier(world.organization())
        return count_queries(lambda: look(app))

    assert found_for(2) == found_for(30)


def url(organization) -> str:
    return f"/organizations/{organization.id}/verification"


def test_a_manager_says_what_was_seen_and_takes_it_back(app, world) -> None:
    organization = world.organization(owner=world.user())
    manager = world.sign_in(world.user(Role.PROGRAM_MANAGER, name="Mira Menon"))
    said = {"level": "document_seen", "note": "Certificate of incorporation"}
    assert manager.post(url(organization), data={"level": "document_seen"}).status_code == 422
    assert manager.post(url(organization), data={**said, "level": "format"}).status_code == 422
    assert manager.post(url(organization), data=said).status_code == 303
    assert manager.post(url(organization), data=said).status_code == 409
    assert level_of(app, organization) is Verification.DOCUMENT_SEEN
    page = manager.get(f"/organizations/{organization.id}/claims").text
    assert "By Mira Menon on" in page
    assert "Certificate of incorporation" in page
    with app.app_context():
        step = db.session.scalars(sa.select(VerificationStep)).one().id
    assert manager.post(f"{url(organization)}/{step}/end").status_code == 303
    assert manager.post(f"{url(organization)}/{step}/end").status_code == 404
    assert level_of(app, organization) is Verification.UNVERIFIED


def test_a_manager_does_not_verify_an_organization_of_their_own(world) -> None:
    manager = world.user(Role.PROGRAM_MANAGER)
    organization = world.organization(owner=manager)
    said = {"level": "confirmed", "note": "I know us"}
    assert world.sign_in(manager).post(url(organization), data=said).status_code == 403
    claim = world.claim(organization)
    proof = {"proof": "confirmed", "note": "I know us"}
    address = f"/organizations/{organization.id}/claims/{claim.id}/verify"
    assert world.sign_in(manager).post(address, data=proof).status_code == 403


def test_the_badge_is_on_the_public_page(app, world) -> None:
    organization = world.organization()
    visitor = app.test_client()
    page = f"/organizations/{organization.id}"
    assert "Document seen" not in visitor.get(page).text
    world.sign_in(world.user(Role.ADMINISTRATOR)).post(
        url(organization), data={"level": "document_seen", "note": "Deed"}
    )
    text = visitor.get(page).text
    assert "Document seen" in text
    assert "Deed" not in text
