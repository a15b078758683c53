"""Claims follow the profile: what people enter in the form they state, what they take out ends."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEvent
from app.claims import queries, services, stating
from app.claims.models import Claim, Subject
from app.db import db
from app.jobs.engine import jobs
from app.organizations import services as profiles
from app.organizations.models import Organization
from app.taxonomy import SizeClass


def read(app) -> None:
    with app.app_context():
        jobs.run("claims.read_profiles")


def held(app, organization) -> set[tuple[Subject, str]]:
    with app.app_context():
        return {(one.subject, one.value) for one in queries.claims_of(organization.id)}


def save(app, organization, by, **values) -> None:
    with app.app_context():
        profiles.save_profile(db.session.get_one(Organization, organization.id), values, by)
        db.session.commit()


@pytest.mark.parametrize(
    ("fields", "stated"),
    [
        ({}, set()),
        ({"certifications": ["ISO 9001", " ISO 9001 ", ""]}, {(Subject.CERTIFICATE, "ISO 9001")}),
        ({"seats": 0}, {(Subject.SEATS, "0")}),
        ({"size_class": SizeClass.SMALL}, {(Subject.SIZE, "small")}),
        ({"ticket_min": 100}, set()),
        ({"ticket_min": 100, "ticket_currency": "INR"}, {(Subject.TICKET, "100 - INR")}),
        (
            {"ticket_min": 0, "ticket_max": 900, "ticket_currency": "USD"},
            {(Subject.TICKET, "0 900 USD")},
        ),
    ],
)
def test_what_a_profile_claims(fields, stated) -> None:
    profile = Organization(**{"certifications": [], **fields})
    assert stating.statements_in(profile) == stated


def test_the_worker_states_what_the_form_says_and_ends_what_it_says_no_more(app, world) -> None:
    owner = world.user()
    organization = world.organization(owner=owner, certifications=["ISO 9001", "IATF 16949"], seats=12)
    read(app)
    before = held(app, organization)
    assert before == {
        (Subject.CERTIFICATE, "ISO 9001"),
        (Subject.CERTIFICATE, "IATF 16949"),
        (Subject.SEATS, "12"),
    }
    save(app, organization, owner, certifications=["ISO 9001"], seats=40)
    read(app)
    read(app)
    assert held(app, organization) == {(Subject.CERTIFICATE, "ISO 9001"), (Subject.SEATS, "40")}
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).where(AuditEvent.action == "claim.read")) == 2


def test_reading_a_hundred_profiles_takes_as_many_statements_as_reading_two(
    app, world, count_queries
) -> None:
    few = [world.organization(certifications=["ISO 9001"]).id for _ in range(2)]
    many = [world.organization(certifications=["ISO 9001"]).id for _ in range(30)]

    def reading(ids: list[int]) -> int:
        def act() -> None:
            with app.app_context():
                assert stating.read(ids) == len(ids)
                db.session.commit()

        return count_queries(act)

    assert reading(few) == reading(many)


def test_two_readings_at_once_state_each_fact_once(app, world) -> None:
    organization = world.organization(certifications=["ISO 9001", "ISO 14001"])
    ready = threading.Barrier(2)

    def act() -> None:
        with app.app_context():
            ready.wait()
            stating.read([organization.id])
            db.session.commit()

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Claim)) == 2


def test_withdrawing_a_claim_takes_it_out_of_the_profile_for_good(app, world) -> None:
    owner = world.user()
    organization = world.organization(owner=owner, certifications=["ISO 9001", "ISO 14001"])
    read(app)
    with app.app_context():
        claim = db.session.scalars(sa.select(Claim).where(Claim.value == "ISO 9001")).one()
        services.withdraw(claim, owner)
        db.session.commit()
    read(app)
    assert held(app, organization) == {(Subject.CERTIFICATE, "ISO 14001")}
    with app.app_context():
        assert db.session.get_one(Organization, organization.id).certifications == ["ISO 14001"]
