"""One question a week: the letter asks, opening the link answers nothing, a button answers once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.audit.models import AuditEvent
from app.claims import links, queries, services
from app.claims.models import Claim, Subject
from app.db import db
from app.jobs.engine import jobs
from app.organizations.models import MemberRole, Membership, Organization
from app.outbox.models import Email

MONDAY = datetime(2026, 11, 16, 3, 30, 5, tzinfo=UTC)


def letters(app) -> list[Email]:
    with app.app_context():
        jobs.run("digests.enqueue_due")
        found = list(db.session.scalars(sa.select(Email).where(Email.key.startswith("digest:"))))
        db.session.expunge_all()
        return found


def stored(app) -> Claim:
    with app.app_context():
        found = db.session.scalars(sa.select(Claim)).one()
        db.session.expunge_all()
        return found


def link(app, claim, user) -> str:
    with app.app_context():
        return links.address_of(db.session.get_one(Claim, claim.id), user).removeprefix("http://localhost")


def test_the_letter_asks_about_the_oldest_claim_and_not_again_that_week(app, world) -> None:
    clock.shift(round((MONDAY - clock.now()).total_seconds()))
    owner, second = world.user(), world.user(time_zone="America/New_York")
    viewer = world.user()
    organization = world.organization(owner=owner, certifications=["ISO 9001"])
    world.member(organization, second, MemberRole.EDITOR)
    world.member(organization, viewer, MemberRole.VIEWER)
    world.claim(organization, Subject.SEATS, "12", age=100)
    world.claim(organization, Subject.CERTIFICATE, "ISO 9001", age=700)
    (mail,) = letters(app)
    assert mail.user_id == owner.id
    assert mail.subject == "One question about your profile"
    for text in (mail.text, mail.html):
        assert "ISO 9001" in text
        assert "12" not in re.findall(r"Seats: (\d+)", text)
    clock.shift(round((MONDAY + timedelta(hours=11) - datetime.now(UTC)).total_seconds()))
    assert len(letters(app)) == 1
    page = re.search(r"http://localhost(/still-true/\S+)", mail.text)
    assert app.test_client().get(page.group(1)).status_code == 200


def test_opening_the_link_answers_nothing_and_yes_answers_once(app, world) -> None:
    owner = world.user()
    claim = world.claim(world.organization(owner=owner), age=700)
    page, visitor = link(app, claim, owner), app.test_client()
    for _ in range(2):
        assert "Is it still true?" in visitor.get(page).text
    assert stored(app).confirmed_at == claim.confirmed_at
    assert visitor.post(page, data={"answer": "perhaps"}).status_code == 422
    assert visitor.post(page, data={"answer": "yes"}).status_code == 200
    assert stored(app).confirmed_at > claim.confirmed_at
    assert visitor.post(page, data={"answer": "no_longer"}).status_code == 410
    assert visitor.get(page).status_code == 410
    assert stored(app).withdrawn_at is None
    with app.app_context():
        (event,) = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action.contains("still_true")))
        assert event.actor_id == owner.id


def test_no_longer_takes_it_out_of_the_profile_and_changed_leads_to_its_form(app, world) -> None:
    owner = world.user()
    organization = world.organization(owner=owner, certifications=["ISO 9001"])
    claim = world.claim(organization, age=700)
    page, visitor = link(app, claim, owner), app.test_client()
    assert visitor.post(page, data={"answer": "changed"}).headers["Location"].startswith("/organizations/")
    assert visitor.post(page, data={"answer": "no_longer"}).status_code == 200
    assert stored(app).withdrawn_at is not None
    with app.app_context():
        assert db.session.get_one(Organization, organization.id).certifications == []


@pytest.mark.parametrize("spoil", ["token", "time", "place"])
def test_a_link_that_is_not_ours_too_old_or_of_somebody_who_left_answers_nothing(app, world, spoil) -> None:
    owner = world.user()
    claim = world.claim(world.organization(owner=owner), age=700)
    page = link(app, claim, owner)
    if spoil == "token":
        page = page[:-2]
    if spoil == "time":
        clock.shift(29 * 86_400)
    if spoil == "place":
        with app.app_context():
            db.session.execute(sa.delete(Membership))
            db.session.commit()
    visitor = app.test_client()
    assert visitor.get(page).status_code == 410
    assert visitor.post(page, data={"answer": "no_longer"}).status_code == 410
    assert stored(app).withdrawn_at is None


def test_one_organization_is_asked_about_the_claim_that_counts_least_once_a_week(app, world) -> None:
    user = world.user()
    organization = world.organization(owner=user)
    world.claim(organization, value="ISO 13485", age=200)
    oldest = world.claim(organization, age=700)
    world.claim(organization, value="ISO 14001", age=10)

    def asked() -> list[int]:
        with app.app_context():
            seats = db.session.scalars(sa.select(Membership).where(Membership.user_id == user.id)).all()
            claims = db.session.scalars(sa.select(Claim).where(queries.may_matter(clock.now()))).all()
            assert len(claims) == 2
            return [one.claim.id for one in queries.questions_among(seats, claims, clock.now()).values()]

    assert asked() == [oldest.id]
    with app.app_context():
        services.note_asked([oldest.id])
        db.session.commit()
    assert asked() == []
