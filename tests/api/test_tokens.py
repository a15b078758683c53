"""Tokens: made and revoked by their person, shown once, dead at once, and nothing without one."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts import api_tokens
from app.accounts import services as accounts
from app.accounts.models import ApiToken, Role, User
from app.audit.models import AuditEvent
from app.db import db
from tests.world import PASSWORD

NEW = {"name": "Nightly export", "days": "30", "current_password": PASSWORD}


def status_with(app, token: str) -> int:
    sent = {"Authorization": f"Bearer {token}"}
    return app.test_client().get("/api/v1/me/organizations", headers=sent).status_code


def test_a_token_is_made_shown_once_used_listed_and_revoked(app, world) -> None:
    browser = world.sign_in(world.user())
    made = browser.post("/account/tokens", data=NEW)
    (token,) = re.findall(r"<code>(sangam_[\w-]{43})</code>", made.text)
    listed = browser.get("/account/tokens").text
    assert token not in listed
    assert token[:12] in listed
    assert "Nightly export" in listed
    assert "Not used yet" in listed
    assert status_with(app, token) == 200
    assert "Last used on" in browser.get("/account/tokens").text
    with app.app_context():
        row = db.session.scalars(sa.select(ApiToken)).one()
        assert token not in {str(value) for value in vars(row).values()}
        details = db.session.scalars(sa.select(AuditEvent.detail)).all()
        assert token[7:] not in str(details)
    assert browser.post(f"/account/tokens/{row.id}/revoke").status_code == 303
    assert status_with(app, token) == 401
    with app.app_context():
        actions = db.session.scalars(sa.select(AuditEvent.action)).all()
    assert {"api_token.made", "api_token.revoked"} <= set(actions)


@pytest.mark.parametrize(
    "wrong", [{"current_password": "no"}, {"name": ""}, {"name": "x" * 81}, {"days": "9999"}, {"name": "\0"}]
)
def test_a_token_wants_a_name_a_known_time_and_the_password(app, world, wrong) -> None:
    response = world.sign_in(world.user()).post("/account/tokens", data={**NEW, **wrong})
    assert response.status_code == 422
    with app.app_context():
        assert db.session.scalars(sa.select(ApiToken)).all() == []


def test_another_persons_token_is_not_found_and_lives_on(app, world) -> None:
    program = world.program_of(world.user())
    with app.app_context():
        token_id = db.session.scalars(sa.select(ApiToken.id)).one()
    other = world.sign_in(world.user())
    gone, missing = (other.post(f"/account/tokens/{one}/revoke") for one in (token_id, 10**6))
    assert (gone.status_code, missing.status_code) == (404, 404)
    assert program.get("/api/v1/me/organizations").status_code == 200


@pytest.mark.parametrize(
    "end",
    [
        accounts.deactivate,
        lambda user: accounts.change_password(user, "a new lantern for the harbor"),
        lambda _user: clock.shift(31 * 86_400),
    ],
    ids=["deactivated", "new password", "too old"],
)
def test_tokens_die_with_what_gave_them_life(app, world, end) -> None:
    user = world.user()
    program = world.program_of(user)
    assert program.get("/api/v1/me/organizations").status_code == 200
    with app.app_context():
        end(db.session.get_one(User, user.id))
        db.session.commit()
    assert program.get("/api/v1/me/organizations").status_code == 401


def test_twenty_tokens_are_enough_for_anybody(app, world) -> None:
    user = world.user()
    with app.app_context():
        person = db.session.get_one(User, user.id)
        for number in range(api_tokens.MOST):
            api_tokens.issue(person, f"program {number}", timedelta(days=30))
        db.session.commit()
    response = world.sign_in(user).post("/account/tokens", data=NEW)
    assert response.status_code == 409
    assert "Revoke one first" in response.text


@pytest.mark.parametrize(
    "sent",
    ["", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Bearer \udcff", "Bearer " + "x" * 5000, "sangam_x"],
)
def test_without_a_token_that_works_nothing_is_answered(app, sent) -> None:
    headers = {"Authorization": sent.encode("utf-8", "surrogateescape").decode("latin-1")}
    response = app.test_client().get("/api/v1/organizations", headers=headers)
    assert (response.status_code, response.mimetype) == (401, "application/problem+json")
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="sangam"'
    assert "Set-Cookie" not in response.headers


def test_a_token_opens_no_page(app, world) -> None:
    program = world.program_of(world.user())
    assert program.get("/account").status_code == 302
    assert program.post("/organizations/new", data={"name": "A"}).headers["Location"].startswith("/sign-in")


def test_a_token_carries_the_role_its_person_has_now(app, world) -> None:
    user = world.user(Role.PROGRAM_MANAGER)
    organization = world.organization()
    world.identifier(organization)
    program = world.program_of(user)
    url = f"/api/v1/organizations/{organization.id}/identifiers"
    assert program.get(url).json["identifiers"][0]["value"] == "213800KUD8LAJWSQ9D15"
    with app.app_context():
        accounts.set_role(db.session.get_one(User, user.id), Role.MEMBER)
        db.session.commit()
    assert program.get(url).status_code == 404


def test_programs_that_ask_too_often_are_told_to_wait(world) -> None:
    program = world.program_of(world.user())
    answers = [program.post("/api/v1/organizations", json={}) for _ in range(121)]
    assert {one.status_code for one in answers[:120]} == {422}
    assert (answers[-1].status_code, answers[-1].mimetype) == (429, "application/problem+json")
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert world.program_of(world.user()).post("/api/v1/organizations", json={}).status_code == 422
