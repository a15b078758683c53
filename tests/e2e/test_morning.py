"""A manager's morning: sixty cases of every kind, by keyboard alone, staged, looked at, released, one taken back.

Prints how many decisions a minute the interface lets through and keeps pictures in var/.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle

import pytest
from playwright.sync_api import Browser, Page, expect

from app import clock
from app.accounts.models import Role
from app.matching.models import MatchState, RejectReason, ReviewAction, ReviewDecision
from app.organizations.models import Aspect, Organization, ProfileState, Weight
from app.taxonomy import Country
from app.taxonomy.exchange import CooperationType, MoneyFlow
from config import ROOT
from tests.conftest import build_app
from tests.desk.desk import REASONS
from tests.e2e.site import Site
from tests.world import PASSWORD, World

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("morning")]

PAIRS, LISTINGS, CHANGES, MERGES, APPEALS, REPORTS = 40, 6, 4, 4, 3, 3
CASES = PAIRS + LISTINGS + CHANGES + MERGES + APPEALS + REPORTS
MANAGER = "morning@example.org"
DESKTOP, TABLET = {"width": 1280, "height": 800}, {"width": 820, "height": 1180}
CRITERIA = [
    "The need is real and current: somebody would pay or work for it this year",
    "Both complete each other and do not compete for the same customers",
    "Both can act within three months and have named who would",
    "Neither is asked for more than it can answer in a month",
    "Nothing sensitive is shown before both have agreed on a level",
]


class Desk(Site):
    """A site without a worker, whose recommender would propose other pairs in the middle of the morning."""

    def start_worker(self) -> None:
        self.worker = None


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with sixty cases, filled before the browser starts."""
    folder = tmp_path_factory.mktemp("morning")
    url = f"sqlite:///{folder}/sangam.sqlite"
    fill(World(build_app(url, folder)))
    made = Desk(folder, url)
    try:
        yield made.start()
    finally:
        made.stop()


def fill(world: World) -> None:
    """Cases of all six kinds; the first pair has all a card can show."""
    manager = world.user(Role.PROGRAM_MANAGER, email=MANAGER, name="Asha Manager")
    colleague = world.user(Role.PROGRAM_MANAGER, name="Robert Lee")
    program = world.program(manager, colleague, name="Semiconductor supply chain", criteria=CRITERIA)
    owner = world.user()
    now = clock.now()
    full = world.match(
        full_side(world, Country.INDIA),
        full_side(world, Country.UNITED_STATES),
        program_id=program.id,
        reasons=REASONS,
        chance_for_india=0.6,
        chance_for_us=0.4,
        proposed_at=now - timedelta(days=30),
    )
    held = {"action": ReviewAction.HOLD, "by_id": colleague.id, "at": now - timedelta(days=9)}
    world.add(ReviewDecision(match_id=full.id, note="Wait for the audit.", **held))
    for at in range(PAIRS - 1):
        sides = [world.organization(country, owner=owner) for country in Country]
        proposed = now - timedelta(days=20, minutes=at)
        world.match(*sides, program_id=program.id, reasons=REASONS, proposed_at=proposed)
    for at in range(LISTINGS):
        new = world.organization(owner=owner, name=f"Newcomer {at}", state=ProfileState.SUBMITTED)
        world.listing(new, submitted_by_id=owner.id, submitted_at=now - timedelta(days=9))
    change = {"field": "summary", "before": "We test chips.", "after": "We pack chips."}
    for at in range(CHANGES):
        changed = world.organization(owner=owner, name=f"Changer {at}")
        world.listing(changed, is_change=True, changes=[change], submitted_at=now - timedelta(days=8))
    for at in range(MERGES):
        twins = [world.organization(owner=owner, name=f"Twin {at} {end}") for end in ("Ltd", "Limited")]
        world.duplicate(*twins, found_at=now - timedelta(days=9))
    for at in range(APPEALS):
        appealed(world, owner, colleague, at)
    for at in range(REPORTS):
        world.grievance(world.organization(name=f"Reported {at}"), owner)
    world.case(full)


def full_side(world: World, country: Country) -> Organization:
    """A side with much to say, and a must of every sort."""
    is_indian = country is Country.INDIA
    other = "California" if is_indian else "Karnataka"
    one = world.organization(
        country,
        name="Nandi Microsystems Packaging and Test Services Private Limited"
        if is_indian
        else "Cascade Foundry",
        city="Mysuru" if is_indian else "San Jose",
        summary=f"Makes and tests pressure sensors for cars and pumps in small series and looks to {other}. "
        * 3,
        needs="Wafer supply\nProbe cards for eight-inch wafers\nA first customer in cars",
        offers="Wafers of 200 mm\nCeramic packages for harsh environments\nFailure analysis in five days",
        certifications=["ISO 9001"],
        is_illustrative=True,
        profile_changed_at=clock.now() - timedelta(days=200),
    )
    wishes = [
        (Aspect.CERTIFICATION, "ISO 9001", Weight.MUST),
        (Aspect.STATE, "US-CA" if is_indian else "IN-KA", Weight.MUST),
        (Aspect.VERIFICATION, "document_seen", Weight.MUST),
    ]
    money = {"money_flow": MoneyFlow.WE_PAY, "cooperation": CooperationType.BUSINESS}
    world.brief(one, "Wafer supply", wishes=wishes, **money)
    return one


def appealed(world: World, owner, colleague, at: int) -> None:
    """A rejected pair whose Indian side appeals."""
    side = world.organization(owner=owner, name=f"Appellant {at}")
    now = clock.now()
    rejected = world.match(
        side,
        world.organization(Country.UNITED_STATES),
        MatchState.REJECTED,
        decided_at=now,
        decided_by_id=colleague.id,
    )
    said = {"action": ReviewAction.REJECT, "reason_code": RejectReason.NEED_NOT_CURRENT}
    world.add(ReviewDecision(match_id=rejected.id, by_id=colleague.id, at=now, **said))
    world.grievance(side, owner, match_id=rejected.id, text="The need is still open.")


@pytest.fixture
def page(site: Site, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(base_url=site.url, viewport=DESKTOP)
    opened = context.new_page()
    opened.goto("/sign-in")
    opened.get_by_label("E-mail").fill(MANAGER)
    opened.get_by_label("Password").fill(PASSWORD)
    opened.keyboard.press("Enter")
    expect(opened).to_have_url(re.compile("/review"), timeout=30_000)
    yield opened
    context.close()


def shots(page: Page, name: str) -> None:
    """Pictures at the size of a desktop and of a tablet."""
    folder = ROOT / "var"
    folder.mkdir(exist_ok=True)
    for label, size in (("tablet", TABLET), ("desktop", DESKTOP)):
        page.set_viewport_size(size)
        page.screenshot(path=folder / f"morning-{name}-{label}.png")


def next_card(page: Page, press) -> float:
    """Press, and wait until the next card is there; gives the seconds of interface."""
    before = page.evaluate("location.pathname")
    began = time.perf_counter()
    press()
    page.wait_for_function(
        """(old) => location.pathname !== old && document.documentElement.dataset.keys
                    && document.querySelector('.desk__said, .usa-alert--success')""",
        arg=before,
    )
    return time.perf_counter() - began


def asked(page: Page, key: str) -> None:
    """Open the question of a decision; its first answer has the focus."""
    page.keyboard.press(key)
    page.wait_for_function("() => document.activeElement.closest('.desk__sheet')")


def answer(page: Page, name: str, *keys: str) -> None:
    """Go to an answer and press keys there."""
    while page.evaluate("document.activeElement.name") != name:
        page.keyboard.press("Tab")
    for key in keys:
        page.keyboard.press(key)


def hold(page: Page) -> None:
    asked(page, "h")
    answer(page, "until", *f"{clock.now() + timedelta(days=7):%m%d%Y}")
    page.keyboard.press("Control+Enter")


def reject(page: Page) -> None:
    asked(page, "r")
    if page.locator("details[data-act][open] select[name=reason_code]").count():
        answer(page, "reason_code", "ArrowDown")
    page.keyboard.press("Control+Enter")


def approve(page: Page) -> None:
    page.keyboard.press("a")


def fits_the_screen(page: Page) -> dict[str, int]:
    """By how many pixels each part of the desk would have to be scrolled."""
    return page.evaluate(
        """() => Object.fromEntries([["page", document.documentElement],
             ...[".desk__card", ".desk__aside", ".desk__main"].map((name) => [name, document.querySelector(name)])]
           .map(([name, part]) => [name, part.scrollHeight - part.clientHeight]))"""
    )


def test_a_morning_of_sixty_cases_by_keyboard_alone(page: Page) -> None:
    page.goto("/review")
    expect(page.get_by_text(f"{CASES} cases wait")).to_be_visible(timeout=30_000)
    shots(page, "queue")
    page.keyboard.press("Enter")
    expect(page.locator("[data-keys] .desk__card")).to_be_visible(timeout=30_000)
    shots(page, "card")
    ways = cycle([approve, approve, hold, approve, reject])
    took: list[float] = []
    kinds: Counter[str] = Counter()
    for _ in range(CASES):
        kind = page.locator(".desk__kind").inner_text()
        if not kinds[kind]:
            assert fits_the_screen(page) == {
                "page": 0,
                ".desk__card": 0,
                ".desk__aside": 0,
                ".desk__main": 0,
            }, kind
        kinds[kind] += 1
        way = next(ways)
        took.append(next_card(page, lambda way=way: way(page)))
    assert sum(kinds.values()) == CASES
    assert len(kinds) == 6
    expect(page.get_by_text(re.compile("Nothing waits for you")).first).to_be_visible(timeout=30_000)
    page.goto("/review")
    page.keyboard.press("g")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{CASES} decisions staged", timeout=30_000)
    shots(page, "consequences")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("released", timeout=60_000)
    undo = page.get_by_role("button", name="Undo", exact=True).first
    for _ in range(60):
        page.keyboard.press("Tab")
        if undo.evaluate("(one) => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("Undone: the case waits for a decision again.")).to_be_visible(timeout=30_000)
    total, worst = sum(took), max(took)
    print(
        f"\n{CASES} decisions of {dict(kinds)}: {60 * CASES / total:.0f} a minute of interface time, worst {worst:.2f} s"
    )
    assert total / CASES < 2
