"""`flask accounts`, and the hourly clearing out."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts import queries, services, tokens
from app.accounts.models import AccountToken, Role, SignIn, TokenPurpose, User
from app.db import db
from app.jobs.engine import jobs

GOOD = "two rivers meet at dawn"


@pytest.fixture
def run(app):
    def call(*arguments: str, typed: str | None = None):
        return app.test_cli_runner().invoke(args=["accounts", *arguments], input=typed)

    return call


def test_the_first_manager_is_made_in_the_terminal_and_can_sign_in(run, client, actions) -> None:
    made = run(
        "create", "Manager@example.org", "--name", "M. Iyer", "--role", "program_manager", "--password", GOOD
    )
    assert made.exit_code == 0, made.output
    assert "manager@example.org" in made.output
    assert client.post("/sign-in", data={"email": "manager@example.org", "password": GOOD}).status_code == 302
    assert actions()[0] == "account.created"


def test_without_a_password_a_link_to_choose_one_is_printed(run, client) -> None:
    made = run("create", "manager@example.org", "--name", "M. Iyer")
    link = re.search(r"http://localhost(/reset/[\w-]+)", made.output)[1]
    assert client.post(link, data={"password": GOOD}).status_code == 302


def test_the_password_can_be_asked_for(run, client) -> None:
    made = run("create", "manager@example.org", "--name", "M. Iyer", "--prompt", typed=f"{GOOD}\n{GOOD}\n")
    assert made.exit_code == 0
    assert GOOD not in made.output
    assert client.post("/sign-in", data={"email": "manager@example.org", "password": GOOD}).status_code == 302


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["create", "no-address", "--name", "M"], "is not an e-mail address"),
        (["create", "a@example.org\nBcc: b@example.org", "--name", "M"], "is not an e-mail address"),
        (["create", "m@example.org", "--name", " "], "name must be"),
        (["create", "m@example.org", "--name", "two\nlines"], "name must be"),
        (["create", "m@example.org", "--name", "M", "--role", "king"], "king"),
        (["create", "m@example.org", "--name", "M", "--password", "short"], "12 to 200"),
        (["create", "m@example.org", "--name", "M", "--password", "password1234"], "too easy"),
        (["create", "manager@example.org", "--name", "M", "--password", "manager@example.org"], "too close"),
        (["set-role", "nobody@example.org", "observer"], "Nobody has the address"),
        (["deactivate", "nobody@example.org"], "Nobody has the address"),
    ],
)
def test_mistakes_are_named_and_change_nothing(app, run, arguments, says) -> None:
    done = run(*arguments)
    assert done.exit_code != 0
    assert says in done.output
    with app.app_context():
        assert db.session.scalars(sa.select(User)).all() == []


def test_an_address_gets_one_account(run, world) -> None:
    done = run("create", world.user().email, "--name", "Again")
    assert done.exit_code == 1
    assert "already has an account" in done.output


def test_an_unconfirmed_registration_does_not_stand_in_the_way(app, run, world) -> None:
    user = world.user(confirmed_at=None)
    assert run("create", user.email, "--name", "M. Iyer", "--role", "observer").exit_code == 0
    with app.app_context():
        assert queries.user_by_email(user.email).role is Role.OBSERVER


def test_another_role_ends_the_sign_ins(app, run, world, actions) -> None:
    user = world.user()
    client = world.sign_in(user)
    done = run("set-role", user.email, "administrator")
    assert done.exit_code == 0
    assert client.get("/account").status_code == 302
    assert actions()[-1] == "account.role_changed"
    with app.app_context():
        assert queries.user_by_email(user.email).role is Role.ADMINISTRATOR


def test_a_deactivated_account_is_out_and_stays_out(run, world, client, letters) -> None:
    user = world.user()
    browser = world.sign_in(user)
    client.post("/forgot", data={"email": user.email})
    assert run("deactivate", user.email).exit_code == 0
    assert browser.get("/account").status_code == 302
    link = re.search(r"/reset/[\w-]+", letters(user.email)[0].text)[0]
    assert client.get(link).status_code == 410


def test_what_has_no_use_any_more_is_forgotten(app, world) -> None:
    user, never = world.user(), world.user(confirmed_at=None, password_hash=None)
    invited = world.user(confirmed_at=None, password_hash=None)
    world.member(world.organization(), invited)
    with app.app_context():
        for purpose in (TokenPurpose.RESET_PASSWORD, TokenPurpose.CONFIRM_EMAIL):
            tokens.issue(never, purpose)
        services.start_sign_in(user)
        db.session.commit()
        clock.shift(int(timedelta(days=6).total_seconds()))
        jobs.run("accounts.forget_expired")
        assert db.session.get(User, never.id) is not None
        assert db.session.scalars(sa.select(AccountToken)).all() == []
        assert len(db.session.scalars(sa.select(SignIn)).all()) == 1
        db.session.rollback()
        clock.shift(int(timedelta(days=45).total_seconds()))
        jobs.run("accounts.forget_expired")
        db.session.expire_all()
        left = {one.id for one in db.session.scalars(sa.select(User))}
        assert left == {user.id, invited.id}
        assert db.session.scalars(sa.select(SignIn)).all() == []


def test_links_that_still_work_are_kept(app, world, client) -> None:
    with app.app_context():
        token = tokens.issue(world.user(), TokenPurpose.RESET_PASSWORD)
        db.session.commit()
        jobs.run("accounts.forget_expired")
    assert client.get(f"/reset/{token}").status_code == 200
