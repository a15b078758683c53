"""What people change about their own account, and what that ends."""

from __future__ import annotations

import re

import pytest

from app import clock
from app.accounts import queries
from app.accounts.models import Role
from app.db import db
from tests.accounts.conftest import link_in
from tests.world import PASSWORD

GOOD = "two rivers meet at dawn"
SETTINGS = {"name": "Asha Rao", "locale": "en_US", "time_zone": "America/Chicago", "wants_digest": "y"}


def is_signed_in(client) -> bool:
    return client.get("/account").status_code == 200


def kept(app, user):
    with app.app_context():
        found = db.session.get_one(type(user), user.id)
        db.session.expunge_all()
    return found


@pytest.mark.parametrize("page", ["/account", "/account/password", "/account/email", "/account/sign-ins"])
def test_own_pages_are_for_signed_in_people(world, client, page) -> None:
    assert client.get(page).headers["Location"].startswith("/sign-in?next=")
    assert world.sign_in(world.user(), client).get(page).status_code == 200


def test_settings_are_kept(app, world, actions) -> None:
    user = world.user()
    client = world.sign_in(user)
    assert client.post("/account", data=SETTINGS).status_code == 302
    now = kept(app, user)
    assert (now.name, now.locale, now.time_zone) == ("Asha Rao", "en_US", "America/Chicago")
    assert (now.wants_digest, now.wants_match_mail) == (True, False)
    assert actions()[-1] == "account.settings_saved"
    assert 'lang="en-US"' in client.get("/account").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_zone": "Mars/Olympus"},
        {"locale": "xx"},
        {"name": ""},
        {"name": "two\nlines"},
        {"time_zone": "../etc"},
    ],
)
def test_wrong_settings_are_said_beside_the_field_and_nothing_typed_is_lost(app, world, wrong) -> None:
    user = world.user()
    answer = world.sign_in(user).post("/account", data={**SETTINGS, **wrong})
    assert answer.status_code == 422
    assert f'id="{next(iter(wrong))}-error"' in answer.text
    assert kept(app, user).time_zone == "Asia/Kolkata"


def test_a_name_with_markup_is_shown_as_text(world) -> None:
    client = world.sign_in(world.user(name='<img src=x onerror="alert(1)">'))
    assert "<img src=x" not in client.get("/account").text


def test_changing_the_password_ends_every_other_sign_in_and_renews_this_one(
    app, world, letters, actions
) -> None:
    user = world.user()
    mine, other = world.sign_in(user), world.sign_in(user)
    stolen = app.test_client()
    stolen.set_cookie("sangam", mine.get_cookie("sangam").value)
    answer = mine.post("/account/password", data={"current_password": PASSWORD, "password": GOOD})
    assert answer.status_code == 302
    assert [is_signed_in(one) for one in (mine, other, stolen)] == [True, False, False]
    assert letters(user.email)[-1].subject == "Your Sangam password was changed"
    assert "account.password_changed" in actions()


def test_changing_the_password_needs_the_present_one(app, world) -> None:
    user = world.user()
    client = world.sign_in(user)
    answer = client.post("/account/password", data={"current_password": "not my password", "password": GOOD})
    assert answer.status_code == 422
    assert 'id="current_password-error"' in answer.text
    assert kept(app, user).password_hash == user.password_hash


def test_the_present_password_can_be_tried_five_times_a_minute(world) -> None:
    client = world.sign_in(world.user())
    typed = {"current_password": "not my password", "password": GOOD}
    assert [client.post("/account/password", data=typed).status_code for _ in range(6)] == [422] * 5 + [429]


def test_a_new_address_takes_over_when_its_owner_opens_the_link(app, world, letters, actions) -> None:
    user = world.user()
    client = world.sign_in(user)
    typed = {"email": "New@Example.org", "current_password": PASSWORD}
    assert client.post("/account/email", data=typed).headers["Location"] == "/check-mail"
    (asked,) = letters("new@example.org")
    (told,) = letters(user.email)
    assert "n…@example.org" in told.text
    assert "new@example.org" not in told.text
    assert user.email not in asked.text + asked.html
    assert kept(app, user).email == user.email
    somewhere = app.test_client()
    link = link_in(asked)
    assert "new@example.org" in somewhere.get(link).text
    assert kept(app, user).email == user.email
    assert somewhere.post(link).status_code == 302
    assert kept(app, user).email == "new@example.org"
    assert somewhere.post(link).status_code == 410
    assert actions()[-2:] == ["account.email_change_asked", "account.email_changed"]


def test_changing_the_address_needs_the_password(world, letters) -> None:
    client = world.sign_in(world.user())
    answer = client.post("/account/email", data={"email": "new@example.org", "current_password": "wrong"})
    assert answer.status_code == 422
    assert letters() == []


def test_a_taken_address_gets_the_same_answer_and_only_its_owner_hears_of_it(app, world, letters) -> None:
    user, holder = world.user(), world.user()
    client = world.sign_in(user)
    typed = {"current_password": PASSWORD}
    taken = client.post("/account/email", data={**typed, "email": holder.email})
    free = client.post("/account/email", data={**typed, "email": "free@example.org"})
    assert (taken.status_code, taken.data) == (free.status_code, free.data)
    assert [letter.subject for letter in letters(holder.email)] == ["You already have a Sangam account"]
    assert len(letters(user.email)) == 2


def test_an_address_taken_meanwhile_is_not_given_twice(app, world, letters) -> None:
    user = world.user()
    world.sign_in(user).post(
        "/account/email", data={"email": "new@example.org", "current_password": PASSWORD}
    )
    world.user(email="new@example.org")
    answer = app.test_client().post(link_in(letters("new@example.org")[0]))
    assert answer.status_code == 409
    assert kept(app, user).email == user.email


def test_a_registration_nobody_confirmed_does_not_keep_an_address_from_its_owner(app, world, letters) -> None:
    user = world.user()
    world.user(email="new@example.org", confirmed_at=None, password_hash=None)
    world.sign_in(user).post(
        "/account/email", data={"email": "new@example.org", "current_password": PASSWORD}
    )
    assert app.test_client().post(link_in(letters("new@example.org")[-1])).status_code == 302
    assert kept(app, user).email == "new@example.org"


def test_a_link_to_reset_in_the_old_mailbox_dies_with_the_change(app, world, letters) -> None:
    user = world.user()
    app.test_client().post("/forgot", data={"email": user.email})
    old = link_in(letters(user.email)[0])
    world.sign_in(user).post(
        "/account/email", data={"email": "new@example.org", "current_password": PASSWORD}
    )
    app.test_client().post(link_in(letters("new@example.org")[0]))
    assert app.test_client().get(old).status_code == 410


def test_a_new_password_makes_a_link_for_another_address_useless(app, world, letters) -> None:
    user = world.user()
    client = world.sign_in(user)
    client.post("/account/email", data={"email": "thief@example.org", "current_password": PASSWORD})
    client.post("/account/password", data={"current_password": PASSWORD, "password": GOOD})
    assert app.test_client().post(link_in(letters("thief@example.org")[0])).status_code == 410


def test_a_person_sees_and_ends_their_own_sign_ins(app, world) -> None:
    user = world.user()
    mine, other = world.sign_in(user), world.sign_in(user)
    page = mine.get("/account/sign-ins").text
    assert page.count("this one") == 1
    end = re.findall(r"/account/sign-ins/\d+/end", page)
    assert len(end) == 1
    mine.post(end[0])
    assert [is_signed_in(one) for one in (mine, other)] == [True, False]


def test_all_others_end_at_once(world) -> None:
    user = world.user()
    browsers = [world.sign_in(user) for _ in range(3)]
    browsers[0].post("/account/sign-ins/end-others")
    assert [is_signed_in(one) for one in browsers] == [True, False, False]


def test_nobody_ends_the_sign_in_of_another(app, world) -> None:
    victim, client = world.user(), world.sign_in(world.user(role=Role.ADMINISTRATOR))
    browser = world.sign_in(victim)
    with app.app_context():
        sign_in_id = queries.sign_ins_of(victim)[0].id
    assert client.post(f"/account/sign-ins/{sign_in_id}/end").status_code == 404
    assert client.post("/account/sign-ins/999999/end").status_code == 404
    assert is_signed_in(browser)


def test_a_deactivated_person_is_out_at_once(app, world) -> None:
    user = world.user()
    client = world.sign_in(user)
    with app.app_context():
        db.session.get_one(type(user), user.id).deactivated_at = clock.now()
        db.session.commit()
    assert not is_signed_in(client)


def test_a_signed_in_person_keeps_the_language_they_choose(app, world) -> None:
    user = world.user()
    client = world.sign_in(user)
    assert (
        client.post("/language", data={"locale": "en_US", "next": "/account"}).headers["Location"]
        == "/account"
    )
    assert kept(app, user).locale == "en_US"
    assert (
        client.post("/language", data={"locale": "en_IN", "next": "//evil.example"}).headers["Location"]
        == "/"
    )
