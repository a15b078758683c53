"""Handing in, deciding, and changes of listed profiles that come back to review."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts.models import Role, User
from app.audit.models import AuditEvent
from app.db import db
from app.errors import AlreadyDecided
from app.listings import queries, services, tasks
from app.listings.models import ListingReview, ReviewState
from app.organizations import services as organizations
from app.organizations.models import Organization, ProfileState
from app.outbox.models import Email


def review_of(app, number: int) -> tuple[int, int]:
    """Id and version of an organization's newest review."""
    with app.app_context():
        found = queries.last_review_of(number)
        assert found is not None
        return found.id, found.version


def state_of(app, number: int) -> ProfileState:
    with app.app_context():
        return db.session.get(Organization, number).state


def letters(app) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Email.subject).order_by(Email.id)))


@pytest.fixture
def owner(world) -> Any:
    return world.user()


@pytest.fixture
def draft(world, owner) -> Organization:
    return world.organization(owner=owner, state=ProfileState.DRAFT)


@pytest.fixture
def manager(world) -> Any:
    return world.user(Role.PROGRAM_MANAGER, name="Asha Manager")


def hand_in(world, owner, number: int, note: str = "") -> Any:
    return world.sign_in(owner).post(f"/organizations/{number}/publish", data={"note": note})


def decide(manager, app, number: int, verb: str, *comment: str, version: int | None = None) -> None:
    """What the release of a decision does: `approve`, `send_back` or `refuse`."""
    with app.test_request_context():
        review = queries.last_review_of(number)
        by = db.session.get_one(User, manager.id)
        seen = review.version if version is None else version
        getattr(services, verb)(review, by, *comment, version=seen)
        db.session.commit()


def waits(app, number: int) -> bool:
    with app.app_context():
        review = queries.last_review_of(number)
        return review is not None and review.is_waiting


def save(app, world, number: int, **values: Any) -> None:
    by = world.user()
    with app.app_context():
        organizations.save_profile(db.session.get(Organization, number), values, by)
        db.session.commit()
        tasks.notice_changes()


def test_a_profile_handed_in_waits_and_is_listed_when_approved(app, world, owner, draft, manager) -> None:
    assert hand_in(world, owner, draft.id).status_code == 303
    assert state_of(app, draft.id) is ProfileState.SUBMITTED
    assert waits(app, draft.id)
    decide(manager, app, draft.id, "approve")
    assert state_of(app, draft.id) is ProfileState.LISTED
    assert letters(app) == [f"{draft.name} is in the directory"]
    assert not waits(app, draft.id)


def test_a_returned_profile_shows_the_comment_and_comes_back_with_what_changed(
    app, world, owner, draft, manager
) -> None:
    hand_in(world, owner, draft.id)
    decide(manager, app, draft.id, "send_back", "Which packages do you test?")
    browser = world.sign_in(owner)
    assert "Which packages do you test?" in browser.get(f"/organizations/{draft.id}/edit/check").text
    save(app, world, draft.id, summary="We test QFN packages.")
    hand_in(world, owner, draft.id, "Named the packages.")
    with app.app_context():
        review = queries.last_review_of(draft.id)
        assert review.note == "Named the packages."
        (change,) = review.changes
    assert change["before"] == "Chip packaging and test for small series."
    assert change["after"] == "We test QFN packages."


def test_returning_without_a_comment_is_asked_for_one_and_decides_nothing(
    app, world, owner, draft, manager
) -> None:
    hand_in(world, owner, draft.id)
    with pytest.raises(services.CommentMissing, match="Say what is missing or why"):
        decide(manager, app, draft.id, "send_back", "  ")
    assert state_of(app, draft.id) is ProfileState.SUBMITTED


def test_a_refused_profile_says_why_and_cannot_be_handed_in_again(app, world, owner, draft, manager) -> None:
    hand_in(world, owner, draft.id)
    decide(manager, app, draft.id, "refuse", "This is a private person.")
    assert state_of(app, draft.id) is ProfileState.REFUSED
    assert "private person" in world.sign_in(owner).get(f"/organizations/{draft.id}/edit/check").text
    assert hand_in(world, owner, draft.id).status_code == 409


def test_of_two_managers_one_wins_and_the_other_hears_who(app, world, owner, draft, manager) -> None:
    hand_in(world, owner, draft.id)
    _review, version = review_of(app, draft.id)
    decide(manager, app, draft.id, "approve", version=version)
    second = world.user(Role.PROGRAM_MANAGER)
    with pytest.raises(AlreadyDecided, match="Asha Manager"):
        decide(second, app, draft.id, "refuse", "Not a firm", version=version)
    assert state_of(app, draft.id) is ProfileState.LISTED
    with app.app_context():
        decided = sa.select(sa.func.count()).where(
            AuditEvent.action.in_(("listing.approved", "listing.refused"))
        )
        assert db.session.scalar(decided) == 1


def test_handing_in_twice_makes_one_review_and_taking_back_makes_a_draft(app, world, owner, draft) -> None:
    hand_in(world, owner, draft.id)
    first = review_of(app, draft.id)
    hand_in(world, owner, draft.id)
    assert review_of(app, draft.id)[0] == first[0]
    assert world.sign_in(owner).post(f"/organizations/{draft.id}/withdraw").status_code == 303
    assert state_of(app, draft.id) is ProfileState.DRAFT
    with app.app_context():
        assert db.session.get(ListingReview, first[0]).state is ReviewState.WITHDRAWN


def test_a_change_that_matters_comes_back_to_review_and_a_small_one_does_not(
    app, world, owner, draft, manager
) -> None:
    hand_in(world, owner, draft.id)
    decide(manager, app, draft.id, "approve")
    save(app, world, draft.id, city="Mysuru", team_size=40)
    assert not waits(app, draft.id)
    save(app, world, draft.id, summary="We now sell satellites.")
    assert state_of(app, draft.id) is ProfileState.LISTED
    assert waits(app, draft.id)
    decide(manager, app, draft.id, "send_back", "Is this the same firm?")
    assert state_of(app, draft.id) is ProfileState.RETURNED


def test_a_change_that_was_taken_back_waits_no_more(app, world, owner, draft, manager) -> None:
    hand_in(world, owner, draft.id)
    decide(manager, app, draft.id, "approve")
    save(app, world, draft.id, summary="We now sell satellites.")
    save(app, world, draft.id, summary="Chip packaging and test for small series.")
    assert not waits(app, draft.id)


def test_profiles_listed_before_there_were_reviews_are_compared_from_their_first_change_on(
    app, world
) -> None:
    old = world.organization()
    save(app, world, old.id, summary="Reworded.")
    assert not waits(app, old.id)
    save(app, world, old.id, summary="Reworded once more.")
    assert waits(app, old.id)


def test_a_draft_is_reviewed_by_nobody_before_it_is_handed_in(app, world, draft) -> None:
    save(app, world, draft.id, summary="Still writing.")
    with app.app_context():
        assert queries.last_review_of(draft.id) is None
