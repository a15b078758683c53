"""Each kind registers with needs, offers and a register number: on a desktop in English, on a phone in Hindi."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from app.taxonomy import Kind
from config import ROOT
from tests.e2e.conftest import SignedIn
from tests.e2e.scene import Scene
from tests.e2e.visitors import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SHOTS = ROOT / "var" / "screenshots"
WORK = {
    "hi": {
        "name": "गोमती {kind}",
        "summary": "छोटी कंपनियों के लिए चिप परीक्षण और प्रशिक्षण।",
        "offers": "सेंसर चिप की पैकेजिंग और परीक्षण, 500 नगों से",
        "needs": "पहले टेप-आउट के लिए 28 nm फ़ाउंड्री तक पहुँच",
    },
    "en": {
        "name": "Gomti {kind}",
        "summary": "Chip test and training for small firms.",
        "offers": "Packaging and test of sensor chips, from 500 pieces",
        "needs": "Foundry access at 28 nm for a first tape-out",
    },
}
DETAILS = {
    Kind.STARTUP: {"stage": "seed"},
    Kind.SME: {"capabilities": "40 test handlers"},
    Kind.SKILL_PROGRAM: {"seats": "60", "intake": "January"},
    Kind.INVESTOR: {
        "stages": "seed",
        "ticket_currency": "INR",
        "ticket_min": "50 लाख",
        "ticket_max": "2 crore",
        "invests_in": "IN",
    },
}


@pytest.fixture(scope="module")
def registrants(scene: Scene) -> dict[str, str]:
    """One person a language; each registers all four kinds."""
    return {language: scene.person(f"registrant.{language}@example.org").email for language in WORK}


@pytest.mark.parametrize("language", WORK)
@pytest.mark.parametrize("kind", Kind)
def test_a_kind_is_registered(
    kind: Kind, language: str, registrants: dict[str, str], signed_in: SignedIn
) -> None:
    page = signed_in(registrants[language], viewport=PHONE if language == "hi" else DESK).new_page()
    page.goto("/organizations/mine")
    speak(page, language)
    said = WORK[language]
    page.goto("/organizations/new")
    give(page, {"kind": kind.value, "country": "IN", "name": said["name"].format(kind=kind.value)})
    page.get_by_role("main").locator("form.usa-form button[type=submit]").first.click()
    step(page, "basics", {"region_code": "IN-UP"})
    step(page, "work", {"summary": said["summary"], "technologies": "semiconductors"})
    step(page, "details", DETAILS[kind])
    step(page, "exchange", {"needs": said["needs"], "offers": said["offers"]})
    expect(page).to_have_url(re.compile("/edit/check$"))
    expect(page.locator("[data-error-summary], .usa-alert--warning.error-summary")).to_have_count(0)
    expect(page.get_by_role("main")).to_contain_text(said["offers"])
    shoot(page, f"{kind.value}-{language}")
    state_number(page, f"AAACB{list(Kind).index(kind)}0{len(language)}{ord(language[0]) % 10}C")


def speak(page: Page, language: str) -> None:
    """Choose the language in the footer, as somebody would who cannot read the page."""
    page.get_by_role("contentinfo").locator(f"button[value={'hi' if language == 'hi' else 'en_IN'}]").click()
    expect(page.locator("html")).to_have_attribute("lang", re.compile(f"^{language}"))


def step(page: Page, name: str, answers: dict[str, str]) -> None:
    expect(page).to_have_url(re.compile(f"/edit/{name}$"))
    give(page, answers)
    page.locator("button[name=then][value=next]").click()
    expect(page).not_to_have_url(re.compile(f"/edit/{name}$"))


def give(page: Page, answers: dict[str, str]) -> None:
    for name, value in answers.items():
        control = page.locator(f"main [name={name}]")
        look = control.first.evaluate("(one) => one.matches('select') ? 'select' : one.type")
        if look in ("radio", "checkbox"):
            chosen = page.locator(f"main [name={name}][value='{value}']")
            page.locator(f"label[for='{chosen.get_attribute('id')}']").click()
        elif look == "select":
            control.select_option(value)
        else:
            control.fill(value)


def state_number(page: Page, number: str) -> None:
    address = re.sub(r"/edit/check$", "", page.url)
    page.goto(f"{address}/identifiers")
    give(page, {"scheme": "in-pan", "value": number})
    page.locator("form[action$='/identifiers'] button[type=submit]").click()
    expect(page.get_by_role("main")).to_contain_text("PAN")
    expect(page.locator("[data-error-summary]")).to_have_count(0)


def shoot(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"registering-{name}.png", full_page=True)
