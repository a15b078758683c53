"""The page of claims: owners show proof, managers look at it, everybody else sees none of it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.accounts.models import Role
from app.claims.models import Claim, Proof, Subject
from app.db import db

EVIDENCE = {"source": "document", "evidence": "Certificate 4711 of TUV", "valid_until": ""}


def url(organization, *more) -> str:
    return "/".join(["/organizations", str(organization.id), "claims", *map(str, more)])


def stored(app, claim) -> Claim:
    with app.app_context():
        found = db.session.get_one(Claim, claim.id)
        db.session.expunge_all()
        return found


def test_proof_goes_from_the_owner_over_the_queue_to_a_manager(app, world) -> None:
    owner, manager = world.user(), world.user(Role.PROGRAM_MANAGER, name="Mira Menon")
    organization = world.organization(owner=owner, name="Kaveri Chips")
    claim = world.claim(organization, age=425)
    own, desk = world.sign_in(owner), world.sign_in(manager)
    assert "Stated 14 months ago; counts less by now" in own.get(url(organization)).text
    assert "Kaveri Chips" not in desk.get("/claims").text
    assert own.post(url(organization, claim.id, "evidence"), data=EVIDENCE).status_code == 303
    assert "Certificate 4711 of TUV" in desk.get("/claims").text
    assert desk.post(url(organization, claim.id, "verify"), data={"proof": "confirmed"}).status_code == 422
    proof = {"proof": "confirmed", "note": "Asked the issuer"}
    assert desk.post(url(organization, claim.id, "verify"), data=proof).status_code == 303
    assert "Kaveri Chips" not in desk.get("/claims").text
    assert "Confirmed by Mira Menon on" in own.get(url(organization)).text
    # Other evidence is other evidence: it has to be looked at again.
    own.post(url(organization, claim.id, "evidence"), data={**EVIDENCE, "evidence": "Another one"})
    assert stored(app, claim).proof is None
    assert "Another one" in desk.get("/claims").text


@pytest.mark.parametrize(
    "change",
    [
        {"source": "rumor"},
        {"evidence": ""},
        {"evidence": "x" * 1001},
        {"valid_until": "2020-01-01"},
        {"valid_until": "9999-12-31"},
        {"evidence": "a\x00b"},
    ],
)
def test_wrong_evidence_is_answered_beside_the_field(app, world, change) -> None:
    owner = world.user()
    organization = world.organization(owner=owner)
    claim = world.claim(organization)
    response = world.sign_in(owner).post(url(organization, claim.id, "evidence"), data={**EVIDENCE, **change})
    assert response.status_code == 422
    assert "usa-error-message" in response.text
    assert stored(app, claim).evidence == ""


@pytest.mark.parametrize(
    ("subject", "value", "status"),
    [
        ("trl", "7", 303),
        ("trl", "0", 422),
        ("trl", "10", 422),
        ("trl", "७", 422),
        ("capacity", "40 handlers", 303),
        ("ticket", "9", 422),
        ("capacity", "", 422),
    ],
)
def test_maturity_and_capacity_are_stated_here(world, subject, value, status) -> None:
    owner = world.user()
    organization = world.organization(owner=owner)
    browser = world.sign_in(owner)
    assert browser.post(url(organization), data={"subject": subject, "value": value}).status_code == status
    if status == 303:
        assert browser.post(url(organization), data={"subject": subject, "value": value}).status_code == 409


def test_a_new_maturity_takes_the_place_of_the_old_one_and_posts_read_the_profile_first(app, world) -> None:
    owner = world.user()
    organization = world.organization(owner=owner, certifications=["ISO 9001"])
    browser = world.sign_in(owner)
    for level in ("4", "6"):
        browser.post(url(organization), data={"subject": "trl", "value": level})
    with app.app_context():
        held = db.session.scalars(sa.select(Claim).where(Claim.withdrawn_at.is_(None)))
        assert {(one.subject, one.value) for one in held} == {
            (Subject.TRL, "6"),
            (Subject.CERTIFICATE, "ISO 9001"),
        }


def test_still_true_makes_a_claim_young_again(app, world) -> None:
    owner = world.user()
    organization = world.organization(owner=owner)
    claim = world.claim(organization, Subject.CAPACITY, "40 handlers", age=800)
    browser = world.sign_in(owner)
    assert "too old to count in matching" in browser.get(url(organization)).text
    assert browser.post(url(organization, claim.id, "still-true")).status_code == 303
    assert "Said today to be still true" in browser.get(url(organization)).text


def test_evidence_is_for_members_and_verifiers_only(app, world) -> None:
    organization = world.organization(owner=world.user())
    world.claim(organization, evidence="CANARY-4711", proof=Proof.CONFIRMED, **_verified(world))
    for reader in (app.test_client(), world.sign_in(world.user()), world.sign_in(world.user(Role.OBSERVER))):
        for page in (f"/organizations/{organization.id}", url(organization), "/organizations", "/claims"):
            assert "CANARY-4711" not in reader.get(page).text, page
        # The search repeats what was asked for, so look whether it finds anybody.
        assert organization.name not in reader.get("/organizations?q=CANARY-4711").text


def _verified(world) -> dict:
    manager = world.user(Role.PROGRAM_MANAGER)
    return {"verified_by_id": manager.id, "verified_at": manager.created_at}


def test_a_claim_of_another_organization_is_nobodys(world) -> None:
    owner = world.user()
    own, other = world.organization(owner=owner), world.organization()
    claim = world.claim(other)
    browser = world.sign_in(owner)
    for action in ("evidence", "withdraw", "still-true"):
        assert browser.post(url(own, claim.id, action), data=EVIDENCE).status_code == 404
        assert browser.post(url(own, 10**25, action), data=EVIDENCE).status_code == 404
    manager = world.sign_in(world.user(Role.PROGRAM_MANAGER))
    assert (
        manager.post(url(own, claim.id, "verify"), data={"proof": "confirmed", "note": "x"}).status_code
        == 404
    )
