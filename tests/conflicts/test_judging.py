"""What else managers judge: claims, levels and register numbers. A conflict closes these pages too."""

from __future__ import annotations

import pytest

from app.accounts.models import Role
from app.conflicts import services
from app.db import db
from app.organizations.models import MemberRole


@pytest.fixture
def manager(world):
    return world.user(Role.PROGRAM_MANAGER)


@pytest.fixture
def secret(app, world, manager):
    organization = world.organization(name="Secret Site")
    world.claim(organization, evidence="https://secret.example/iso")
    with app.app_context():
        services.recuse(manager, [organization.id], "A friend runs it")
        db.session.commit()
    return organization


def test_claims_and_numbers_of_a_hidden_organization_are_not_there_for_its_judge(
    world, manager, secret
) -> None:
    claim, number = world.claim(secret, value="ISO 27001"), world.identifier(secret)
    browser, base = world.sign_in(manager), f"/organizations/{secret.id}"
    assert "Secret Site" not in browser.get("/claims").text
    for address in (f"{base}/claims", f"{base}/identifiers"):
        assert browser.get(address).status_code == 404
    posts = {
        f"{base}/claims/{claim.id}/verify": {"proof": "document_seen", "note": "Seen"},
        f"{base}/verification": {"level": "confirmed", "note": "Seen"},
        f"{base}/identifiers/{number.id}/confirm": {},
    }
    for address, sent in posts.items():
        assert browser.post(address, data=sent).status_code == 404, address
    other = world.sign_in(world.user(Role.PROGRAM_MANAGER))
    assert "Secret Site" in other.get("/claims").text
    assert other.get(f"{base}/identifiers").status_code == 200


def test_a_member_still_reads_the_pages_of_their_own_organization(world, manager, secret) -> None:
    world.member(secret, manager, MemberRole.OWNER)
    browser = world.sign_in(manager)
    for page in ("", "/claims", "/identifiers", "/people"):
        assert browser.get(f"/organizations/{secret.id}{page}").status_code == 200, page
