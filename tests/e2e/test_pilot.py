"""From an approved pair to a pilot that both confirm, on phones in Bengaluru and Boston, over a US clock change.

Beside them one pair of which a side stays away, and one that a rule ends. Approval itself and letters are walked in
`test_journey`; here the pairs stand approved when the story begins.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.hurdles.models import Hurdle, HurdleKind
from app.introductions.models import Introduction
from app.matching.models import Match, MatchState, TrainingSignal
from app.meetings.models import Meeting, MeetingGuest, MeetingState
from app.organizations.models import MemberRole, Membership, Organization, ProfileState
from app.outcomes.models import Milestone, MilestoneKind, MilestoneState
from app.taxonomy import Country, Kind
from config import ROOT
from tests.e2e.site import Site
from tests.e2e.visitors import PHONE
from tests.world import PASSWORD, password_hash

pytestmark = [pytest.mark.browser, pytest.mark.processes]
SHOTS = ROOT / "var" / "screenshots"
# Clocks in the United States go forward on Sunday, 14 March 2027.
BEFORE = datetime(2027, 3, 5, 12, 0, tzinfo=UTC)
AFTER = datetime(2027, 3, 17, 12, 0, tzinfo=UTC)
ASHA, BEN = "asha@example.org", "ben@example.org"
ZONES = {ASHA: "Asia/Kolkata", BEN: "America/New_York"}


class Story:
    """A site with three pairs of one person on each side, and their phones."""

    def __init__(self, site: Site, browser: Browser, database: str) -> None:
        self.site, self._browser = site, browser
        self._engine = sa.create_engine(database)
        self._open: list[BrowserContext] = []

    def session(self) -> Session:
        return Session(self._engine, expire_on_commit=False)

    def begin(self) -> list[int]:
        """Write the pairs; the second one is introduced and has a meeting booked."""
        with self.session() as session:
            people = [self._person(session, *who) for who in ((ASHA, "Asha Rao"), (BEN, "Ben Ortiz"))]
            matches = [self._pair(session, people, number) for number in range(3)]
            session.add(Introduction(match_id=matches[1].id, at=BEFORE))
            seats = zip(people, (matches[1].india_id, matches[1].us_id), strict=True)
            times = {"created_at": BEFORE, "changed_at": BEFORE, "starts_at": BEFORE + timedelta(days=4)}
            guests = [
                MeetingGuest(user_id=person.id, organization_id=own, time_zone=person.time_zone)
                for person, own in seats
            ]
            missed = Meeting(
                match_id=matches[1].id,
                uid="missed@sangam.example",
                state=MeetingState.BOOKED,
                minutes=30,
                title="First call on sensors",
                organizer_id=people[1].id,
                guests=guests,
                **times,
            )
            session.add(missed)
            session.commit()
            self.missed = missed.id
            return [match.id for match in matches]

    def _person(self, session: Session, email: str, name: str) -> User:
        found = User(
            email=email,
            name=name,
            password_hash=password_hash(),
            time_zone=ZONES[email],
            created_at=BEFORE,
            confirmed_at=BEFORE,
            unsubscribe_key=secrets.token_urlsafe(32),
        )
        session.add(found)
        session.flush()
        return found

    def _pair(self, session: Session, people: list[User], number: int) -> Match:
        ends = []
        for person, country in zip(people, (Country.INDIA, Country.UNITED_STATES), strict=True):
            own = Organization(
                name=f"{('Kaveri', 'Harbor')[country is Country.UNITED_STATES]} {('Packaging', 'Sensors', 'Optics')[number]}",
                kind=Kind.SME,
                country=country,
                state=ProfileState.LISTED,
                region_code="IN-KA" if country is Country.INDIA else "US-MA",
                summary="Chip packaging and test for small series.",
                offers="Packaging and test of sensor chips",
                needs="Wafer supply for sensor chips",
                created_at=BEFORE,
                profile_changed_at=BEFORE,
            )
            own.technologies = ["semiconductors"]
            session.add(own)
            session.flush()
            seat = {"organization_id": own.id, "user_id": person.id, "created_at": BEFORE}
            session.add(Membership(role=MemberRole.OWNER, **seat))
            ends.append(own.id)
        match = Match(
            india_id=ends[0],
            us_id=ends[1],
            state=MatchState.APPROVED,
            score=0.8,
            fit_for_india=0.8,
            fit_for_us=0.8,
            model_version="test",
            proposed_at=BEFORE,
            due_at=BEFORE,
            decided_at=BEFORE,
        )
        session.add(match)
        session.flush()
        return match

    def phone(self, email: str) -> Page:
        context = self._browser.new_context(
            base_url=self.site.url, viewport=PHONE, locale="en-IN", timezone_id=ZONES[email], is_mobile=True
        )
        context.set_default_timeout(15_000)
        self._open.append(context)
        page = context.new_page()
        page.goto("/sign-in")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        expect(page).not_to_have_url(re.compile("/sign-in"))
        return page

    def go_to(self, moment: datetime) -> None:
        self.site.move_clock(round((moment - datetime.now(UTC)).total_seconds()))

    def rows(self, model: type) -> list:
        with self.session() as session:
            return list(session.scalars(sa.select(model).order_by(model.id)).unique())

    def close(self) -> None:
        for context in self._open:
            context.close()
        self._engine.dispose()


@pytest.fixture
def story(tmp_path: Path, browser: Browser) -> Iterator[Story]:
    database = f"sqlite:///{tmp_path}/pilot.sqlite"
    site = Site(tmp_path, database)
    site.flask("db", "upgrade")
    told = Story(site, browser, database)
    try:
        yield told
    finally:
        told.close()
        site.stop()


def shot(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"pilot-{name}.png", full_page=True)
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wide), name


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name).click()


@pytest.mark.xdist_group("browser")
def test_a_pair_gets_from_approval_to_a_pilot_that_both_confirm(story: Story) -> None:
    to_meet, missed, ended = story.begin()
    story.go_to(BEFORE)
    asha, ben = story.phone(ASHA), story.phone(BEN)
    both_say_yes(story, asha, ben, to_meet)
    arrange_across_the_clock_change(story, asha, ben, to_meet)
    decline_for_a_rule(story, asha, ended)
    story.go_to(AFTER)
    asha, ben = story.phone(ASHA), story.phone(BEN)
    say_how_it_went(story, asha, ben)
    say_who_stayed_away(story, ben, missed)
    reach_a_pilot(story, asha, ben, to_meet)


def both_say_yes(story: Story, asha: Page, ben: Page, match_id: int) -> None:
    asha.goto(f"/matches/{match_id}")
    expect(asha.get_by_text("Harbor")).to_have_count(0)
    shot(asha, "1-asked")
    press(asha, "Yes, introduce us")
    ben.goto(f"/matches/{match_id}")
    press(ben, "Yes, introduce us")
    expect(ben.get_by_role("heading", name="Kaveri Packaging", level=1)).to_be_visible()
    shot(ben, "2-introduced")


def arrange_across_the_clock_change(story: Story, asha: Page, ben: Page, match_id: int) -> None:
    asha.goto(f"/matches/{match_id}/meetings")
    expect(asha.get_by_text("Clocks in New York go forward on 14 Mar 2027")).to_be_visible()
    asha.get_by_label("Another day").fill("2027-03-11")
    asha.get_by_label("and time, by your clock").fill("19:30")
    shot(asha, "3-offer")
    press(asha, "Offer these times")
    ben.goto(asha.url)
    ben.get_by_text("Thu 11 Mar 09:00 EST").click()
    shot(ben, "4-choose")
    press(ben, "Book this time")
    # The same hour on Ben's wall, after his clocks went forward: an hour earlier on Asha's.
    ben.get_by_text("Move it", exact=True).click()
    ben.get_by_label("Another day").fill("2027-03-16")
    ben.get_by_label("and time, by your clock").fill("09:00")
    press(ben, "Move the meeting")
    expect(ben.get_by_text("09:00 EDT")).to_be_visible()
    shot(ben, "5-moved")
    asha.reload()
    expect(asha.get_by_text("18:30 IST")).to_be_visible()
    meeting = story.rows(Meeting)[-1]
    assert (meeting.starts_at, meeting.sequence) == (datetime(2027, 3, 16, 13, 0, tzinfo=UTC), 1)


def decline_for_a_rule(story: Story, asha: Page, match_id: int) -> None:
    asha.goto(f"/matches/{match_id}")
    asha.get_by_text("A rule stands in the way").click()
    press(asha, "Say no")
    asha.goto(f"/matches/{match_id}")
    asha.get_by_role("link", name="Did a rule stand in the way?").click()
    asha.get_by_label("What stood in the way?").select_option("export_license")
    asha.get_by_text("Before we met").click()
    asha.get_by_label("How many days did it cost?").fill("60")
    shot(asha, "6-hurdle")
    press(asha, "Note it")
    [hurdle] = story.rows(Hurdle)
    assert (hurdle.kind, hurdle.match_id, hurdle.days) == (HurdleKind.EXPORT_LICENSE, match_id, 60)


def say_how_it_went(story: Story, asha: Page, ben: Page) -> None:
    meeting_id = story.rows(Meeting)[-1].id
    for page in (asha, ben):
        page.goto(f"/meetings/{meeting_id}")
        page.get_by_label("What happens next").fill("Send ten samples")
        if page is asha:
            shot(page, "7-how-it-went")
        press(page, "Yes, we met")
        expect(page.get_by_text("You said that you met")).to_be_visible()
    shot(ben, "8-said")


def say_who_stayed_away(story: Story, ben: Page, match_id: int) -> None:
    ben.goto(f"/meetings/{story.missed}")
    press(ben, "No, the other side did not come")
    expect(ben.get_by_text("You said that the other side did not come")).to_be_visible()
    absent = [one for one in story.rows(TrainingSignal) if one.says == "no_show"]
    match = next(one for one in story.rows(Match) if one.id == match_id)
    assert [(one.organization_id, one.weight) for one in absent] == [(match.india_id, 1.0)]


def reach_a_pilot(story: Story, asha: Page, ben: Page, match_id: int) -> None:
    asha.goto(f"/matches/{match_id}/outcomes")
    asha.get_by_label("What was reached?").select_option("pilot")
    asha.get_by_label("On which day?").fill("2027-03-17")
    asha.get_by_label("What is it worth?").select_option("to_100")
    asha.get_by_label("Currency").select_option("USD")
    shot(asha, "9-pilot")
    press(asha, "Note it")
    ben.goto(f"/matches/{match_id}/outcomes")
    expect(ben.get_by_text("Said by one side")).to_be_visible()
    press(ben, "Yes, it is so")
    expect(ben.get_by_text("Confirmed by both", exact=False).first).to_be_visible()
    shot(ben, "10-confirmed")
    pilot = next(one for one in story.rows(Milestone) if one.kind is MilestoneKind.PILOT)
    assert pilot.state is MilestoneState.CONFIRMED
    ben.goto("/outcomes")
    shot(ben, "11-ledger")
