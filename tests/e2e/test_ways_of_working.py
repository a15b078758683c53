"""By keyboard alone, without JavaScript, and with hostile text in every field."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from app import clock
from app.matching.models import Match, MatchState
from app.organizations.models import Membership, Organization, ProfileState
from app.taxonomy import Country, Kind
from tests.e2e.conftest import SignedIn
from tests.e2e.scene import CARETAKER, FOUNDER, MANAGER, US_CARETAKER, Scene

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
HOSTILE = """"><script>window.__xss=1</script><img src=x onerror="window.__xss=1">{{7*7}}"""


def test_the_first_tab_leads_past_the_navigation(signed_in: SignedIn) -> None:
    page = signed_in().new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "usa-skipnav"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))


def test_registration_needs_no_mouse(signed_in: SignedIn) -> None:
    page = signed_in().new_page()
    page.goto("/register")
    page.get_by_label("Your name").focus()
    page.keyboard.type("Keys Only")
    page.keyboard.press("Tab")
    page.keyboard.type("keys.only@example.org")
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
    page.goto("/review")
    first = page.url
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(first)
    second = page.url
    reject = page.get_by_role("button", name="Reject this pair")
    page.keyboard.press("r")
    expect(reject).to_be_visible()
    page.keyboard.press("Escape")
    expect(reject).to_be_hidden()
    page.keyboard.press("a")
    expect(page).not_to_have_url(second)
    assert page.evaluate("document.querySelector('#desk, main').contains(document.activeElement)")


def test_without_javascript_a_manager_decides_and_a_member_declines(
    signed_in: SignedIn, scene: Scene
) -> None:
    desk = signed_in(MANAGER, java_script_enabled=False).new_page()
    desk.goto("/review")
    before = desk.url
    desk.get_by_role("button", name=re.compile("^Approve")).first.click()
    expect(desk).not_to_have_url(before)
    match_id, organization_id = scene.approved_unanswered(Country.INDIA)
    page = signed_in(CARETAKER, java_script_enabled=False).new_page()
    page.goto(f"/matches/{match_id}?organization_id={organization_id}")
    page.locator("label", has_text="Other").click()
    page.get_by_role("button", name="Say no").click()
    expect(page.get_by_role("main")).to_contain_text(re.compile("said no|declined", re.IGNORECASE))


def test_without_javascript_the_directory_is_searched(signed_in: SignedIn) -> None:
    page = signed_in(java_script_enabled=False).new_page()
    page.goto("/organizations")
    page.get_by_label("Words").fill("photonics")
    page.get_by_role("main").locator("button[type=submit]").first.click()
    expect(page.get_by_role("main")).to_contain_text("Deccan Photonics")


def test_hostile_text_in_every_field_stays_text(signed_in: SignedIn, scene: Scene) -> None:
    hostile_id, match_id = plant(scene)
    for reader, paths in {
        None: [f"/organizations/{hostile_id}", "/organizations?sort=newest"],
        US_CARETAKER: ["/matches", f"/matches/{match_id}", "/digest/preview"],
        MANAGER: [f"/review/{match_id}", "/review?state=held"],
    }.items():
        page = signed_in(reader).new_page()
        page.on("dialog", lambda dialog: dialog.dismiss())
        for path in paths:
            page.goto(path)
            assert page.evaluate("window.__xss") is None, path
            assert "49" not in page.locator("h1").first.inner_text()
    assert HOSTILE.split("{{")[0][:10] in page_text(signed_in, hostile_id)


def page_text(signed_in: SignedIn, organization_id: int) -> str:
    page = signed_in().new_page()
    page.goto(f"/organizations/{organization_id}")
    return page.locator("main").inner_text()


def plant(scene: Scene) -> tuple[int, int]:
    """An Indian organization that is hostile in every text, held with a US organization of the demo world."""
    texts = (
        "name",
        "city",
        "summary",
        "description",
        "needs",
        "offers",
        "capabilities",
        "thesis",
        "website",
        "intake",
    )
    now = clock.now()
    with scene.session() as session:
        hostile = Organization(
            kind=Kind.STARTUP,
            country=Country.INDIA,
            region_code="IN-KA",
            state=ProfileState.LISTED,
            created_at=now,
            profile_changed_at=now,
            tags=[HOSTILE],
            skills=[HOSTILE],
            certifications=[HOSTILE],
            **dict.fromkeys(texts, HOSTILE[:110]),
        )
        hostile.technologies = ["ai"]
        owned = sa.select(Membership.organization_id).join(Membership.user).where(sa.text("email = :e"))
        us_id = session.execute(owned.limit(1), {"e": US_CARETAKER}).scalar_one()
        session.add(hostile)
        session.flush()
        evidence = {"need": HOSTILE, "offer": HOSTILE, "similarity": 1.0}
        reason = {"kind": "need_offer", "text_key": "need_offer.line", "evidence": evidence, "weight": 0.5}
        match = Match(
            india_id=hostile.id,
            us_id=us_id,
            state=MatchState.APPROVED,
            score=0.99,
            fit_for_india=0.99,
            fit_for_us=0.99,
            reasons={"india": [reason], "us": [reason]},
            model_version="planted",
            proposed_at=now,
            due_at=now,
            decided_at=now,
        )
        session.add(match)
        session.commit()
        return hostile.id, match.id


def test_a_founder_sees_the_state_of_every_match(signed_in: SignedIn) -> None:
    page = signed_in(FOUNDER).new_page()
    page.goto("/matches")
    main = page.get_by_role("main")
    for words in ("Introduced", "In review", "Superstition Equipment"):
        expect(main).to_contain_text(words)
