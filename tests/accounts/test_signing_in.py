"""Sign in, sign out, and everything people try at that door."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from app import clock
from app.accounts import emails, passwords, queries
from app.accounts.models import Role, SignIn
from app.accounts.views.session import browser_name
from app.db import db
from tests.accounts.conftest import is_signed_in, link_in, sign_in
from tests.world import PASSWORD, password_hash

GOOD = "two rivers meet at dawn"


def test_a_person_signs_in_and_out(world, client, actions) -> None:
    user = world.user()
    assert sign_in(client, user).status_code == 302
    assert is_signed_in(client)
    client.post("/sign-out")
    assert not is_signed_in(client)
    assert actions() == ["account.signed_in", "account.signed_out"]


def test_an_address_is_taken_in_any_case(world, client) -> None:
    world.user(email="asha@example.org")
    assert (
        client.post("/sign-in", data={"email": " Asha@EXAMPLE.org", "password": PASSWORD}).status_code == 302
    )


def test_wrong_password_unknown_address_unconfirmed_and_deactivated_look_the_same(app, world, client) -> None:
    people = [
        (world.user().email, "wrong password here"),
        ("nobody@example.org", PASSWORD),
        (world.user(confirmed_at=None).email, PASSWORD),
        (world.user(deactivated_at=clock.now()).email, PASSWORD),
        (world.user(password_hash=None).email, PASSWORD),
        ("no address at all", PASSWORD),
    ]
    pages = []
    for email, password in people:
        answer = app.test_client().post("/sign-in", data={"email": email, "password": password})
        assert answer.status_code == 422
        pages.append(re.sub(r'value="[^"]*"', "", answer.text).replace(email, ""))
    assert len({re.sub(r"nonce-[\w-]+", "", page) for page in pages}) == 1


def test_a_hash_is_computed_for_unknown_addresses_too(client, monkeypatch) -> None:
    checked = []
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

    class Counting:
        hash = staticmethod(hasher.hash)
        check_needs_rehash = staticmethod(hasher.check_needs_rehash)

        def verify(self, *args):
            checked.append(args)
            return hasher.verify(*args)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    client.post("/sign-in", data={"email": "nobody@example.org", "password": PASSWORD})
    assert len(checked) == 1


def test_real_hashes_are_argon2id_and_old_ones_are_renewed_at_sign_in(
    app, world, client, monkeypatch
) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher())
    user = world.user()
    assert sign_in(client, user).status_code == 302
    with app.app_context():
        kept = queries.user_by_email(user.email).password_hash
    assert kept.startswith("$argon2id$")
    assert kept != password_hash()
    assert PasswordHasher().verify(kept, PASSWORD)


def test_the_session_from_before_signing_in_opens_nothing_and_is_not_carried_over(app, world, client) -> None:
    user = world.user()
    client.post("/language", data={"locale": "en_US"})
    with client.session_transaction() as session:
        session["planted"] = "by an attacker"
        session["_user_id"] = "chosen-by-an-attacker"
    before = client.get_cookie("sangam").value
    sign_in(client, user)
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["_user_id"] != "chosen-by-an-attacker"
    old = app.test_client()
    old.set_cookie("sangam", before)
    assert not is_signed_in(old)


def test_each_sign_in_is_another_one(app, world) -> None:
    user = world.user()
    tokens = set()
    for _ in range(2):
        browser = app.test_client()
        sign_in(browser, user)
        with browser.session_transaction() as session:
            tokens.add(session["_user_id"])
    assert len(tokens) == 2


def test_a_stolen_cookie_is_dead_after_signing_out(app, world, client) -> None:
    sign_in(client, world.user())
    thief = app.test_client()
    thief.set_cookie("sangam", client.get_cookie("sangam").value)
    assert is_signed_in(thief)
    client.post("/sign-out")
    assert not is_signed_in(thief)


def test_signing_in_as_someone_else_ends_the_sign_in_before(app, world, client) -> None:
    first, second = world.user(), world.user()
    sign_in(client, first)
    sign_in(client, second)
    with app.app_context():
        assert queries.sign_ins_of(first) == []
        assert len(queries.sign_ins_of(second)) == 1


def test_a_sign_in_ends_by_itself_after_two_weeks(world, client) -> None:
    sign_in(client, world.user())
    clock.shift(int(timedelta(days=14, seconds=1).total_seconds()))
    assert not is_signed_in(client)


def test_a_role_in_the_form_is_ignored(app, world, client) -> None:
    user = world.user()
    client.post("/sign-in", data={"email": user.email, "password": PASSWORD, "role": "administrator"})
    client.post(
        "/account",
        data={
            "name": "Asha",
            "locale": "en_IN",
            "time_zone": "UTC",
            "role": "administrator",
            "email": "x@y.org",
        },
    )
    with app.app_context():
        kept = queries.user_by_email(user.email)
        assert (kept.name, kept.role) == ("Asha", Role.MEMBER)


def test_passwords_of_one_address_can_be_tried_five_times_a_minute(app, world) -> None:
    user = world.user()
    spellings = [user.email, user.email.upper(), f" {user.email}", user.email.title(), user.email, user.email]
    tried = [
        app.test_client()
        .post(
            "/sign-in",
            data={"email": email, "password": "wrong password here"},
            environ_base={"REMOTE_ADDR": f"198.51.100.{number}"},
        )
        .status_code
        for number, email in enumerate(spellings)
    ]
    assert tried == [422] * 5 + [429]
    other = world.user()
    assert sign_in(app.test_client(), other).status_code == 302


def test_one_browser_address_can_try_ten_times_a_minute(client) -> None:
    tried = [
        client.post("/sign-in", data={"email": f"n{n}@example.org", "password": "x"}).status_code
        for n in range(11)
    ]
    assert tried == [422] * 10 + [429]
    assert client.get("/sign-in").status_code == 200


@pytest.mark.parametrize("page", ["/register", "/forgot"])
def test_three_letters_an_hour_go_to_one_address_known_or_not(app, world, letters, page) -> None:
    for email in (world.user().email, "new@example.org"):
        answers = [
            app.test_client()
            .post(
                page,
                data={"name": "Asha", "email": email},
                environ_base={"REMOTE_ADDR": f"198.51.100.{number}"},
            )
            .status_code
            for number in range(4)
        ]
        assert answers == [302, 302, 302, 429]
        assert len(letters(email)) <= 3


@pytest.mark.parametrize("page", ["/register", "/forgot"])
def test_one_browser_address_asks_for_five_letters_a_minute(client, page) -> None:
    answers = [
        client.post(page, data={"name": "Asha", "email": f"n{n}@example.org"}).status_code for n in range(6)
    ]
    assert answers == [302] * 5 + [429]


def test_a_forgotten_password_is_replaced_and_every_sign_in_ends(
    app, world, client, letters, actions
) -> None:
    user = world.user()
    thief = app.test_client()
    sign_in(thief, user)
    client.post("/forgot", data={"email": user.email})
    link = link_in(letters(user.email)[0])
    assert client.post(link, data={"password": GOOD}).headers["Location"] == "/sign-in"
    assert not is_signed_in(thief)
    assert sign_in(thief, user).status_code == 422
    assert sign_in(client, user, GOOD).status_code == 302
    assert letters(user.email)[-1].subject == "Your Sangam password was changed"
    assert actions()[1:3] == ["account.reset_asked", "account.password_changed"]


def test_a_reset_link_works_once_and_kills_the_others(app, world, client, letters) -> None:
    user = world.user()
    for _ in range(2):
        client.post("/forgot", data={"email": user.email})
    first, second = (link_in(letter) for letter in letters(user.email))
    client.post(first, data={"password": GOOD})
    assert client.get(first).status_code == 410
    assert client.post(second, data={"password": "another good password"}).status_code == 410


def test_a_reset_link_ends_after_an_hour(world, client, letters) -> None:
    user = world.user()
    client.post("/forgot", data={"email": user.email})
    clock.shift(3601)
    assert client.get(link_in(letters(user.email)[0])).status_code == 410


def test_a_weak_new_password_does_not_use_the_link_up(world, client, letters) -> None:
    user = world.user()
    client.post("/forgot", data={"email": user.email})
    link = link_in(letters(user.email)[0])
    assert client.post(link, data={"password": "short"}).status_code == 422
    assert client.post(link, data={"password": GOOD}).status_code == 302


def test_forgot_answers_and_works_the_same_for_everybody(world, client, letters, monkeypatch) -> None:
    composed = []
    compose = emails.compose
    monkeypatch.setattr(emails, "compose", lambda *a, **k: composed.append(a) or compose(*a, **k))
    known = world.user(), world.user(confirmed_at=None), world.user(deactivated_at=clock.now())
    everybody = [*(user.email for user in known), "nobody@example.org"]
    answers = [client.post("/forgot", data={"email": email}) for email in everybody]
    assert len({(answer.status_code, answer.headers["Location"], answer.data) for answer in answers}) == 1
    assert len(composed) == len(everybody)
    assert [len(letters(email)) for email in everybody] == [1, 1, 0, 0]


def test_links_in_letters_ignore_the_host_header(app, world, letters) -> None:
    user = world.user()
    poisoned = app.test_client().post(
        "/forgot",
        data={"email": user.email},
        headers={"Host": "127.0.0.1", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"},
    )
    assert poisoned.status_code == 302
    (letter,) = letters(user.email)
    assert "http://localhost/reset/" in letter.text
    assert "evil.example" not in letter.text + letter.html
    assert "127.0.0.1" not in letter.text
    refused = app.test_client().post("/forgot", data={"email": user.email}, headers={"Host": "evil.example"})
    assert refused.status_code == 400
    assert len(letters()) == 1


def test_tokens_and_passwords_reach_no_log_and_no_audit_row(app, world, client, letters, capfd) -> None:
    user = world.user()
    client.post("/forgot", data={"email": user.email})
    link = link_in(letters(user.email)[0])
    client.get(link)
    client.post(link, data={"password": GOOD})
    client.get(link)
    for _ in range(11):
        sign_in(client, user, "wrong password here")
    logged = "".join(capfd.readouterr())
    with app.app_context():
        audited = str(db.session.execute(sa.text("SELECT detail FROM audit_event")).all())
    for secret in (link.rsplit("/")[-1], GOOD, user.email, "wrong password here"):
        assert secret not in logged
        assert secret not in audited


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)
def test_browsers_are_named_in_words(user_agent, name) -> None:
    assert browser_name(user_agent) == name


def test_ended_sign_ins_stay_in_the_table_until_they_are_old(app, world, client) -> None:
    sign_in(client, world.user())
    client.post("/sign-out")
    with app.app_context():
        assert db.session.scalars(sa.select(SignIn)).one().ended_at is not None
