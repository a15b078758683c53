"""An organization reads what was decided about it and objects; people report profiles."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts.models import Role, User
from app.audit import queries as audit
from app.db import db
from app.errors import RuleBroken
from app.grievances import services
from app.grievances.models import Grievance, GrievanceState
from app.listings.models import ListingReview, ReviewState
from app.matching.models import Match, MatchState, RejectReason, ReviewAction, ReviewDecision
from app.organizations import services as organizations
from app.organizations.models import MemberRole, Organization, ProfileState
from app.outbox.models import Email
from app.taxonomy import Country


@pytest.fixture
def manager(world):
    return world.user(Role.PROGRAM_MANAGER, name="Asha Manager")


@pytest.fixture
def owner(world):
    return world.user(name="Owner Own")


@pytest.fixture
def ours(world, owner):
    return world.organization(owner=owner, name="Ours")


@pytest.fixture
def refused(world, manager, ours):
    """A pair that was turned down, with a comment nobody outside may read."""
    partner = world.organization(
        Country.UNITED_STATES, name="Zephyr Quux Inc", website="https://zephyrquux.com"
    )
    at = clock.now() - timedelta(days=1)
    match = world.match(ours, partner, MatchState.REJECTED, decided_at=at, decided_by_id=manager.id)
    world.add(
        ReviewDecision(
            match_id=match.id,
            action=ReviewAction.REJECT,
            reason_code=RejectReason.OVERLOADED,
            note="Zephyr is a mess, frankly",
            by_id=manager.id,
            at=at,
        )
    )
    return match


@pytest.fixture
def decide(app, manager):
    """Uphold or dismiss a complaint, as a release does it."""

    def call(grievance_id, verb, answer="We have looked again."):
        with app.test_request_context():
            by = db.session.get_one(User, manager.id)
            verb(db.session.get_one(Grievance, grievance_id), by, answer)
            db.session.commit()

    return call


def rows(app, model, **asked):
    with app.app_context():
        return db.session.scalars(sa.select(model).filter_by(**asked).order_by(model.id)).all()


def appeal(world, owner, ours, match):
    address = f"/organizations/{ours.id}/decisions/match-{match.id}/appeal"
    return world.sign_in(owner).post(address, data={f"match-{match.id}-text": "The need is new."})


def test_a_refusal_is_told_politely_without_name_and_without_what_managers_say(
    world, owner, ours, refused
) -> None:
    page = world.sign_in(owner).get(f"/organizations/{ours.id}/decisions").get_data(as_text=True)
    assert "as many partners to answer as it can take" in page
    assert "Not approved" in page
    assert "Zephyr" not in page
    assert "zephyrquux" not in page
    assert "frankly" not in page


def test_an_appeal_is_made_once_and_upholding_it_opens_the_pair_again(
    app, world, owner, ours, refused, decide
) -> None:
    assert appeal(world, owner, ours, refused).status_code == 303
    assert appeal(world, owner, ours, refused).status_code in {303, 409}
    (made,) = rows(app, Grievance)
    decide(made.id, services.uphold)
    (match,) = rows(app, Match)
    assert (match.state, match.decided_at) == (MatchState.PROPOSED, None)
    assert [mail.to_address for mail in rows(app, Email)] == [owner.email]
    with app.app_context():
        assert [e.action for e in audit.events_about("grievance", made.id)] == [
            "grievance.appealed",
            "grievance.upheld",
        ]
        assert audit.chain_check().broken_number is None
    with pytest.raises(RuleBroken):
        decide(made.id, services.dismiss)


def test_nobody_appeals_too_late_against_a_yes_or_without_the_right_to(
    app, world, owner, ours, refused
) -> None:
    viewer = world.user()
    world.member(ours, viewer, MemberRole.VIEWER)
    assert appeal(world, viewer, ours, refused).status_code == 403
    assert appeal(world, world.user(), ours, refused).status_code == 404
    with app.app_context():
        match = db.session.get_one(Match, refused.id)
        match.decided_at = clock.now() - timedelta(days=31)
        db.session.execute(sa.update(ReviewDecision).values(at=match.decided_at))
        db.session.commit()
    assert appeal(world, owner, ours, refused).status_code == 409
    assert rows(app, Grievance) == []


def test_a_withdrawn_appeal_waits_for_nobody_and_can_be_made_again(app, world, owner, ours, refused) -> None:
    appeal(world, owner, ours, refused)
    (made,) = rows(app, Grievance)
    world.sign_in(owner).post(f"/organizations/{ours.id}/decisions/appeals/{made.id}/withdraw")
    assert appeal(world, owner, ours, refused).status_code == 303
    assert [one.state for one in rows(app, Grievance)] == [GrievanceState.WITHDRAWN, GrievanceState.WAITING]


def test_upholding_the_appeal_of_a_refused_profile_hands_it_in_again(
    app, world, manager, owner, decide
) -> None:
    profile = world.organization(owner=owner, state=ProfileState.REFUSED)
    at = clock.now()
    review = world.listing(profile, state=ReviewState.REFUSED, decided_at=at, decided_by_id=manager.id)
    made = world.grievance(profile, owner, listing_review_id=review.id)
    decide(made.id, services.uphold)
    assert rows(app, Organization, id=profile.id)[0].state is ProfileState.SUBMITTED
    assert [one.state for one in rows(app, ListingReview)] == [ReviewState.REFUSED, ReviewState.WAITING]


def test_a_report_is_kept_once_and_a_pause_is_lifted_by_managers_alone(
    app, world, manager, owner, ours, decide
) -> None:
    reporter = world.user(name="Wary Reporter")
    browser, address = world.sign_in(reporter), f"/organizations/{ours.id}/report"
    said = {"reason": "spam", "text": "They write to everybody."}
    assert browser.post(address, data={}).status_code == 422
    assert [browser.post(address, data=said).status_code for _ in range(2)] == [303, 303]
    assert world.sign_in(owner).get(address).status_code == 404
    (made,) = rows(app, Grievance)
    decide(made.id, services.uphold)
    with app.test_request_context():
        paused, by = db.session.get_one(Organization, ours.id), db.session.get_one(User, owner.id)
        assert (paused.state, paused.is_matchable) == (ProfileState.PAUSED, False)
        with pytest.raises(RuleBroken):
            organizations.resume(paused, by)
        organizations.reinstate(paused, by)
        assert paused.is_matchable
    letters = {mail.to_address: mail.text + mail.html for mail in rows(app, Email)}
    assert set(letters) == {owner.email, reporter.email}
    assert "used for advertising" in letters[owner.email]
    assert "Wary" not in letters[owner.email]
