"""Who hears of a decision on a listing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.accounts.models import Role, User
from app.db import db
from app.listings import services
from app.listings.models import ListingReview
from app.organizations.models import MemberRole, Organization, ProfileState
from app.outbox.models import Email


def waiting(world, **fields):
    """A profile that waits for review, its owner and its review."""
    owner = world.user()
    organization = world.organization(state=ProfileState.SUBMITTED, owner=owner, **fields)
    return owner, organization, world.listing(organization)


def state_of(app, organization) -> ProfileState:
    with app.app_context():
        return db.session.get_one(Organization, organization.id).state


@pytest.mark.parametrize(
    ("deed", "state", "words"),
    [
        ("approve", ProfileState.LISTED, "is in the directory"),
        ("send_back", ProfileState.RETURNED, "needs another look"),
        ("refuse", ProfileState.REFUSED, "was not taken"),
    ],
)
def test_a_decision_moves_the_profile_and_tells_its_editors_and_nobody_else(
    app, world, deed, state, words
) -> None:
    owner, organization, review = waiting(world)
    world.member(organization, world.user(), MemberRole.VIEWER)
    manager = world.user(Role.PROGRAM_MANAGER)
    with app.test_request_context():
        row, by = db.session.get_one(ListingReview, review.id), db.session.get_one(User, manager.id)
        getattr(services, deed)(row, by, comment="Say more of chips.", version=row.version)
        db.session.commit()
    assert state_of(app, organization) is state
    with app.app_context():
        mail = db.session.scalars(sa.select(Email)).one()
    assert mail.to_address == owner.email
    assert words in mail.subject
    assert "Say more of chips." in mail.text
