"""Owners, editors, viewers, strangers: who may do what, and that an owner always remains."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from app import clock
from app.audit.models import AuditEvent
from app.db import db
from app.errors import Forbidden, NotFound
from app.matching.models import MatchState
from app.organizations import people, queries
from app.organizations.models import Adviser, Invitation, MemberRole, Membership, Organization, ProfileState
from app.outbox.models import Email

READS = ["", "/people"]
EDITS = ["/edit/basics", "/edit/work", "/edit/details", "/edit/exchange", "/edit/check"]
STEP = "work"
WRITES = [f"/edit/{STEP}", f"/draft/{STEP}", f"/draft/{STEP}/discard", "/publish", "/pause", "/resume"]
PERSONS = ["nobody", "stranger", "viewer", "editor", "owner"]


def browser_of(world, person: str, organization: Organization):
    if person == "nobody":
        return world.app.test_client()
    user = world.user()
    if person != "stranger":
        world.member(organization, user, MemberRole(person))
    return world.sign_in(user)


@pytest.mark.parametrize("person", PERSONS)
def test_each_role_may_do_what_it_may_and_no_more(world, person) -> None:
    organization = world.organization(state=ProfileState.DRAFT)
    browser = browser_of(world, person, organization)
    url = f"/organizations/{organization.id}"
    is_inside = person in {"viewer", "editor", "owner"}
    may_edit = person in {"editor", "owner"}
    refused = {"nobody": {302, 401}, "stranger": {404}, "viewer": {403}}.get(person, set())
    assert browser.get(url).status_code == (200 if is_inside else 404)
    assert browser.get(f"{url}/people").status_code in ({200} if is_inside else refused)
    for path in EDITS:
        assert browser.get(url + path).status_code in ({200} if may_edit else refused), path
    for path in WRITES:
        status = browser.post(url + path, data={"summary": "S", "technologies": "ai"}).status_code
        assert status in ({200, 303} if may_edit else refused), path
    added = browser.post(f"{url}/people", data={"email": "new@example.org", "role": "viewer"}).status_code
    assert added in ({303} if person == "owner" else refused or {403})


def test_a_draft_of_others_answers_as_a_page_that_does_not_exist(world) -> None:
    hidden = world.organization(state=ProfileState.DRAFT, owner=world.user())
    browser = world.sign_in(world.user())

    def body(path: str) -> str:
        response = browser.get(path)
        assert response.status_code == 404
        # The switch of languages knows the way back to the page.
        return response.text.replace(path, "").split("<code>")[0]

    for page in ("", "/people", "/edit/basics"):
        missing = body(f"/organizations/999999{page}")
        assert body(f"/organizations/{hidden.id}{page}") == missing


@pytest.mark.parametrize("number", ["0", "2147483648", "99999999999999999999999"])
def test_numbers_no_organization_has_are_not_found(world, number) -> None:
    browser = world.sign_in(world.user())
    for path in ("", "/edit/basics", "/people"):
        assert browser.get(f"/organizations/{number}{path}").status_code == 404


def test_a_membership_of_another_organization_cannot_be_touched(world) -> None:
    owner, other = world.user(), world.user()
    own = world.organization(owner=owner)
    foreign = world.organization()
    membership = world.member(foreign, other, MemberRole.EDITOR)
    browser = world.sign_in(owner)
    for number in (membership.id, 99999999999999999999):
        url = f"/organizations/{own.id}/people/{number}"
        assert browser.post(f"{url}/role", data={"role": "viewer"}).status_code == 404
        assert browser.post(f"{url}/remove").status_code == 404


def test_an_editor_can_neither_make_owners_nor_remove_people_but_may_leave(app, world) -> None:
    owner, editor = world.user(), world.user()
    organization = world.organization(owner=owner)
    own = world.member(organization, editor, MemberRole.EDITOR)
    with app.app_context():
        owners = queries.membership_of(owner, organization.id)
    browser = world.sign_in(editor)
    url = f"/organizations/{organization.id}/people"
    assert browser.post(f"{url}/{own.id}/role", data={"role": "owner"}).status_code == 403
    assert browser.post(f"{url}/{owners.id}/remove").status_code == 403
    assert browser.post(f"{url}/{own.id}/remove").location == "/organizations/mine"
    assert browser.get(url).status_code == 404


def test_the_last_owner_can_neither_leave_nor_step_down(app, world) -> None:
    owner = world.user()
    organization = world.organization(owner=owner)
    world.member(organization, world.user(), MemberRole.EDITOR)
    with app.app_context():
        own = queries.membership_of(owner, organization.id)
    browser = world.sign_in(owner)
    url = f"/organizations/{organization.id}/people/{own.id}"
    for response in (browser.post(f"{url}/remove"), browser.post(f"{url}/role", data={"role": "viewer"})):
        assert response.status_code == 409
        assert "always has an owner" in response.text


@pytest.mark.parametrize("act", ["leave", "step down", "remove the other"])
def test_of_two_owners_who_go_at_once_one_remains(app, world, act) -> None:
    users = [world.user(), world.user()]
    organization = world.organization()
    memberships = [world.member(organization, user) for user in users]
    start = threading.Barrier(2)
    results: list[object] = []

    def go(number: int) -> None:
        target = memberships[1 - number if act == "remove the other" else number]
        try:
            with app.app_context():
                start.wait(10)
                row = db.session.get_one(Organization, organization.id)
                if act == "step down":
                    people.change_role(row, target.id, MemberRole.VIEWER, by=users[number])
                else:
                    people.remove_person(row, target.id, by=users[number])
                db.session.commit()
                results.append("done")
        except (people.LastOwner, Forbidden, NotFound) as error:
            results.append(error)

    threads = [threading.Thread(target=go, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(results) == 2
    assert results.count("done") == 1
    with app.app_context():
        owners = sa.select(sa.func.count()).where(Membership.role == MemberRole.OWNER)
        assert db.session.scalar(owners) == 1


def add(browser, organization, email: str):
    data = {"email": email, "role": "editor"}
    return browser.post(f"/organizations/{organization.id}/people", data=data, follow_redirects=True)


def link_in_mail_to(app, email: str) -> str:
    """The newest invitation's address, as its reader would open it."""
    with app.app_context():
        query = sa.select(Email).where(Email.to_address == email).order_by(Email.id.desc())
        text = db.session.scalars(query.limit(1)).one().text
    return "/organizations/invitations/" + text.split("/organizations/invitations/")[1].split()[0]


def test_known_and_unknown_addresses_get_the_same_answer_and_each_a_mail(app, world) -> None:
    owner, known = world.user(), world.user(email="known@example.org")
    organization = world.organization(owner=owner)
    browser = world.sign_in(owner)
    answers = [add(browser, organization, email) for email in ("known@example.org", "unknown@example.org")]
    said = [one.text.split("usa-alert__text")[1].split("</p>")[0] for one in answers]
    assert said[0].replace("known@example.org", "X") == said[1].replace("unknown@example.org", "X")
    with app.app_context():
        assert queries.membership_of(known, organization.id) is None
        assert set(db.session.scalars(sa.select(Email.to_address))) == {
            "known@example.org",
            "unknown@example.org",
        }


def test_an_invitation_is_accepted_once_and_only_by_its_address(app, world, client) -> None:
    owner, invited, other = world.user(), world.user(), world.user()
    organization = world.organization(owner=owner)
    add(world.sign_in(owner), organization, invited.email)
    link = link_in_mail_to(app, invited.email)
    assert "/sign-in" in client.get(link).text
    stranger = world.sign_in(other)
    assert "for another address" in stranger.get(link).text
    assert stranger.post(link).status_code == 409
    browser = world.sign_in(invited)
    assert "Join" in browser.get(link).text
    assert browser.post(link).location == "/organizations/mine"
    assert browser.post(link).status_code == 404
    with app.app_context():
        assert queries.membership_of(invited, organization.id).role is MemberRole.EDITOR
        assert queries.membership_of(other, organization.id) is None


@pytest.mark.parametrize("end", ["withdrawn", "sent again", "too old", "inviter left"])
def test_a_link_that_was_ended_lets_nobody_in(app, world, end) -> None:
    owner, invited = world.user(), world.user()
    organization = world.organization(owner=owner)
    own = world.member(organization, world.user())
    browser = world.sign_in(owner)
    add(browser, organization, invited.email)
    link = link_in_mail_to(app, invited.email)
    with app.app_context():
        invitation = db.session.scalars(sa.select(Invitation)).one()
        number = invitation.id
        mine = queries.membership_of(owner, organization.id).id
        if end == "too old":
            invitation.expires_at = clock.now()
            db.session.commit()
    url = f"/organizations/{organization.id}/people"
    if end == "withdrawn":
        assert browser.post(f"{url}/invitations/{number}/withdraw").status_code == 303
    elif end == "sent again":
        assert browser.post(f"{url}/invitations/{number}/resend").status_code == 303
        assert link_in_mail_to(app, invited.email) != link
    elif end == "inviter left":
        assert own.id != mine
        assert browser.post(f"{url}/{mine}/remove").status_code == 303
    joining = world.sign_in(invited)
    assert joining.get(link).status_code == 404
    assert joining.post(link).status_code == 404


def test_an_adviser_acts_with_recorded_consent_never_owns_and_loses_everything_at_the_end(app, world) -> None:
    owner, adviser = world.user(name="Owner Rao"), world.user()
    organization = world.organization(owner=owner)
    own, acting = world.sign_in(owner), world.sign_in(adviser)
    url = f"/organizations/{organization.id}"
    own.post(f"{url}/people", data={"email": adviser.email, "role": "adviser"})
    acting.post(link_in_mail_to(app, adviser.email))
    assert acting.get(f"{url}/edit/basics").status_code == 200
    page = own.get(f"{url}/people").text
    assert "Owner Rao consented on" in page
    with app.app_context():
        number = queries.membership_of(adviser, organization.id).id
    assert own.post(f"{url}/people/{number}/role", data={"role": "owner"}).status_code == 409
    assert acting.post(f"{url}/people/{number}/remove").status_code == 303
    assert acting.get(f"{url}/edit/basics").status_code == 404
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Adviser)) == 0


def test_a_removed_person_loses_every_page_and_draft_at_the_next_request(app, world) -> None:
    owner, editor = world.user(), world.user()
    organization = world.organization(owner=owner)
    membership = world.member(organization, editor, MemberRole.EDITOR)
    match = world.match(organization, state=MatchState.APPROVED)
    browser, url = world.sign_in(editor), f"/organizations/{organization.id}"
    browser.post(f"{url}/draft/basics", data={"name": "Half typed"})
    assert browser.get(f"{url}/edit/basics").status_code == 200
    assert browser.get(f"/matches/{match.id}").status_code == 200
    world.sign_in(owner).post(f"{url}/people/{membership.id}/remove")
    for path in ("/edit/basics", "/people"):
        assert browser.get(f"{url}{path}").status_code == 404
    assert browser.get(f"/matches/{match.id}").status_code == 404
    with app.app_context():
        assert queries.draft_of(editor, organization.id) == {}
        assert editor.id not in {one.id for one in queries.people_of(organization.id)}


def test_inviting_the_same_person_again_changes_and_sends_nothing(app, world) -> None:
    owner, known = world.user(), world.user()
    organization = world.organization(owner=owner)
    browser = world.sign_in(owner)
    for email in (known.email, known.email, "stranger@example.org", "stranger@example.org"):
        assert add(browser, organization, email).status_code == 200
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Email)) == 2
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Invitation)) == 2


@pytest.mark.parametrize("email", ["", "no", "a@b@c", "x\r\nBcc: y@example.org", "a" * 320 + "@example.org"])
def test_what_is_no_address_is_answered_beside_the_field(world, email) -> None:
    owner = world.user()
    organization = world.organization(owner=owner)
    assert add(world.sign_in(owner), organization, email).status_code == 422


def test_every_change_of_people_is_in_the_audit_trail(app, world) -> None:
    owner, other = world.user(), world.user()
    organization = world.organization(owner=owner)
    browser = world.sign_in(owner)
    add(browser, organization, other.email)
    world.sign_in(other).post(link_in_mail_to(app, other.email))
    with app.app_context():
        number = queries.membership_of(other, organization.id).id
    url = f"/organizations/{organization.id}/people/{number}"
    browser.post(f"{url}/role", data={"role": "viewer"})
    browser.post(f"{url}/remove")
    with app.app_context():
        query = sa.select(AuditEvent).where(AuditEvent.subject_type == "organization")
        events = db.session.scalars(query.order_by(AuditEvent.number)).all()
    assert [event.action for event in events] == [
        "organization.invited",
        "organization.person_added",
        "organization.role_changed",
        "organization.person_removed",
    ]
    assert [event.actor_id for event in events] == [owner.id, other.id, owner.id, owner.id]


def test_editors_are_told_apart_from_viewers(app, world) -> None:
    owner, viewer = world.user(), world.user()
    organization = world.organization(owner=owner)
    world.member(organization, viewer, MemberRole.VIEWER)
    with app.app_context():
        assert [one.id for one in queries.people_of(organization.id)] == [owner.id, viewer.id]
        assert [one.id for one in queries.people_of(organization.id, can_edit=True)] == [owner.id]
