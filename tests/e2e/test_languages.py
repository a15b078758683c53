"""The switch of languages in a real browser, and pages in Hindi under the same inspection as all others."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SignedIn
from tests.e2e.inspection import Inspection
from tests.e2e.scene import DRAFTER, Scene

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
IN_HINDI = (
    "/",
    "/about",
    "/register",
    "/sign-in",
    "/organizations",
    "/organizations?view=map",
    "/organizations/{startup}",
    "/organizations/{investor}",
    "/programs",
    "/nothing/here",
)


def switch(page: Page, language: str) -> None:
    page.get_by_role("banner").get_by_role("button", name=language, exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", re.compile("hi" if language == "हिन्दी" else "en"))


def test_pages_in_hindi_are_accessible_and_fit_a_phone(signed_in: SignedIn, scene: Scene) -> None:
    inspection = Inspection(signed_in(locale="hi-IN"), scene.site.url)
    for pattern in IN_HINDI:
        inspection.look(scene.path(pattern), 404 if "nothing" in pattern else 200)
        expect(inspection.page.locator("html")).to_have_attribute("lang", "hi")
    assert not inspection.faults, "\n".join(inspection.faults)


def test_the_switch_keeps_what_is_typed_and_the_query(signed_in: SignedIn) -> None:
    page = signed_in().new_page()
    page.goto("/register?from=home")
    page.locator("[name=name]").fill("आशा Rao")
    page.locator("[name=email]").fill("asha.rao@example.org")
    switch(page, "हिन्दी")
    expect(page).to_have_url(re.compile(r"/register\?from=home$"))
    expect(page.locator("[name=name]")).to_have_value("आशा Rao")
    expect(page.locator("[name=email]")).to_have_value("asha.rao@example.org")
    page.goto("/register")
    expect(page.locator("[name=name]")).to_have_value("")


def test_the_guided_form_goes_on_in_the_other_language(signed_in: SignedIn, scene: Scene) -> None:
    page = signed_in(DRAFTER).new_page()
    page.goto(scene.path("/organizations/{sme_draft}/edit/work"))
    page.locator("[name=summary]").fill("Typed in English")
    switch(page, "हिन्दी")
    expect(page.locator("[name=summary]")).to_have_value("Typed in English")
    expect(page.locator("#preview")).to_contain_text("Typed in English")
    page.locator("details:has([name=summary_hi]) > summary").click()
    page.locator("[name=summary_hi]").fill("हिन्दी में लिखा")
    expect(page.locator("#preview .profile__summary")).to_have_text("हिन्दी में लिखा")
    switch(page, "English")
    expect(page.locator("#preview .profile__summary")).to_have_text("Typed in English")
