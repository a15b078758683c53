"""Register, confirm, and what strangers can learn from it: nothing."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from app import clock
from app.accounts import addresses, queries, services, tokens
from app.accounts.models import AccountToken, Role, TokenPurpose, User
from app.db import db
from tests.accounts.conftest import link_in

GOOD = "two rivers meet at dawn"
CONFIRM = {"password": GOOD, "time_zone": "Asia/Kolkata", "locale": "en_IN"}


def register(client, email="asha@example.org", name="Asha Rao", **more):
    return client.post("/register", data={"email": email, "name": name, **more})


def person(app, email) -> User | None:
    with app.app_context():
        return queries.user_by_email(email)


def test_a_person_registers_confirms_and_is_signed_in(app, client, letters, actions) -> None:
    assert register(client).headers["Location"] == "/check-mail"
    (letter,) = letters("asha@example.org")
    link = link_in(letter)
    assert client.get(link).status_code == 200
    assert client.post(link, data=CONFIRM).status_code == 302
    page = client.get("/account")
    assert page.status_code == 200
    assert "asha@example.org" in page.text
    assert actions() == ["account.registered", "account.confirmed", "account.signed_in"]
    assert person(app, "asha@example.org").role is Role.MEMBER


def test_the_letter_is_secret_and_says_nothing_a_stranger_typed(client, letters) -> None:
    register(client, name="Win a prize at evil.example")
    (letter,) = letters()
    assert letter.is_secret
    assert letter.to_name == ""
    assert "evil.example" not in letter.text + letter.html + letter.subject


def test_known_and_unknown_addresses_get_the_same_answer_and_one_letter_each(world, client, letters) -> None:
    known = world.user(email="known@example.org")
    answers = [register(client, email=email) for email in (known.email, "new@example.org")]
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert answers[0].data == answers[1].data
    assert len(letters(known.email)) == len(letters("new@example.org")) == 1


def test_a_known_address_is_told_in_its_mailbox_that_it_has_an_account(app, world, client, letters) -> None:
    known = world.user(email="known@example.org", name="Real Name")
    register(client, email="KNOWN@example.org", name="Someone Else")
    (letter,) = letters(known.email)
    assert "/sign-in" in letter.text
    assert "/forgot" in letter.text
    assert person(app, known.email).name == "Real Name"


def test_nobody_can_choose_a_password_before_the_mailbox_is_shown(app, client) -> None:
    register(client, password=GOOD, role="administrator", confirmed_at="2026-01-01")
    user = person(app, "asha@example.org")
    assert (user.password_hash, user.role, user.confirmed_at) == (None, Role.MEMBER, None)
    assert client.post("/sign-in", data={"email": user.email, "password": GOOD}).status_code == 422


def test_role_and_state_in_the_confirm_form_are_ignored(app, client, letters) -> None:
    register(client)
    client.post(
        link_in(letters()[0]), data={**CONFIRM, "role": "administrator", "id": "99", "email": "x@y.org"}
    )
    assert person(app, "asha@example.org").role is Role.MEMBER


def test_a_confirm_link_works_once(client, letters, app) -> None:
    register(client)
    link = link_in(letters()[0])
    client.post(link, data=CONFIRM)
    again = app.test_client()
    assert again.get(link).status_code == 410
    assert again.post(link, data=CONFIRM).status_code == 410
    assert again.get("/account").status_code == 302


def test_looking_at_a_confirm_link_uses_nothing_up(client, letters, app) -> None:
    register(client)
    link = link_in(letters()[0])
    for _ in range(3):
        assert client.get(link).status_code == 200
    assert person(app, "asha@example.org").confirmed_at is None


def test_of_two_confirm_letters_the_second_dies_with_the_first(client, letters, app) -> None:
    register(client)
    register(client)
    first, second = (link_in(letter) for letter in letters())
    client.post(first, data=CONFIRM)
    assert app.test_client().get(second).status_code == 410


def test_a_confirm_link_ends_after_a_day(client, letters) -> None:
    register(client)
    clock.shift(int(timedelta(hours=24).total_seconds()) + 1)
    assert client.get(link_in(letters()[0])).status_code == 410


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1], lambda t: t + "A", lambda t: t.swapcase(), lambda _: "%00"]
)
def test_a_changed_token_opens_nothing(client, letters, spoil) -> None:
    register(client)
    path, _slash, token = link_in(letters()[0]).rpartition("/")
    assert client.get(f"{path}/{spoil(token)}").status_code == 410


def test_a_token_is_good_for_its_own_purpose_only(app, world, client) -> None:
    user = world.user()
    with app.app_context():
        made = {purpose: tokens.issue(user, purpose, "new@example.org") for purpose in TokenPurpose}
        db.session.commit()
    pages = {
        TokenPurpose.CONFIRM_EMAIL: "/confirm/",
        TokenPurpose.RESET_PASSWORD: "/reset/",
        TokenPurpose.CHANGE_EMAIL: "/confirm-email/",
    }
    for purpose, token in made.items():
        for other, page in pages.items():
            assert client.get(page + token).status_code == (200 if other is purpose else 410)


def test_the_database_has_no_token_that_could_be_used(app, client, letters) -> None:
    register(client)
    token = link_in(letters()[0]).rsplit("/")[-1]
    with app.app_context():
        row = db.session.scalars(sa.select(AccountToken)).one()
        assert token not in vars(row).values()
        assert row.token_hash == queries.token_hash(token)


def test_pages_behind_a_token_are_kept_by_no_cache_and_sent_in_no_referer(client, letters) -> None:
    register(client)
    answer = client.get(link_in(letters()[0]))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "strict-origin"


@pytest.mark.parametrize("purpose", list(TokenPurpose))
def test_of_two_who_redeem_a_token_at_once_one_wins(app, world, purpose) -> None:
    user = world.user()
    with app.app_context():
        token = tokens.issue(user, purpose, "new@example.org")
        db.session.commit()
    start, results = Barrier(2), []

    def redeem() -> None:
        with app.app_context():
            start.wait()
            try:
                tokens.redeem(token, purpose)
                db.session.commit()
                results.append("won")
            except tokens.LinkEnded:
                db.session.rollback()
                results.append("lost")

    threads = [Thread(target=redeem) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["lost", "won"]


def test_two_who_register_one_address_at_once_make_one_account(app, letters) -> None:
    start, errors = Barrier(2), []

    def join() -> None:
        with app.app_context():
            start.wait()
            try:
                services.register("twin@example.org", "Twin", "en_IN")
                db.session.commit()
            except sa.exc.SQLAlchemyError as error:
                errors.append(error)

    threads = [Thread(target=join) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(letters("twin@example.org")) == 2
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(User)) == 1


@pytest.mark.parametrize(
    "email",
    [
        "",
        "asha",
        "asha@",
        "@example.org",
        "a@b@example.org",
        "asha@example.org\r\nBcc: all@example.org",
        "asha\x00@example.org",
        f"{'a' * 308}@example.org",
        f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.org",
        "a" * 200_000,
    ],
)
def test_what_is_no_address_is_said_beside_the_field(client, letters, email) -> None:
    answer = client.post(
        "/register", data=f"name=Asha&email={quoted(email)}", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert letters() == []


@pytest.mark.parametrize("email", ["asha\ufffd@example.org", "आशा@example.org"])
def test_letters_mail_servers_cannot_take_are_refused(email) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        addresses.normalized(email)
    assert addresses.comparable(email) == email


def test_a_lone_surrogate_is_no_part_of_an_address() -> None:
    assert addresses.comparable("asha\ud800@example.org") == "asha\ud800@example.org"


def quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Asha+sangam@Example.ORG ", "asha+sangam@example.org"),
        ("asha@bücher.example", "asha@xn--bcher-kva.example"),
        ('"asha rao"@example.org', '"asha rao"@example.org'),
    ],
)
def test_unusual_but_right_addresses_are_taken_in_one_form(app, client, letters, typed, kept) -> None:
    assert register(client, email=typed).status_code == 302
    assert person(app, kept) is not None
    assert len(letters(kept)) == 1


@pytest.mark.parametrize("name", ["", "   ", "Asha\r\nBcc: all@example.org", "A" * 121, "Asha\x00"])
def test_a_name_that_cannot_be_kept_is_said_beside_the_field(client, name) -> None:
    answer = register(client, name=name)
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text
    assert "asha@example.org" in answer.text


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "x" * 201,
        "aaaaaaaaaaaaaa",
        "password1234",
        "Asha Rao 2026",
        "asha@example.org",
        "nul\x00 in the middle",
    ],
)
def test_a_weak_password_is_refused_beside_the_field(app, client, letters, password) -> None:
    register(client)
    answer = client.post(link_in(letters()[0]), data={**CONFIRM, "password": password})
    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text
    assert person(app, "asha@example.org").confirmed_at is None


@pytest.mark.parametrize(
    "password",
    ["  spaces at both ends  ", "नदी का संगम यहाँ है", "🌊 two 🌊 rivers 🏞️", "ｆｕｌｌ ｗｉｄｔｈ words"],
)
def test_spaces_emoji_and_other_scripts_make_good_passwords(app, client, letters, password) -> None:
    register(client)
    client.post(link_in(letters()[0]), data={**CONFIRM, "password": password})
    answer = app.test_client().post("/sign-in", data={"email": "asha@example.org", "password": password})
    assert answer.status_code == 302


def test_a_password_is_the_same_however_the_keyboard_composes_it(app, client, letters) -> None:
    register(client)
    client.post(link_in(letters()[0]), data={**CONFIRM, "password": "café by the rivers"})
    typed = {"email": "asha@example.org", "password": "café by the rivers"}
    assert app.test_client().post("/sign-in", data=typed).status_code == 302


def test_a_visitor_chooses_the_language_and_the_account_keeps_it(app, client) -> None:
    client.post("/language", data={"locale": "en_US", "next": "/register"})
    assert 'lang="en-US"' in client.get("/register").text
    register(client)
    user = person(app, "asha@example.org")
    assert (user.locale, user.time_zone) == ("en_US", "America/New_York")


def test_an_unknown_language_changes_nothing(client) -> None:
    client.post("/language", data={"locale": "xx"})
    assert 'lang="en-IN"' in client.get("/register").text
