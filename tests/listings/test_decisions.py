"""Who hears of a decision on a listing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.accounts.models import Role
from app.db import db
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
        ("return", ProfileState.RETURNED, "needs another look"),
        ("refuse", ProfileState.REFUSED, "was not taken"),
    ],
)
def test_a_decision_moves_the_profile_and_tells_its_editors_and_nobody_else(
    app, world, deed, state, words
) -> None:
    owner, organization, review = waiting(world)
    world.member(organization, world.user(), MemberRole.VIEWER)
    manager = world.sign_in(world.user(Role.PROGRAM_MANAGER))
    response = manager.post(
        f"/listings/{review.id}/{deed}", data={"version": review.version, "comment": "Say more of chips."}
    )
    assert response.status_code == 303
    assert state_of(app, organization) is state
    with app.app_context():
        mail = db.session.scalars(sa.select(Email)).one()
    assert mail.to_address == owner.email
    assert words in mail.subject
    assert "Say more of chips." in mail.text


def test_the_second_of_two_managers_hears_who_was_first(app, world) -> None:
    _, organization, review = waiting(world)
    first, second = world.user(Role.PROGRAM_MANAGER, name="Asha First"), world.user(Role.ADMINISTRATOR)
    typed = {"version": review.version, "comment": "Too vague for me."}
    assert world.sign_in(first).post(f"/listings/{review.id}/approve", data=typed).status_code == 303
    late = world.sign_in(second).post(f"/listings/{review.id}/refuse", data=typed)
    assert late.status_code == 409
    assert "Asha First" in late.text
    assert "Too vague for me." in late.text
    assert state_of(app, organization) is ProfileState.LISTED
