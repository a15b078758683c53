"""Register numbers: who states, reads and confirms them, and that nobody else ever sees one."""

from __future__ import annotations

import logging
import threading

import pytest
import sqlalchemy as sa

from app.accounts.models import Role
from app.audit.models import AuditEvent
from app.db import db
from app.matching import frames
from app.organizations import identifying
from app.organizations.identifiers import Scheme
from app.organizations.models import Identifier, MemberRole
from app.outbox.models import Email
from app.taxonomy import Country

PAN = "AAPFU0939F"
GSTIN = "27AAPFU0939F1ZV"
CIN = "U72200KA2013PTC097389"
NUMBERS = {Scheme.PAN: PAN, Scheme.GSTIN: GSTIN, Scheme.CIN: CIN, Scheme.LEI: "213800KUD8LAJWSQ9D15"}


def url(organization, *more) -> str:
    return "/".join(["/organizations", str(organization.id), "identifiers", *map(str, more)])


def test_an_editor_states_a_number_and_the_owner_reads_it(world) -> None:
    owner, editor = world.user(), world.user()
    organization = world.organization(Country.INDIA, owner=owner)
    world.member(organization, editor, MemberRole.EDITOR)
    typed = {"scheme": "in-gstin", "value": " 27aapfu 0939f1zv "}
    assert world.sign_in(editor).post(url(organization), data=typed).status_code == 303
    assert GSTIN in world.sign_in(owner).get(url(organization)).text


def test_a_wrong_number_is_answered_beside_the_field_and_stays_typed(world) -> None:
    owner = world.user()
    organization = world.organization(Country.INDIA, owner=owner)
    response = world.sign_in(owner).post(
        url(organization), data={"scheme": "in-gstin", "value": "27AAPFU0939F1ZX"}
    )
    assert response.status_code == 422
    assert "check character does not fit" in response.text
    assert "27AAPFU0939F1ZX" in response.text


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"scheme": "", "value": PAN}, "Choose the register"),
        ({"scheme": "in-pan", "value": ""}, "Type the number"),
        ({"scheme": "us-ein", "value": "91-1144442"}, "Not a valid choice"),
        ({"scheme": "nonsense", "value": PAN}, "Not a valid choice"),
    ],
)
def test_what_is_missing_or_of_the_other_country_is_refused_with_a_message(world, typed, message) -> None:
    owner = world.user()
    organization = world.organization(Country.INDIA, owner=owner)
    response = world.sign_in(owner).post(url(organization), data=typed)
    assert response.status_code == 422
    assert message in response.text


def test_a_register_that_gives_one_number_takes_no_second_and_gstin_takes_one_a_state(world) -> None:
    owner = world.user()
    organization = world.organization(Country.INDIA, owner=owner)
    browser = world.sign_in(owner)

    def state(scheme: str, value: str) -> int:
        return browser.post(url(organization), data={"scheme": scheme, "value": value}).status_code

    assert state("in-llpin", "AAB-1234") == 303
    assert state("in-llpin", "AAB-1235") == 409
    assert state("in-gstin", GSTIN) == 303
    assert state("in-gstin", GSTIN) == 409
    assert state("in-gstin", "29AAGCB7383J1Z4") == 303


def test_a_manager_confirms_once_and_the_badge_says_so(world) -> None:
    organization = world.organization(Country.INDIA, owner=world.user())
    number = world.identifier(organization, Scheme.CIN, CIN)
    manager = world.sign_in(world.user(Role.PROGRAM_MANAGER))
    visitor = world.app.test_client()
    page = f"/organizations/{organization.id}"
    assert "CIN: format ok, not confirmed" in visitor.get(page).text
    for _ in range(2):
        assert manager.post(url(organization, number.id, "confirm")).status_code == 303
    assert "confirmed" in visitor.get(page).text
    assert "not confirmed" not in visitor.get(page).text
    with world.app.app_context():
        events = sa.select(AuditEvent).where(AuditEvent.action == "organization.identifier_confirmed")
        assert len(db.session.scalars(events).all()) == 1


def test_a_manager_who_belongs_to_the_organization_does_not_confirm_its_numbers(world) -> None:
    manager = world.user(Role.PROGRAM_MANAGER)
    organization = world.organization(Country.INDIA, owner=manager)
    number = world.identifier(organization, Scheme.CIN, CIN)
    assert world.sign_in(manager).post(url(organization, number.id, "confirm")).status_code == 403


def test_a_number_of_another_organization_is_nobodys(world) -> None:
    owner = world.user()
    own, other = world.organization(owner=owner), world.organization()
    number = world.identifier(other)
    assert world.sign_in(owner).post(url(own, number.id, "remove")).status_code == 404
    manager = world.sign_in(world.user(Role.PROGRAM_MANAGER))
    assert manager.post(url(own, number.id, "confirm")).status_code == 404
    assert manager.post(url(own, 10**25, "confirm")).status_code == 404


def test_removing_a_number_takes_its_confirmation_with_it(world) -> None:
    owner = world.user()
    organization = world.organization(Country.INDIA, owner=owner)
    number = world.identifier(organization, Scheme.CIN, CIN)
    world.sign_in(world.user(Role.ADMINISTRATOR)).post(url(organization, number.id, "confirm"))
    browser = world.sign_in(owner)
    assert browser.post(url(organization, number.id, "remove")).status_code == 303
    browser.post(url(organization), data={"scheme": "in-cin", "value": CIN})
    assert "not confirmed" in browser.get(url(organization)).text


def test_no_number_shows_to_those_who_may_not_see_it(world, caplog) -> None:
    """The canary: every page and file that another person can open about the organization."""
    caplog.set_level(logging.DEBUG)
    owner = world.user()
    organization = world.organization(Country.INDIA, owner=owner)
    for scheme, value in NUMBERS.items():
        world.identifier(organization, scheme, value)
    partner = world.organization(Country.UNITED_STATES, owner=world.user())
    match = world.match(organization, partner)
    editor, viewer = world.user(), world.user()
    world.member(organization, editor, MemberRole.EDITOR)
    world.member(organization, viewer, MemberRole.VIEWER)
    readers = [
        world.app.test_client(),
        world.sign_in(world.user()),
        world.sign_in(editor),
        world.sign_in(viewer),
        world.sign_in(world.user(Role.OBSERVER)),
    ]
    pages = [
        f"/organizations/{organization.id}",
        url(organization),
        "/organizations",
        "/organizations?view=map",
        "/organizations/found.csv",
        f"/organizations/{organization.id}/claims",
        f"/organizations/{organization.id}/briefs",
        f"/organizations/{organization.id}/people",
        f"/organizations/{organization.id}/reach",
        "/organizations/mine",
        f"/review/{world.case(match).id}",
        "/review",
        "/matches",
        "/digest/preview",
        "/listings",
        "/duplicates",
        "/claims",
        "/imports/export.csv",
        "/imports/export.jsonl",
    ]
    for reader in readers:
        for page in pages:
            text = reader.get(page).text
            for value in NUMBERS.values():
                assert value not in text, page
    logged = caplog.text
    for value in NUMBERS.values():
        assert organization.name not in readers[0].get(f"/organizations?q={value}").text
    exported = world.app.test_cli_runner().invoke(args=["organizations", "export"]).output
    assert organization.name in exported
    with world.app.app_context():
        trail = [str(event.detail) for event in db.session.scalars(sa.select(AuditEvent))]
        # What matching reads, and so every explanation, and every letter that was written.
        trail.append(frames.organization_frame().to_csv())
        trail += [str(letter.text) for letter in db.session.scalars(sa.select(Email))]
    for value in NUMBERS.values():
        assert value not in exported
        assert value not in logged
        assert not any(value in detail for detail in trail)


def test_two_editors_who_state_the_same_register_at_once_leave_one_number(app, world) -> None:
    owner = world.user()
    organization = world.organization(Country.INDIA, owner=owner)
    ready, said = threading.Barrier(2), []

    def state(value: str) -> None:
        with app.app_context():
            person = db.session.get(type(owner), owner.id)
            subject = db.session.get(type(organization), organization.id)
            db.session.rollback()
            ready.wait()
            try:
                identifying.state(subject, Scheme.LLPIN, value, by=person)
                db.session.commit()
                said.append(value)
            except identifying.AlreadyStated:
                db.session.rollback()

    threads = [threading.Thread(target=state, args=(value,)) for value in ("AAB1234", "AAB1235")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert [one.value for one in db.session.scalars(sa.select(Identifier))] == said
