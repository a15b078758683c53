"""Every page, in a real browser: accessible, as wide as a phone, silent, and asking nobody else for anything."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from app import create_app
from app.taxonomy import Country
from config import Settings
from tests.e2e.conftest import SignedIn
from tests.e2e.inspection import Inspection
from tests.e2e.pages import BY_READER, DARK, NO_PAGES
from tests.e2e.scene import CARETAKER, Scene
from tests.e2e.visitors import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def name_of(reader: str | None) -> str:
    return reader.partition("@")[0] if reader else "visitor"


def test_every_page_of_the_address_map_is_looked_at() -> None:
    app = create_app(Settings(environment="test"))
    known = {shown.endpoint for pages in BY_READER.values() for shown in pages}
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert pages - NO_PAGES == {name for name in known if not name.isdigit()}


@pytest.mark.parametrize("reader", BY_READER, ids=name_of)
def test_pages_are_accessible_fit_a_phone_and_keep_to_themselves(
    reader: str | None, signed_in: SignedIn, scene: Scene
) -> None:
    inspection = Inspection(signed_in(reader), scene.site.url)
    for shown in BY_READER[reader]:
        inspection.look(scene.path(shown.pattern), shown.status)
    assert not inspection.faults, "\n".join(inspection.faults)


@pytest.mark.parametrize("reader", DARK, ids=name_of)
def test_pages_are_accessible_in_the_dark(reader: str | None, signed_in: SignedIn, scene: Scene) -> None:
    inspection = Inspection(signed_in(reader, color_scheme="dark"), scene.site.url)
    for pattern in DARK[reader]:
        inspection.look(scene.path(pattern))
    assert not inspection.faults, "\n".join(inspection.faults)


def test_the_page_of_a_broken_rule_is_accessible(signed_in: SignedIn, scene: Scene) -> None:
    match_id, organization_id = scene.approved_unanswered(Country.INDIA)
    inspection = Inspection(signed_in(CARETAKER), scene.site.url)
    address = f"/matches/{match_id}?organization_id={organization_id}"
    inspection.page.goto(address)
    other = inspection.page.context.new_page()
    other.goto(address)
    other.get_by_role("button", name="Yes, introduce us").click()
    expect(other.get_by_text("You said yes", exact=True)).to_be_visible()
    inspection.page.locator("label", has_text="Other").click()
    with inspection.page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        inspection.page.get_by_role("button", name="Say no").click()
    assert answered.value.status == 409
    inspection.axe("wide")
    inspection.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    inspection.axe("on a phone")
    inspection.width()
    assert not inspection.faults, "\n".join(inspection.faults)
