"""The ring, once around: register, profile, proposal, approval, two yeses, introduction, Monday's letter.

Everything is real: gunicorn, the worker, both databases, mail as files and over SMTP, Chromium at two widths.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from app.db import Base
from app.demo.people import PASSWORD as DEMO_PASSWORD
from config import ROOT
from tests.e2e.mailbox import FolderMailbox, Mailbox, SmtpMailbox, first_link, text_of, wait_for
from tests.e2e.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.processes]
FOUNDER = "asha@example.org"
PASSWORD = "a long enough sentence"
SHOTS = ROOT / "var" / "screenshots"
WIDTHS = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 360, "height": 780}}


class Journey:
    """One site, its mail, and the browsers of the people on the way."""

    def __init__(self, site: Site, mailbox: Mailbox, browser: Browser, width: str, name: str) -> None:
        self.site, self.mailbox, self.width, self.name = site, mailbox, width, name
        self._browser = browser
        self._open: list[BrowserContext] = []

    def window(self) -> Page:
        context = self._browser.new_context(viewport=WIDTHS[self.width], locale="en-IN")
        context.set_default_timeout(20_000)
        self._open.append(context)
        return context.new_page()

    def sign_in(self, email: str, password: str) -> Page:
        page = self.window()
        page.goto(f"{self.site.url}/sign-in")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        expect(page).not_to_have_url(re.compile("/sign-in"))
        return page

    def shot(self, page: Page, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"journey-{self.name}-{name}.png", full_page=True)

    def close(self) -> None:
        for context in self._open:
            context.close()


@pytest.fixture
def fresh_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of the wanted kind with the demo world in it."""
    kind = request.node.callspec.params["kind"]
    demo_world = request.getfixturevalue("demo_world")
    if kind == "sqlite":
        yield f"sqlite:///{shutil.copy(demo_world, tmp_path / 'journey.sqlite')}"
        return
    server = sa.make_url(request.getfixturevalue("postgresql_url"))
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE DATABASE journey"))
    engine.dispose()
    url = server.set(database="journey").render_as_string(hide_password=False)
    Site(tmp_path, url).flask("db", "upgrade")
    copy_rows(f"sqlite:///{demo_world}", url)
    yield url


def copy_rows(source: str, target: str) -> None:
    """Bring every row of a SQLite file into PostgreSQL with the same tables; numbers go on where they stood."""
    given, taking = sa.create_engine(source), sa.create_engine(target)
    with given.connect() as reading, taking.begin() as writing:
        writing.execute(sa.text("SET LOCAL session_replication_role = replica"))
        for table in Base.metadata.sorted_tables:
            rows = [dict(row) for row in reading.execute(sa.select(table)).mappings()]
            writing.execute(sa.delete(table))
            if rows:
                writing.execute(sa.insert(table), rows)
            if "id" in table.columns:
                own = f"pg_get_serial_sequence('\"{table.name}\"', 'id')"
                last = f'SELECT max(id) FROM "{table.name}" HAVING max(id) > 0'
                writing.execute(sa.text(f"SELECT setval({own}, ({last})) WHERE {own} IS NOT NULL"))
    given.dispose()
    taking.dispose()


@pytest.fixture
def journey(
    request: pytest.FixtureRequest, tmp_path: Path, fresh_database: str, browser: Browser
) -> Iterator[Journey]:
    params = request.node.callspec.params
    smtp = SmtpMailbox() if params["mail"] == "smtp" else None
    mail_url = f"smtp://127.0.0.1:{smtp.port}?starttls=no" if smtp else None
    site = Site(tmp_path, fresh_database, mail_url)
    name = f"{params['kind']}-{params['width']}"
    travel = Journey(site, smtp or FolderMailbox(site.outbox), browser, params["width"], name)
    try:
        site.start()
        yield travel
    finally:
        travel.close()
        site.stop()
        if smtp:
            smtp.stop()


@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize(
    ("kind", "width", "mail"),
    [("sqlite", "phone", "files"), ("postgresql", "desktop", "smtp")],
)
def test_a_founder_gets_from_registration_to_an_introduction_and_a_letter(
    journey: Journey, kind: str, width: str, mail: str
) -> None:
    founder = register_and_confirm(journey)
    make_profile(journey, founder)
    list_profile(journey)
    match_id = see_matches_with_reasons(journey, founder)
    approve(journey, match_id)
    partner_address = hear_of_it(journey, match_id)
    say_yes(journey, founder, match_id)
    partner = journey.sign_in(partner_address, DEMO_PASSWORD)
    say_yes(journey, partner, match_id)
    read_introduction(journey, partner_address)
    see_each_other(journey, founder, match_id)
    get_mondays_letter(journey)
    assert "chain intact" in journey.site.flask("audit", "verify")


def register_and_confirm(journey: Journey) -> Page:
    page = journey.window()
    page.goto(journey.site.url)
    journey.shot(page, "01-home")
    page.get_by_role("link", name="Register your firm").click()
    page.get_by_label("Your name").fill("Asha")
    page.get_by_label("E-mail").fill(FOUNDER)
    page.get_by_role("main").get_by_role("button").first.click()
    journey.shot(page, "02-check-mail")
    page.goto(confirmation_link(journey, page))
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    page.get_by_role("main").locator("button[type=submit]").click()
    expect(page).to_have_url(re.compile("/organizations/mine"))
    return page


def confirmation_link(journey: Journey, page: Page) -> str:
    """From the development outbox as a developer reads it, or from the mail the SMTP server got."""
    letter = wait_for(journey.mailbox, FOUNDER, "Confirm your address")
    if isinstance(journey.mailbox, FolderMailbox):
        page.goto(f"{journey.site.url}/dev/outbox")
        page.get_by_role("link", name=re.compile("Confirm your address")).first.click()
        journey.shot(page, "03-dev-outbox")
        shown = page.locator("a[href*='/confirm/']").first.get_attribute("href")
        assert shown == first_link(letter, "/confirm/")
    return first_link(letter, "/confirm/")


def make_profile(journey: Journey, page: Page) -> None:
    page.goto(f"{journey.site.url}/organizations/new")
    choose(page, "Startup:")
    page.get_by_label("Name").fill("Tungabhadra Sensors")
    choose(page, "India")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("State or territory").select_option("IN-KA")
    journey.shot(page, "04-basics")
    save_and_continue(page)
    page.get_by_label("Summary", exact=True).fill("Pressure sensor chips for water networks and pumps.")
    choose(page, "Semiconductors")
    journey.shot(page, "05-work")
    save_and_continue(page)
    page.get_by_label("Stage", exact=True).select_option("seed")
    save_and_continue(page)
    page.get_by_label("What you need").fill(
        "Gripper and sensor supply for robots\nSeed capital for semiconductor startups"
    )
    page.get_by_label("What you offer").fill(
        "Pressure sensor chips for water networks\nSensor hardware for pressure loggers"
    )
    journey.shot(page, "06-exchange")
    save_and_continue(page)
    journey.shot(page, "07-check")
    page.get_by_role("button", name="Hand in for review").click()
    expect(page.get_by_role("main")).to_contain_text("Tungabhadra Sensors")


def list_profile(journey: Journey) -> None:
    """A manager reads the profile and takes it into the directory."""
    page = journey.sign_in("manager@example.org", DEMO_PASSWORD)
    page.goto(f"{journey.site.url}/listings")
    line = page.get_by_role("link", name="Tungabhadra Sensors")
    wait_until_shown(page, line)
    line.click()
    journey.shot(page, "08-listing")
    page.get_by_role("button", name=re.compile("^Approve")).first.click()
    expect(page.get_by_role("status").get_by_text("Staged")).to_be_visible()
    release(page)


def release(page: Page) -> None:
    """Look at what is staged, and let it take effect."""
    page.goto(f"{page.url.split('/review')[0]}/review/release")
    page.get_by_role("button", name=re.compile("^Release ")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("released")


def wait_until_shown(page: Page, what: Locator) -> None:
    """The worker opens cases within seconds."""
    for _ in range(60):
        if what.count():
            return
        page.wait_for_timeout(500)
        page.reload()


def choose(page: Page, words: str) -> None:
    """Tick the radio button or box whose label begins with `words`."""
    page.locator("label", has_text=re.compile(rf"^\s*{re.escape(words)}")).first.click()


def save_and_continue(page: Page) -> None:
    address = page.url
    page.get_by_role("button", name="Save and continue").click()
    expect(page).not_to_have_url(address)


def see_matches_with_reasons(journey: Journey, page: Page) -> int:
    """Wait for the worker, which looks at new profiles within a minute; gives the best match's number."""
    link = page.get_by_role("main").locator("a[href*='/matches/']").first
    for _ in range(120):
        page.goto(f"{journey.site.url}/matches")
        if link.count():
            break
        page.wait_for_timeout(500)
    expect(page.get_by_role("main")).to_contain_text("Why this fits you")
    expect(page.get_by_role("main")).to_contain_text("Why they would say yes")
    journey.shot(page, "08-matches")
    found = re.search(r"/matches/(\d+)", link.get_attribute("href") or "")
    assert found
    return int(found[1])


def case_of(journey: Journey, match_id: int) -> int:
    """The case the worker opened for a match."""
    engine = sa.create_engine(journey.site.environment["DATABASE_URL"])
    query = sa.text("SELECT id FROM review_case WHERE match_id = :id")
    found = None
    for _ in range(60):
        with engine.connect() as connection:
            found = connection.scalar(query, {"id": match_id})
        if found:
            break
        time.sleep(0.5)
    engine.dispose()
    assert found
    return int(found)


def approve(journey: Journey, match_id: int) -> None:
    page = journey.sign_in("manager@example.org", DEMO_PASSWORD)
    page.goto(f"{journey.site.url}/review/{case_of(journey, match_id)}")
    expect(page.get_by_role("main")).to_contain_text("Tungabhadra Sensors")
    journey.shot(page, "09-desk")
    if journey.width == "desktop":
        page.keyboard.press("a")
    else:
        page.get_by_role("button", name=re.compile("^Approve")).first.click()
    expect(page.get_by_role("status").get_by_text("Staged")).to_be_visible()
    journey.shot(page, "10-next-card")
    release(page)
    journey.shot(page, "10-released")
    # Letters leave, and the match opens, when nothing can be undone any more.
    journey.site.move_clock(3_700)


def hear_of_it(journey: Journey, match_id: int) -> str:
    """Both sides get a proposal letter that names nobody; gives the partner's address."""
    mine = wait_for(journey.mailbox, FOUNDER, "waits for your answer")
    assert f"/matches/{match_id}" in text_of(mine)
    assert_headers(mine, can_unsubscribe=True)
    theirs = wait_for_other(journey, f"/matches/{match_id}")
    assert "Tungabhadra" not in text_of(theirs)
    return str(theirs["To"].addresses[0].addr_spec)


def wait_for_other(journey: Journey, link: str) -> EmailMessage:
    """The letter with this link that went to somebody else than the founder."""
    whole = re.compile(re.escape(link) + r"[\s?]")
    for _ in range(100):
        for letter in journey.mailbox.messages():
            if FOUNDER not in str(letter["To"]) and whole.search(f"{text_of(letter)} "):
                return letter
        time.sleep(0.3)
    raise AssertionError("the other side was not told")


def assert_headers(letter: EmailMessage, *, can_unsubscribe: bool) -> None:
    assert re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", str(letter["Message-ID"]))
    assert letter["Auto-Submitted"] == "auto-generated"
    if can_unsubscribe:
        assert re.fullmatch(r"<https?://[^>]+/unsubscribe/[^>]+>", str(letter["List-Unsubscribe"]))
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def say_yes(journey: Journey, page: Page, match_id: int) -> None:
    page.goto(f"{journey.site.url}/matches/{match_id}")
    journey.shot(page, "11-answer")
    page.get_by_role("button", name=re.compile("^Yes")).first.click()
    expect(page.get_by_role("main")).not_to_have_text("")
    expect(page.get_by_role("button", name=re.compile("^Yes"))).to_have_count(0)


def read_introduction(journey: Journey, partner_address: str) -> None:
    mine = wait_for(journey.mailbox, FOUNDER, "(?i)meet|introduc")
    theirs = wait_for(journey.mailbox, partner_address, "(?i)tungabhadra")
    assert partner_address in text_of(mine)
    assert FOUNDER in text_of(theirs)
    assert_headers(mine, can_unsubscribe=True)


def see_each_other(journey: Journey, page: Page, match_id: int) -> None:
    page.goto(f"{journey.site.url}/matches/{match_id}")
    expect(page.get_by_role("main")).to_contain_text("@example.org")
    journey.shot(page, "12-introduced")


def get_mondays_letter(journey: Journey) -> None:
    """Move the clock to Monday morning in Mysuru, within a week of the introduction; the worker does the rest."""
    now = datetime.now(UTC)
    local = now.astimezone(ZoneInfo("Asia/Kolkata"))
    monday = local + timedelta(days=-local.weekday() % 7)
    monday = monday.replace(hour=9, minute=1, second=0, microsecond=0)
    if monday - local < timedelta(hours=2):
        monday += timedelta(days=7)
    journey.site.move_clock(int((monday - now).total_seconds()))
    letter = wait_for_digest(journey, FOUNDER)
    assert "unsubscribe/digest" in str(letter["List-Unsubscribe"])
    assert_headers(letter, can_unsubscribe=True)
    wait_for_digest(journey, "second.manager@example.org")
    since = now + timedelta(seconds=int((monday - now).total_seconds()) - 60)
    # On a Monday after nine this week's letters went before; they are no second ones.
    digests = [
        m
        for m in journey.mailbox.messages()
        if "unsubscribe/digest" in str(m["List-Unsubscribe"])
        and parsedate_to_datetime(str(m["Date"])) >= since
    ]
    receivers = [str(m["To"].addresses[0].addr_spec) for m in digests]
    assert len(receivers) == len(set(receivers)), "somebody got two letters"


def wait_for_digest(journey: Journey, address: str) -> EmailMessage:
    for _ in range(300):
        for letter in journey.mailbox.messages():
            if address in str(letter["To"]) and "unsubscribe/digest" in str(letter["List-Unsubscribe"]):
                return letter
        time.sleep(0.3)
    raise AssertionError(f"no weekly letter for {address}")
