"""By keyboard alone, and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from app.taxonomy import Country
from tests.e2e.conftest import SignedIn
from tests.e2e.scene import CARETAKER, DRAFTER, FOUNDER, MANAGER, Scene

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_the_first_tab_leads_past_the_navigation(signed_in: SignedIn) -> None:
    page = signed_in().new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "usa-skipnav"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))


def tab_to(page: Page, target: Locator, at_most: int = 30) -> None:
    """Press Tab until `target` has the focus."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if target.evaluate("(one) => one === document.activeElement"):
            return
    raise AssertionError(f"Tab does not lead to {target}")


def test_registration_needs_no_mouse(signed_in: SignedIn) -> None:
    page = signed_in().new_page()
    page.goto("/register")
    tab_to(page, page.get_by_label("Your name"))
    page.keyboard.type("Keys Only")
    page.keyboard.press("Tab")
    page.keyboard.type("keys.only@example.org")
    tab_to(page, page.get_by_role("main").get_by_role("button"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/check-mail"))


def test_the_menu_of_a_phone_opens_by_keyboard(signed_in: SignedIn) -> None:
    page = signed_in(viewport={"width": 360, "height": 780}).new_page()
    page.goto("/")
    page.locator("details.nav--narrow summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("details.nav--narrow").get_by_role("link", name="Directory")).to_be_visible()


def test_the_desk_is_worked_with_single_keys(signed_in: SignedIn) -> None:
    page = signed_in(MANAGER).new_page()
    page.goto("/review?kind=pair")
    queue = page.locator("[data-queue] a")
    for key, focused in (("j", 0), ("j", 1), ("k", 0)):
        page.keyboard.press(key)
        expect(queue.nth(focused)).to_be_focused()
    chosen = queue.nth(0).get_attribute("href") or ""
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(chosen)))
    expect(page.locator("html[data-keys] [data-desk-heading]")).to_be_visible()
    for key, asks in (("h", "Hold"), ("q", "Ask"), ("r", "Reject")):
        button = page.locator(".desk__sheet").get_by_role("button", name=asks, exact=True)
        page.keyboard.press(key)
        expect(button).to_be_visible()
        page.keyboard.press("Escape")
        expect(button).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    heading = page.locator("[data-desk-heading]")
    decided = heading.inner_text()
    page.keyboard.press("a")
    expect(page.get_by_role("status").get_by_text("Staged")).to_be_visible()
    expect(heading).not_to_have_text(decided)
    expect(heading).to_be_focused()


def test_on_a_phone_the_desk_opens_at_the_card(signed_in: SignedIn) -> None:
    page = signed_in(MANAGER, viewport={"width": 360, "height": 780}).new_page()
    page.goto("/review?kind=pair")
    page.get_by_role("link", name=re.compile("^Begin with the first")).click()
    expect(page.locator(".desk__foot [data-shortcuts-open]")).to_be_attached()
    assert page.evaluate("scrollY") == 0


def test_without_javascript_a_manager_decides_and_a_member_declines(
    signed_in: SignedIn, scene: Scene
) -> None:
    desk = signed_in(MANAGER, java_script_enabled=False).new_page()
    desk.goto("/review?kind=pair")
    desk.get_by_role("link", name=re.compile("^Begin with the first")).click()
    before = desk.url
    desk.get_by_role("button", name=re.compile("^Approve")).first.click()
    expect(desk).not_to_have_url(before)
    match_id, organization_id = scene.approved_unanswered(Country.INDIA)
    page = signed_in(CARETAKER, java_script_enabled=False).new_page()
    page.goto(f"/matches/{match_id}?organization_id={organization_id}")
    page.locator("label", has_text="Other").click()
    page.get_by_role("button", name="Say no").click()
    expect(page.get_by_role("main")).to_contain_text(re.compile("said no|declined", re.IGNORECASE))


def test_without_javascript_a_visitor_registers(signed_in: SignedIn) -> None:
    page = signed_in(java_script_enabled=False).new_page()
    page.goto("/register")
    page.get_by_label("Your name").fill("No Scripts")
    page.get_by_label("E-mail").fill("no.scripts@example.org")
    page.get_by_role("main").get_by_role("button").click()
    expect(page).to_have_url(re.compile("/check-mail"))


def test_without_javascript_a_step_of_the_guided_form_is_saved(signed_in: SignedIn, scene: Scene) -> None:
    page = signed_in(DRAFTER, java_script_enabled=False).new_page()
    path = scene.path("/organizations/{sme_draft}/edit/exchange")
    page.goto(path)
    page.get_by_role("main").locator("textarea").first.fill("Tested without scripts")
    page.get_by_role("button", name="Save and continue").click()
    expect(page).to_have_url(re.compile("/edit/check$"))
    page.goto(path)
    expect(page.get_by_role("main").locator("textarea").first).to_have_value("Tested without scripts")


def test_without_javascript_the_directory_is_searched(signed_in: SignedIn) -> None:
    page = signed_in(java_script_enabled=False).new_page()
    page.goto("/organizations")
    page.get_by_label("Words").fill("photonics")
    page.get_by_role("main").locator("button[type=submit]").first.click()
    expect(page.get_by_role("main")).to_contain_text("Deccan Photonics")


def test_a_founder_sees_the_state_of_every_match(signed_in: SignedIn) -> None:
    page = signed_in(FOUNDER).new_page()
    page.goto("/matches")
    main = page.get_by_role("main")
    for words in ("Introduced", "In review", "Superstition Equipment"):
        expect(main).to_contain_text(words)
