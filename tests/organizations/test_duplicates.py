"""What looks like one organization twice: keys, rules, the scan, and the warning before registering."""

from __future__ import annotations

import itertools

import pytest
import sqlalchemy as sa

from app.accounts.models import Role
from app.db import db
from app.jobs.engine import jobs
from app.organizations import naming
from app.organizations.likeness import THRESHOLD, Face, Reason, likeness
from app.organizations.models import (
    Duplicate,
    DuplicateState,
    Identifier,
    MemberRole,
    Organization,
    ProfileState,
)
from app.organizations.pairing import findings
from app.outbox.models import Email
from app.taxonomy import Country, Kind

numbers = itertools.count(1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nila Chips Pvt. Ltd.", "NILA CHIPS Private Limited"),
        ("The Café & Co.", "Cafe"),
        ("I.T.R. Foundry, Inc.", "ITR Foundry"),
        ("Nila Readymix(India) LLP", "Nila Readymix India"),
        ("Reyes’ Robotics Corp", "Reyes' Robotics Corporation"),
        ("Tula & Sons", "Tula and Sons LLC"),
        ("नीला चिप्स प्राइवेट लिमिटेड", "नीला चिप्स"),
        ("\uff2eila", "Nila"),
    ],
)
def test_spellings_of_one_name_have_one_key(one, other) -> None:
    assert naming.name_key(one) == naming.name_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Nila", "Nilam"), ("Nila 1", "Nila 2"), ("Co", "Inc"), ("की", "का")]
)
def test_other_names_have_other_keys(one, other) -> None:
    assert naming.name_key(one) != naming.name_key(other)


def test_a_key_fits_its_column_however_long_the_name_grows() -> None:
    assert len(naming.name_key("\ufdfa" * 200)) <= naming.LONGEST_NAME


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("https://www.nila.co.in/about", "nila.co.in"),
        ("http://shop.eu.nila.com:8080", "nila.com"),
        ("nila.example", "nila.example"),
        ("https://nila.wordpress.com", "nila.wordpress.com"),
        ("https://netflix.example", "netflix.example"),
        ("https://www.linkedin.com/company/nila", None),
        ("https://play.google.com/store/apps/nila", None),
        ("https://wordpress.com/nila", None),
        ("https://gmail.com", None),
        ("http://192.0.2.1/", None),
        ("http://[broken", None),
        ("", None),
        (None, None),
    ],
)
def test_a_domain_is_what_somebody_registered_for_themselves(website, domain) -> None:
    assert naming.domain_of(website) == domain


def face(name: str, **more) -> Face:
    chosen = {"kind": Kind.STARTUP, "country": Country.INDIA, "region": "IN-KA", "city": "Mysuru", **more}
    return Face(id=next(numbers), name=name, name_key=naming.name_key(name), **chosen)


ELSEWHERE = {"region": "IN-TN", "city": "Chennai"}
NOWHERE = {"region": None, "city": None}
SCHOOL = {"kind": Kind.SKILL_PROGRAM}
INVESTOR = {"kind": Kind.INVESTOR}
NILA = {"domain": "nila.example"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (face("Nila Chips"), face("Nila Chips Pvt Ltd")),
        (face("Nila Chips"), face("Nila Chips", **NOWHERE)),
        (face("Nila Chips", city="Bangalore"), face("Nila Chips", city="Bengaluru")),
        (face("Nila Chips"), face("Nila Chips", **INVESTOR)),
        (face("Raithanila Aharodhyama"), face("Raitanila Aharodyama")),
        (face("Easy Lathe", **NILA), face("EazyLathe", **NILA)),
        (face("Nila", **NILA, **NOWHERE), face("GoNila", **NILA, **ELSEWHERE)),
        (face("Before", **NILA), face("Afterwards", **NILA)),
        (face("Silk Loom Labs", year=2016), face("Silk Loom", year=2016)),
        (face("Weaving — Nila School", **SCHOOL), face("Weaving — Nila School", **SCHOOL, **NOWHERE)),
    ],
)
def test_these_look_like_one_organization(one, other) -> None:
    assert likeness(one, other).score >= THRESHOLD
    assert likeness(one, other) == likeness(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (face("Nila Chips"), face("Nila Chips", **ELSEWHERE)),
        (face("Nila Chips"), face("Nila Chips", country=Country.UNITED_STATES, **NOWHERE)),
        (face("Nila Works Unit 1"), face("Nila Works Unit III")),
        (face("SCO Capital Partners", **INVESTOR), face("GSO Capital Partners", **INVESTOR)),
        (face("Nila Ventures"), face("Tula Ventures")),
        (face("Proper"), face("Prosper")),
        (face("Transerv", domain="transerv.example"), face("Transerve", domain="transerve.example")),
        (face("Weaving — Nila School", **SCHOOL, **NILA), face("Dyeing — Nila School", **SCHOOL, **NILA)),
        (face("Training I — Nila School", **SCHOOL), face("Training II — Nila School", **SCHOOL)),
        (face("Nila School-North", **SCHOOL, **NILA), face("Nila School-South", **SCHOOL, **NILA)),
        (face("Nila Institute", **SCHOOL), face("Nila Institute, (Woman)", **SCHOOL)),
        (face("Nila Permanente", **INVESTOR), face("Nila Permanente Ventures", **INVESTOR)),
        (face("Nila Fund", **INVESTOR, **NILA), face("Asha Partner", **INVESTOR, **NILA)),
        (face("Before", **NILA), face("Afterwards", **NILA, **ELSEWHERE)),
    ],
)
def test_these_do_not(one, other) -> None:
    assert likeness(one, other).score < THRESHOLD


def test_one_number_of_a_register_tells_most_even_when_nothing_else_fits() -> None:
    found = likeness(face("Nila", **ELSEWHERE), face("Other"), shares_identifier=True)
    assert (found.score, found.reasons) == (1.0, (Reason.IDENTIFIER,))


def test_another_kind_weighs_less() -> None:
    own, arm = face("Nila", **NILA), face("Nila", **NILA, **INVESTOR)
    assert likeness(own, arm).score < likeness(own, face("Nila", **NILA)).score


def test_blocks_find_what_comparing_all_with_all_finds() -> None:
    names = ["Nila Chips", "Nila Chips Ltd", "Nilla Chips", "Tula", "Tula Looms", "Gonila", "Go Nila"]
    places = [{}, NOWHERE, ELSEWHERE, {"city": None}]
    faces = [face(name, **place) for name in names for place in places]
    pairs = {(a.id, b.id) for a, b in itertools.combinations(faces, 2) if likeness(a, b).score >= THRESHOLD}
    assert {(one.one_id, one.other_id) for one in findings(faces, THRESHOLD)} == pairs
    assert pairs


def test_an_address_shared_by_many_tells_nothing() -> None:
    few = [face(name, domain="mall.example") for name in ("Asha", "Badal")]
    many = [face(name, domain="mall.example") for name in ("Chand", "Dhara", "Esha", "Falak", "Gita")]
    assert len(list(findings(few, THRESHOLD))) == 1
    near = [face("Nila Tech", domain="mall.example"), face("Nila Labs", domain="mall.example")]
    assert len(list(findings(near, THRESHOLD))) == 1
    assert list(findings([*few, *many, *near], THRESHOLD)) == []


def test_a_look_at_the_changed_ones_finds_only_their_pairs() -> None:
    faces = [face("Nila Chips"), face("Nila Chips"), face("Tula Looms"), face("Tula Looms")]
    found = list(findings(faces, THRESHOLD, only={faces[3].id}))
    assert [(one.one_id, one.other_id) for one in found] == [(faces[2].id, faces[3].id)]


def scan(app, *more: str) -> str:
    result = app.test_cli_runner().invoke(args=["organizations", "duplicates", "scan", *more])
    assert result.exit_code == 0, result.output
    return result.output


def pairs_in(app, state: DuplicateState = DuplicateState.OPEN) -> list[tuple[int, int]]:
    with app.app_context():
        query = sa.select(Duplicate.one_id, Duplicate.other_id).where(Duplicate.state == state)
        return [(one, other) for one, other in db.session.execute(query.order_by(Duplicate.id))]


def test_a_scan_writes_pairs_once_and_leaves_decided_ones_alone(app, world) -> None:
    one, other = world.organization(name="Nila Chips"), world.organization(name="Nila Chips Pvt Ltd")
    third = world.organization(name="Tula Looms")
    world.organization(name="Tula Looms", state=ProfileState.REFUSED)
    world.identifier(one)
    world.identifier(third)
    scan(app)
    assert sorted(pairs_in(app)) == [(one.id, other.id), (one.id, third.id)]
    with app.app_context():
        for pair in db.session.scalars(sa.select(Duplicate).where(Duplicate.other_id == other.id)):
            pair.state, pair.decided_at = DuplicateState.DISTINCT, pair.found_at
        db.session.execute(sa.delete(Identifier).where(Identifier.organization_id == third.id))
        db.session.commit()
    scan(app)
    assert pairs_in(app) == []
    assert pairs_in(app, DuplicateState.DISTINCT) == [(one.id, other.id)]


def test_a_scan_adds_at_most_as_many_as_asked(app, world) -> None:
    for name in ("Nila Chips", "Nila Chips", "Tula Looms", "Tula Looms"):
        world.organization(name=name)
    scan(app, "--limit", "1")
    assert len(pairs_in(app)) == 1


def test_the_nightly_task_looks_at_what_changed_once_a_day(app, world, monkeypatch) -> None:
    owner = world.user()
    one = world.organization(name="Nila Chips", owner=owner)
    with app.app_context():
        jobs.run("organizations.find_duplicates")
    other = world.organization(name="Nila Chips")
    with app.app_context():
        jobs.run("organizations.find_duplicates")
        assert pairs_in(app) == []
        monkeypatch.setattr("app.organizations.duplicates.is_scan_due", lambda: True)
        jobs.run("organizations.find_duplicates")
    assert pairs_in(app) == [(one.id, other.id)]


TYPED = {"kind": "startup", "name": "Nila Chips Private Limited", "country": "IN"}


def drafts_of(app, name: str) -> int:
    with app.app_context():
        query = sa.select(sa.func.count()).where(Organization.name == name)
        return db.session.scalar(query.where(Organization.state == ProfileState.DRAFT)) or 0


def test_who_registers_what_is_here_is_shown_it_and_loses_nothing(app, world) -> None:
    here = world.organization(name="Nila Chips", city="Mysuru")
    browser = world.sign_in(world.user())
    shown = browser.post("/organizations/new", data={**TYPED, "website": "https://nila.example"})
    assert shown.status_code == 200
    assert f"/organizations/{here.id}" in shown.text
    assert "The same name" in shown.text
    assert 'value="Nila Chips Private Limited"' in shown.text
    assert "https://nila.example" in shown.text
    assert drafts_of(app, TYPED["name"]) == 0
    sure = {**TYPED, "website": "https://nila.example", "sure": "IN nila chips nila.example"}
    assert browser.post("/organizations/new", data=sure).status_code == 303
    assert drafts_of(app, TYPED["name"]) == 1


def test_being_sure_of_one_name_is_not_being_sure_of_another(app, world) -> None:
    world.organization(name="Nila Chips")
    typed = {**TYPED, "sure": "IN some other name "}
    assert world.sign_in(world.user()).post("/organizations/new", data=typed).status_code == 200
    assert drafts_of(app, TYPED["name"]) == 0


def test_a_new_name_is_registered_without_a_question(app, world) -> None:
    world.organization(name="Nila Chips")
    typed = {**TYPED, "name": "Something Else Entirely"}
    assert world.sign_in(world.user()).post("/organizations/new", data=typed).status_code == 303


def test_of_somebody_elses_draft_only_its_domain_is_told(app, world) -> None:
    world.organization(
        name="Canary Secret", state=ProfileState.DRAFT, website="https://nila.example", owner=world.user()
    )
    browser = world.sign_in(world.user())
    typed = {**TYPED, "name": "Nila", "website": "www.nila.example"}
    shown = browser.post("/organizations/new", data=typed).text
    assert "being prepared by somebody else" in shown
    assert "Canary" not in shown
    # A name alone tells nothing of a draft.
    assert browser.post("/organizations/new", data={**TYPED, "name": "Canary Secret"}).status_code == 303


def test_owners_are_asked_for_access_once_a_day(app, world) -> None:
    owner, stranger = world.user(), world.user()
    organization = world.organization(name="Nila Chips", owner=owner)
    world.member(organization, world.user(), MemberRole.EDITOR)
    address = f"/organizations/{organization.id}/ask-access"
    browser = world.sign_in(stranger)
    assert browser.post(address).status_code == 303
    assert browser.post(address).status_code == 303
    assert world.sign_in(owner).post(address).status_code == 409
    with app.app_context():
        assert list(db.session.scalars(sa.select(Email.to_address))) == [owner.email]
        assert stranger.email in db.session.scalars(sa.select(Email.text)).one()


def test_where_nobody_owns_a_profile_the_managers_are_asked(app, world) -> None:
    manager = world.user(Role.PROGRAM_MANAGER)
    organization = world.organization(name="Nila Chips")
    world.sign_in(world.user()).post(f"/organizations/{organization.id}/ask-access")
    with app.app_context():
        assert list(db.session.scalars(sa.select(Email.to_address))) == [manager.email]


def test_a_number_that_another_profile_states_comes_before_the_managers(app, world) -> None:
    owner = world.user()
    one, other = world.organization(name="Nila"), world.organization(name="Tula", owner=owner)
    world.identifier(one)
    typed = {"scheme": "lei", "value": "213800KUD8LAJWSQ9D15"}
    browser = world.sign_in(owner)
    answer = browser.post(f"/organizations/{other.id}/identifiers", data=typed, follow_redirects=True)
    assert "Another profile states this number too" in answer.text
    assert pairs_in(app) == [(one.id, other.id)]


def test_keys_follow_the_name_and_the_website(app, world) -> None:
    owner = world.user()
    organization = world.organization(name="Nila Chips", owner=owner)
    with app.app_context():
        saved = db.session.get(Organization, organization.id)
        saved.name, saved.website = "Tula Looms Ltd", "https://www.tula.co.in"
        db.session.commit()
        assert (saved.name_key, saved.domain) == ("tula looms", "tula.co.in")
