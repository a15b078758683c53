"""What the recommender reads of a profile."""

from __future__ import annotations

from app.accounts.models import Role
from app.claims.models import Proof
from app.matching import frames


def test_certificates_that_faded_or_ended_are_left_out_and_proven_ones_stay_longer(app, world) -> None:
    stated = ["Young", "Old", "Old and proven", "Ended", "Never read"]
    organization = world.organization(certifications=stated)
    manager = world.user(Role.PROGRAM_MANAGER)
    proof = {"proof": Proof.DOCUMENT_SEEN, "verified_by_id": manager.id, "verified_at": manager.created_at}
    world.claim(organization, value="Young", age=600)
    world.claim(organization, value="Old", age=731)
    world.claim(organization, value="Old and proven", age=731, **proof)
    world.claim(organization, value="Ended", valid_until=manager.created_at.date().replace(year=2020, day=1))
    with app.app_context():
        for frame in (frames.organization_frame(), frames.organization_frame([organization.id])):
            assert frame["certifications"].tolist() == [["Young", "Old and proven", "Never read"]]
