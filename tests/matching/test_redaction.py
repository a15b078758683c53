"""Quoted texts do not tell who wrote them."""

from __future__ import annotations

import unicodedata

import pytest
import sqlalchemy as sa

from app.accounts.models import User
from app.db import db
from app.matching import redaction, services
from app.matching.models import Match
from app.outbox.models import Email
from app.taxonomy import Country
from tests.matching.runs import matches, propose


def redact(text: str, name: str = "Canaryname Devices Pvt. Ltd.", website: str | None = None) -> str:
    return redaction.redacted(text, redaction.pattern(redaction.names_of(name, website)))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Canaryname Devices Pvt. Ltd.", "Partners for Canaryname Devices Pvt. Ltd. in Ohio"),
        ("Canaryname Devices Pvt. Ltd.", "Partners for Canaryname Devices in Ohio"),
        ("Canaryname Devices Pvt. Ltd.", "Partners for CANARYNAME  DEVICES in Ohio"),
        ("Canaryname Devices Private Limited", "Partners for canaryname-devices in Ohio"),
        ("Canaryname Devices, L.L.C.", "Canaryname Devices' chips"),
        ("Canaryname, Inc.", "Canaryname's chips"),
        ("Canaryname Co", "CanarynameCo? No: (Canaryname)"),
        ("Canaryname Devices", "See canarynamedevices on the web"),
        ("कैनरी टेक प्राइवेट लिमिटेड", "कैनरी टेक के लिए वेफ़र"),
        ("कैनरी टेक प्रा. लि.", "हम कैनरी टेक हैं।"),
        ("कैनरी", "कैनरी, वेफ़र"),
    ],
)
def test_names_are_taken_out_with_and_without_legal_form(name, text) -> None:
    said = redact(text, name)
    for word in ("canaryname devices", "कैनरी", "canaryname'", "(canaryname)", "canarynamedevices"):
        assert word not in said.casefold()
    assert redaction.WITHHELD in said


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("name", ["Café Canary", "पढ़ाई केंद्र"])
def test_names_are_found_however_their_letters_are_composed(name, form) -> None:
    other = "NFD" if form == "NFC" else "NFC"
    said = redact(unicodedata.normalize(form, f"At {name} we bake"), unicodedata.normalize(other, name))
    assert said == "At … we bake"


@pytest.mark.parametrize(
    "text",
    [
        "Write to canary@mail.example for more",
        "Write to canary.name+x@mail.example",
        "See https://canary.example/x?y=1 for more",
        "See www.canary.example",
        "See canary.com/about",
        "See canary.co.in.",
        "See canarysite.example",
    ],
)
def test_addresses_are_taken_out(text) -> None:
    assert "canary" not in redact(text, "Other", "https://www.canarysite.example/")


@pytest.mark.parametrize(
    "number", ["+91 98450 12345", "098450-12345", "(415) 555-0142", "+1.415.555.0142", "९८४५० १२३४५"]
)
def test_telephone_numbers_are_taken_out(number) -> None:
    said = redact(f"Call {number} any time")
    assert not any(sign.isdigit() for sign in said)
    assert said.endswith("any time")


@pytest.mark.parametrize(
    "text",
    [
        "Launch slots in 2027 for 12 satellites of 50 kg",
        "Pilots of ISO 9001:2015 lines, 24/7",
        "We loop water back into square tanks",
        "Seed of $1.5 M for 10,000 units",
    ],
)
def test_ordinary_words_and_numbers_stay(text) -> None:
    for name in ("Loop", "Square Inc", "Co"):
        assert redact(text, name) == text


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("Canaryname Solar Systems Pvt. Ltd.", "Canaryname panels of any size", "… panels of any size"),
        ("Canaryname Solar Systems Pvt. Ltd.", "CANARYNAME's Solar Systems", "… 's Solar Systems"),
        ("Solar Systems by Finch (India)", "Finch inverters for India", "… inverters for India"),
        ("Solar Systems by Finch (India)", "Homes for every finch", "Homes for every finch"),
        ("कैनरी सोलर प्रा. लि.", "कैनरी के सोलर पंप", "… के सोलर पंप"),
    ],
)
def test_one_telling_word_of_a_name_is_taken_out_and_ordinary_words_stay(name, text, said) -> None:
    assert redact(text, name) == said


@pytest.mark.parametrize(
    "name", ["Advanced Power Systems Inc", "The Indian Water Company", "Solar Works, LLC"]
)
def test_a_name_of_ordinary_words_alone_is_taken_out_whole(name) -> None:
    words = " ".join(word for word in name.replace(",", "").split()[:-1])
    assert redact(f"Pumps of {words} at work", name) == "Pumps of … at work"
    assert redact("Advanced Indian Solar Power, Water Works and Systems", name) == (
        "Advanced Indian Solar Power, Water Works and Systems"
    )


def test_a_text_that_was_only_a_name_says_nothing() -> None:
    assert not redaction.says_something(redact("Canaryname Devices Pvt Ltd."))
    assert redaction.says_something("Wafers")


def test_texts_that_name_somebody_are_left_out_where_whole_ones_are_wanted() -> None:
    hidden = redaction.pattern(["Canaryname"])
    assert redaction.kept(["Wafers", "Canaryname wafers"], hidden) == ["Wafers"]


def test_there_may_be_nothing_to_hide() -> None:
    assert redaction.pattern([]) is None
    assert redaction.redacted("Wafers", None) == "Wafers"


CANARY = {
    "name": "Canaryname Devices Pvt. Ltd.",
    "website": "https://canarysite.example/",
    "city": "Canarycity",
    "summary": "Canaryname Devices packages sensor chips for small series.",
    "description": "Canaryname Devices of Canarycity, canary@canarysite.example.",
    "offers": "Packaging of sensor chips by Canaryname Devices\nAsk canary@canarysite.example",
    "needs": "Wafer supply for the sensor chips of Canaryname Devices, see www.canarysite.example",
}


def test_the_letter_about_an_approved_pair_tells_nothing_of_who_the_partner_is(app, world) -> None:
    owner, reader, manager = world.user(name="Canaryperson"), world.user(), world.user()
    world.organization(Country.INDIA, owner=owner, **CANARY)
    world.organization(Country.UNITED_STATES, owner=reader, offers="Wafer supply for sensor chips")
    propose(app)
    (proposed,) = matches(app)
    with app.app_context():
        match = db.session.get_one(Match, proposed.id)
        by = db.session.get_one(User, manager.id)
        services.approve(match, by, version=match.version)
        db.session.commit()
        letters = {mail.user_id: mail for mail in db.session.scalars(sa.select(Email))}
        letter = letters[reader.id]
        assert letters.keys() == {owner.id, reader.id}
        for part in (letter.subject, letter.text, letter.html):
            assert "canary" not in part.casefold()
        assert "They need “Wafer supply for the sensor chips of …" in letter.text
