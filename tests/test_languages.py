"""Hindi and both Englishes: a whole catalog, the switch, amounts and dates, mail, and texts of organizations."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import force_locale

import app as package
from app.accounts import emails
from app.accounts.forms import RegisterForm
from app.matching import frames
from app.money import format_money, money_tag, parse_amount
from app.taxonomy import Country, Kind
from ml import text

APP = Path(package.__file__).parent
DEVANAGARI = re.compile("[\u0900-\u097f]")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]")
CRORE = 10_000_000 * 100


def collected() -> set[tuple[str, ...]]:
    """Every text of the app that a person may see, as (text,) or (one, many)."""
    with (APP / "translations" / "babel.cfg").open() as config:
        methods, options = parse_mapping_cfg(config)
    keywords: Any = {
        "_": None,
        "N_": None,
        "gettext": None,
        "lazy_gettext": None,
        "ngettext": (1, 2),
        "lazy_ngettext": (1, 2),
    }
    found = extract_from_dir(APP, methods, options, keywords)
    return {message if isinstance(message, tuple) else (message,) for _f, _l, message, _c, _x in found}


@pytest.fixture(scope="module")
def hindi() -> dict[tuple[str, ...], tuple[str, ...]]:
    """Our Hindi by what is said in English; what somebody has to look at again counts as not said."""
    with (APP / "translations" / "hi" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalog = read_po(file, locale="hi")
    return {
        one.id if isinstance(one.id, tuple) else (one.id,): one.string
        if isinstance(one.string, tuple)
        else (one.string,)
        for one in catalog
        if one.id and not one.fuzzy
    }


def test_every_text_is_said_in_hindi(hindi) -> None:
    missing = [said for said in collected() if not all(hindi.get(said, ("",)))]
    assert not missing, (
        f"{len(missing)} texts have no Hindi; run `make texts` and fill them in: {missing[:5]}"
    )


def test_hindi_has_the_same_placeholders_and_both_numbers(hindi) -> None:
    for english, said in hindi.items():
        assert len(said) == len(english), english
        known = [set(PLACEHOLDER.findall(form)) for form in english]
        for place, form in enumerate(said):
            assert set(PLACEHOLDER.findall(form)) in (known[place], known[-1]), english


@pytest.mark.parametrize(
    ("locale", "minor", "currency", "words", "other"),
    [
        ("en_IN", 125 * CRORE // 10, "INR", "₹12.5 crore", "₹125 M"),
        ("hi", 125 * CRORE // 10, "INR", "₹12.5 करोड़", "₹125 M"),
        ("en_US", 125 * CRORE // 10, "INR", "₹125 M", "₹12.5 crore"),
        ("en_US", 150_000_000, "USD", "$1.5 M", "$15 lakh"),
        ("en_IN", 150_000_000, "USD", "$1.5 M", "$15 lakh"),
        ("hi", 150_000_000, "USD", "$15 लाख", "$1.5 M"),
    ],
)
def test_money_is_counted_as_the_reader_does(translated, locale, minor, currency, words, other) -> None:
    with translated.test_request_context(), force_locale(locale):
        assert format_money(minor, currency) == words
        assert money_tag(minor, currency) == f'<span title="{other}">{words}</span>'


@pytest.mark.parametrize(
    ("typed", "minor", "currency"),
    [
        ("₹12.5 करोड़", 125 * CRORE // 10, "INR"),
        ("₹12.5 करोड", 125 * CRORE // 10, "INR"),
        ("५० लाख", 50 * CRORE // 100, None),
    ],
)
def test_amounts_are_read_as_hindi_writes_them(typed, minor, currency) -> None:
    assert parse_amount(typed) == (minor, currency)


def test_a_hindi_word_is_one_word_however_its_marks_are_typed() -> None:
    composed, apart = "बड़े", "बड\u093cे"
    assert text.words(text.clean(f"चिप परीक्षण।{composed}")) == text.words(text.clean(f"चिप परीक्षण। {apart}"))
    assert "परीक्षण" in text.words(text.clean("चिप परीक्षण।"))


@pytest.fixture
def translated() -> Flask:
    """An app that has languages and no database."""
    from flask_babel import Babel

    app = Flask("app", root_path=str(APP))
    Babel(app)
    return app


@pytest.mark.parametrize(
    ("asked", "lang"),
    [
        ("hi-IN,hi;q=0.9,en;q=0.8", "hi"),
        ("en-GB,en;q=0.9,hi;q=0.8", "en-IN"),
        ("en-US,en;q=0.9", "en-US"),
        ("fr", "en-IN"),
    ],
)
def test_a_visitor_is_answered_in_the_language_the_browser_asks_for(client, asked, lang) -> None:
    page = client.get("/about", headers={"Accept-Language": asked}).text
    assert f'<html lang="{lang}">' in page


def test_the_switch_leads_back_to_the_same_page_with_its_query(world, client) -> None:
    page = client.get("/organizations?q=chip+test&kind=sme").text
    assert 'name="next" value="/organizations?q=chip+test&amp;kind=sme"' in page
    back = client.post("/language", data={"locale": "hi", "next": "/organizations?q=chip+test&kind=sme"})
    assert back.location == "/organizations?q=chip+test&kind=sme"
    assert '<html lang="hi">' in client.get("/about").text
    reader = world.user()
    world.sign_in(reader).post("/language", data={"locale": "hi"})
    assert '<html lang="hi">' in world.sign_in(reader).get("/account").text


def test_the_switch_on_a_refused_form_leads_back_to_the_form(client) -> None:
    refused = client.post("/register", data={"name": ""}, headers={"Accept-Language": "hi"})
    assert refused.status_code == 422
    assert "अपना नाम दीजिए।" in refused.text
    assert 'name="next" value="/register"' in refused.text


def test_what_wtforms_says_by_itself_is_said_in_hindi(app) -> None:
    with app.test_request_context(), force_locale("hi"):
        field = RegisterForm().name
        assert field.gettext("Not a valid choice.") == "यह विकल्प मान्य नहीं है।"


def test_a_letter_is_written_in_its_readers_language(app, world) -> None:
    reader = world.user(locale="hi")
    with app.test_request_context(headers={"Accept-Language": "en-US"}):
        letter = emails.password_changed(reader)
    assert DEVANAGARI.search(letter.subject)
    assert "Your" not in letter.text
    assert 'lang="hi"' in letter.html


def test_a_reader_sees_their_language_first_and_the_other_behind(world, client) -> None:
    organization = world.organization(
        name="Lotus Works", name_hi="कमल वर्क्स", summary="We test chips.", summary_hi="हम चिप परखते हैं।"
    )
    address = f"/organizations/{organization.id}"
    english = client.get(address, headers={"Accept-Language": "en-US"}).text
    in_hindi = client.get(address, headers={"Accept-Language": "hi"}).text
    assert english.index("We test chips.") < english.rindex("हम चिप परखते हैं।")
    assert in_hindi.index("हम चिप परखते हैं।") < in_hindi.rindex("We test chips.")
    assert "<h1><bdi>कमल वर्क्स</bdi></h1>" in in_hindi
    assert "<h1><bdi>Lotus Works</bdi></h1>" in english


def test_texts_in_hindi_are_saved_found_and_read_by_the_recommender(app, world, client) -> None:
    owner = world.user()
    organization = world.organization(owner=owner, kind=Kind.STARTUP, country=Country.INDIA)
    sent = {
        "summary": "We test chips.",
        "technologies": "semiconductors",
        "summary_hi": "हम बड़े पैमाने पर चिप परीक्षण करते हैं।",
        "then": "leave",
    }
    world.sign_in(owner).post(f"/organizations/{organization.id}/edit/work", data=sent)
    with app.app_context():
        row = frames.organization_frame().set_index("id").loc[organization.id]
    assert row["summary"].splitlines() == ["We test chips.", "हम बड़े पैमाने पर चिप परीक्षण करते हैं।"]
    assert organization.name in client.get("/organizations", query_string={"q": "परीक्षण"}).text
